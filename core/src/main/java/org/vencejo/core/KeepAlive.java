package org.vencejo.core;

import java.util.function.Consumer;

/// Whether the client of one connection is alive, and whether we read from it at all: its silence
/// counts only while we listen (3.1.2.10, A20 to A22). It is the deadline of CONNECT, too.
///
/// Part of the core: touched only by whoever runs it. A packet only notes its time; the deadline
/// looks when the client may have been silent for too long.
final class KeepAlive extends Deadline {
    /// Why we do not read from the connection.
    enum Pause {
        /// Too much came behind CONNECT.
        BEHIND_CONNECT,
        /// Too many answers wait, or retained messages of too many subscriptions.
        ANSWERS,
        /// Too many messages are still being given to their receivers.
        RECEIVERS,
        /// The journal is too far behind.
        JOURNAL,
        /// The client does not read its answers.
        OUT_BUFFER,
        /// The client sends faster than it may.
        RATE
    }

    private final Connection connection;
    private final Turn turn;
    private final Consumer<Connection> whenReached;
    private int pauses; // a bit for each Pause
    private long limitNanos;
    private long lastPacketNanos;

    /// `whenReached` is told when the time has come; [#isOver] says whether the client was silent.
    KeepAlive(Connection connection, Turn turn, Consumer<Connection> whenReached) {
        this.connection = connection;
        this.turn = turn;
        this.whenReached = whenReached;
    }

    @Override
    void reached() {
        whenReached.accept(connection);
    }

    /// The client has so much time from now on.
    void allow(long nanos) {
        turn.schedule(this, nanos);
    }

    /// Nothing is waited for.
    void cancel() {
        turn.deadlines.cancel(this);
    }

    /// CONNACK was sent: the client may be silent for one and a half times `seconds`, or for ever
    /// if that is 0 [MQTT-3.1.2-22].
    void begin(int seconds) {
        limitNanos = seconds * 1_500_000_000L;
        lastPacketNanos = turn.nowNanos();
        if (limitNanos == 0) {
            cancel();
        } else {
            allow(limitNanos);
        }
    }

    /// A whole packet came: only that shows that the client is alive (A20).
    void packetCame() {
        lastPacketNanos = turn.nowNanos();
    }

    /// The driver did not read for that long, so the client could not show that it is alive (A22).
    void readingWasPaused(long nanos) {
        lastPacketNanos = Math.min(turn.nowNanos(), lastPacketNanos + nanos);
    }

    /// Whether the client has been silent for too long; if not, looks again when it may have been.
    boolean isOver() {
        long silentNanos = turn.nowNanos() - lastPacketNanos;
        if (pauses != 0 || silentNanos < limitNanos) {
            allow(pauses != 0 ? limitNanos : limitNanos - silentNanos);
            return false;
        }
        return true;
    }

    /// Stops reading, if it goes on.
    void pause(Pause why) {
        if (pauses == 0) {
            turn.outbox().pauseReading(connection);
        }
        pauses |= 1 << why.ordinal();
    }

    /// Goes on reading, if nothing else is against it.
    void resume(Pause why) {
        int before = pauses;
        pauses &= ~(1 << why.ordinal());
        if (before != 0 && pauses == 0 && !connection.isClosed()) {
            lastPacketNanos = turn.nowNanos(); // what it sent meanwhile comes now (A22)
            turn.outbox().resumeReading(connection);
        }
    }
}
