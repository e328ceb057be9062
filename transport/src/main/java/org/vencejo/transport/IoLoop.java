package org.vencejo.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// An event loop and its *tick*: all connections that are ready are read, then the end of the tick
/// comes, and each connection that was appended to is flushed.
///
/// Confined to its own thread, except [#execute], [#runLater], [#readInPieces], [#isCurrent] and
/// the counters. Flushing at the end of the tick, and not when one connection was read to its end,
/// is what makes one system call of everything that a tick sends to a peer. Who has a long tick may
/// flush in between ([#flushNow]).
public final class IoLoop implements Executor {
    private static final VarHandle RECEIVED = counter("receivedBytes");
    private static final VarHandle SENT = counter("sentBytes");

    private final EventLoop eventLoop;
    private final Executor handshakes;
    private final ReceiveBuffer receiveBuffer = new ReceiveBuffer();
    private final Runnable endOfTick = this::endTick;

    private ArrayList<OutBuffer> dirty = new ArrayList<>();
    private ArrayList<OutBuffer> flushing = new ArrayList<>();
    private boolean tickArmed;
    private boolean tickEnding;
    private @Nullable Runnable beforeFlush;
    private @Nullable ByteBuf nowhere;

    /// Each knows its place, so that it is removed without being looked for.
    private final ArrayList<SocketConnection> connections = new ArrayList<>();

    private long receivedBytes;
    private long sentBytes;

    /// The size of [#connections], for others.
    private volatile int openConnections;

    IoLoop(EventLoop eventLoop, Executor handshakes) {
        this.eventLoop = eventLoop;
        this.handshakes = handshakes;
    }

    /// What runs at the end of each tick before the flush. To be set once, before the first
    /// connection.
    public void beforeFlush(Runnable action) {
        this.beforeFlush = action;
    }

    /// Makes sure that this tick has an end. It comes by itself when a connection was appended to.
    public void armTick() {
        if (!tickArmed) {
            tickArmed = true;
            eventLoop.execute(endOfTick);
        }
    }

    /// Makes sure that there is another tick, but only after all connections had their turn: tasks
    /// that follow from tasks are run before the loop looks at its sockets again, timers are not.
    public void armTickAfterSockets() {
        afterSockets(this::armTick);
    }

    /// Runs `task` when all connections had their turn.
    void afterSockets(Runnable task) {
        var unused = eventLoop.schedule(task, 0, TimeUnit.NANOSECONDS);
    }

    /// Reads less at once from each connection from now on, or again as much as there is.
    /// Thread-safe.
    public void readInPieces(boolean inPieces) {
        try {
            eventLoop.execute(() -> receiveBuffer.readInPieces(inPieces));
        } catch (RejectedExecutionException ended) {
            // A loop that has ended at a stop reads nothing any more.
        }
    }

    /// Runs `task` on this loop, after what it is doing. Thread-safe.
    @Override
    public void execute(Runnable task) {
        eventLoop.execute(task);
    }

    /// Runs `task` on this loop in `nanos` or a little later. Thread-safe.
    public Timer runLater(Runnable task, long nanos) {
        var scheduled = eventLoop.schedule(task, nanos, TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    /// Whether the caller runs on this loop.
    public boolean isCurrent() {
        return eventLoop.inEventLoop();
    }

    /// Bytes read from connections of this loop so far. Thread-safe.
    public long receivedBytes() {
        return (long) RECEIVED.getOpaque(this);
    }

    /// Bytes handed to the operating system by connections of this loop so far. Thread-safe.
    public long sentBytes() {
        return (long) SENT.getOpaque(this);
    }

    /// How many connections are open on this loop. Thread-safe.
    public int openConnections() {
        return openConnections;
    }

    @Override
    public String toString() {
        return "IoLoop[" + eventLoop + "]";
    }

    /// Has a thread beside the loops do a part of a handshake.
    void shakeHands(Runnable task) {
        handshakes.execute(task);
    }

    EventLoop eventLoop() {
        return eventLoop;
    }

    ReceiveBuffer receiveBuffer() {
        return receiveBuffer;
    }

    /// Has `out` flushed at the end of this tick.
    void flushLater(OutBuffer out) {
        dirty.add(out);
        if (!tickEnding) {
            armTick();
        }
    }

    /// Where bytes for a connection that is gone are written to.
    ByteBuf nowhere() {
        if (nowhere == null || nowhere.capacity() > ReceiveBuffer.BYTES) {
            nowhere = Unpooled.buffer();
        }
        return nowhere.clear();
    }

    void received(int bytes) {
        RECEIVED.setOpaque(this, receivedBytes + bytes);
    }

    void sent(long bytes) {
        SENT.setOpaque(this, sentBytes + bytes);
    }

    void opened(SocketConnection connection) {
        connection.place = connections.size();
        connections.add(connection);
        openConnections = connections.size();
    }

    void closed(SocketConnection connection) {
        SocketConnection last = connections.removeLast();
        if (last != connection) {
            last.place = connection.place;
            connections.set(connection.place, last);
        }
        openConnections = connections.size();
    }

    /// Does `action` with the handlers, of this kind, of all connections that are open.
    public <H extends ConnectionHandler> void eachHandler(
            Class<H> kind, Consumer<? super H> action) {
        for (SocketConnection connection : List.copyOf(connections)) {
            if (connection.isOpen() && kind.isInstance(connection.handler())) {
                action.accept(kind.cast(connection.handler()));
            }
        }
    }

    /// Turns away who has not passed its door yet.
    public void turnAwayAll(String reason) {
        List.copyOf(connections).forEach(connection -> connection.turnAway(reason));
    }

    /// Cuts all connections.
    void cutAll() {
        List.copyOf(connections).forEach(connection -> connection.abort("the program ends"));
    }

    private void endTick() {
        tickArmed = false;
        tickEnding = true;
        try {
            if (beforeFlush != null) {
                beforeFlush.run();
            }
        } finally {
            tickEnding = false;
            flushNow();
        }
    }

    /// Flushes what was appended so far, without waiting for the end of the tick.
    public void flushNow() {
        ArrayList<OutBuffer> now = dirty;
        dirty = flushing;
        flushing = now;
        for (int i = 0; i < now.size(); i++) {
            now.get(i).flush();
        }
        now.clear();
    }

    private static VarHandle counter(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(IoLoop.class, name, long.class);
        } catch (ReflectiveOperationException absent) {
            throw new ExceptionInInitializerError(absent);
        }
    }

    /// Something that will happen later unless it is cancelled. Thread-safe.
    public interface Timer {
        void cancel();
    }
}
