package org.vencejo.client;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.transport.IoLoop;

/// The owner of a [ClientSession]: the event loop that runs it, its clock and its one timer.
///
/// [#submit] and [#taken] are thread-safe; the rest is confined to the event loop.
final class SessionLoop {
    private final IoLoop loop;
    private final ClientSession session;

    private final ConcurrentLinkedQueue<Arrival> taken = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean takenIsScheduled = new AtomicBoolean();

    private IoLoop.@Nullable Timer timer;
    private long timerAtNanos;

    SessionLoop(IoLoop loop, ClientSession session) {
        this.loop = loop;
        this.session = session;
    }

    /// Has `input` handled; it is given the session and the time.
    ///
    /// @throws RejectedExecutionException if the loop has ended
    void submit(ObjLongConsumer<ClientSession> input) {
        loop.execute(() -> run(input));
    }

    /// The application took a message. Many of them are one task of the loop.
    void taken(Arrival arrival) {
        taken.add(arrival);
        if (!takenIsScheduled.getAndSet(true)) {
            try {
                submit(this::handleTaken);
            } catch (RejectedExecutionException closed) {
                taken.clear(); // the client was closed: nothing is acknowledged any more
            }
        }
    }

    private void handleTaken(ClientSession to, long nowNanos) {
        takenIsScheduled.set(false);
        for (Arrival arrival = taken.poll(); arrival != null; arrival = taken.poll()) {
            to.taken(arrival, nowNanos);
        }
    }

    /// Handles `input` now. A fault of ours ends the connection, and is told to whoever waits.
    void run(ObjLongConsumer<ClientSession> input) {
        long now = System.nanoTime();
        try {
            input.accept(session, now);
        } catch (RuntimeException fault) {
            session.broken(fault);
        }
        setTimer(now);
    }

    // Set anew only when something is due earlier: a packet sent moves no timer.
    private void setTimer(long nowNanos) {
        long wait = session.nanosToNext(nowNanos);
        if (wait == KeepAlive.NEVER) {
            return;
        }
        IoLoop.Timer set = timer;
        if (set != null) {
            if (timerAtNanos - nowNanos <= wait) {
                return;
            }
            set.cancel();
        }
        timerAtNanos = nowNanos + wait;
        timer = loop.runLater(this::timerFired, wait);
    }

    private void timerFired() {
        timer = null;
        run(ClientSession::due);
    }
}
