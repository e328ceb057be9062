package org.vencejo.testing.simulation;

import java.util.ArrayDeque;
import java.util.Arrays;
import org.vencejo.testing.memory.MemoryConnection;

/// The network between one client and one connection of the server: bytes arrive in order, late and
/// in pieces, until the link breaks.
///
/// Confined to one thread.
final class Link {
    private static final long MILLI = 1_000_000;
    private static final int SLOW_READ_BYTES = 48;
    private static final int SLOW_READ_MILLIS = 40;

    private final Simulation world;
    private final MemoryConnection connection;
    private final SimulatedClient client;
    private final boolean slowReader;

    private long upAt;
    private long downAt;
    private boolean clientLeft;
    private boolean endIsPlanned;
    private boolean readIsPlanned;

    Link(Simulation world, MemoryConnection connection, SimulatedClient client, boolean slow) {
        this.world = world;
        this.connection = connection;
        this.client = client;
        this.slowReader = slow;
    }

    MemoryConnection connection() {
        return connection;
    }

    /// The client sends.
    void send(byte[] bytes) {
        for (byte[] piece : pieces(bytes)) {
            upAt = Math.max(upAt, world.now()) + world.delay();
            world.plan(upAt, () -> connection.receive(piece));
        }
    }

    private Iterable<byte[]> pieces(byte[] bytes) {
        ArrayDeque<byte[]> pieces = new ArrayDeque<>();
        if (!world.isFragmented() || bytes.length < 2) {
            pieces.add(bytes);
            return pieces;
        }
        int at = 0;
        while (at < bytes.length) {
            int end = Math.min(bytes.length, at + 1 + world.seeds().below(8));
            pieces.add(Arrays.copyOfRange(bytes, at, end));
            at = end;
        }
        return pieces;
    }

    /// Takes what the server sent on its way to the client.
    void pump() {
        boolean reads = !slowReader || world.isCalm() || clientLeft;
        if (reads) {
            carry(connection.take());
        } else if (!readIsPlanned && connection.waiting() > 0) {
            readIsPlanned = true;
            world.plan(world.now() + SLOW_READ_MILLIS * MILLI, this::readSlowly);
        }
        if (connection.isGone() && !endIsPlanned) {
            endIsPlanned = true;
            downAt = Math.max(downAt, world.now()) + world.delay();
            world.plan(downAt, () -> client.lost(this));
            world.plan(Math.max(upAt, downAt), () -> connection.cut("closed by both"));
        }
    }

    private void readSlowly() {
        readIsPlanned = false;
        carry(connection.take(SLOW_READ_BYTES));
    }

    private void carry(byte[] bytes) {
        if (bytes.length > 0 && !clientLeft) {
            downAt = Math.max(downAt, world.now()) + world.delay();
            world.plan(downAt, () -> client.received(this, bytes));
        }
    }

    /// The link breaks. The client knows at once; the server when what is on its way has come, or
    /// has been lost.
    void cut() {
        clientLeft = true;
        boolean arrives = world.seeds().chance(0.5);
        long at = arrives ? Math.max(upAt, world.now()) + world.delay() : world.now();
        world.plan(at, () -> connection.cut("the link broke"));
    }

    /// The client sent its last packet: the server closes, or else the client does.
    void finish() {
        clientLeft = true;
        upAt = Math.max(upAt, world.now()) + world.delay();
        world.plan(upAt, () -> connection.cut("closed by the client"));
    }

    /// In calm weather nobody hangs on to a connection that its client has left.
    void abandonedIsCut() {
        if (clientLeft) {
            world.plan(world.now(), () -> connection.cut("left alone"));
        }
    }

    /// The client turns to another connection and leaves this one as it is.
    void leave() {
        clientLeft = true;
    }

    boolean isGone() {
        return connection.isGone() && endIsPlanned;
    }
}
