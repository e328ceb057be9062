package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Event;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.TopicCache;
import org.vencejo.transport.ConnectionHandler;
import org.vencejo.transport.Door;
import org.vencejo.transport.IoLoops;
import org.vencejo.transport.SocketConnection;
import org.vencejo.transport.TcpTransport;

/// Nothing but places for those who are refused, at a socket of their own. Thread-safe.
final class RefusedRoom implements AutoCloseable {
    private static final Entry ENTRY = new Entry("test", null, null, null);
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private final LinkedBlockingQueue<String> read = new LinkedBlockingQueue<>();
    private final IoLoops loops = IoLoops.start(1, "test");
    private final List<Event> faults = new CopyOnWriteArrayList<>();
    private final RefusedConnections refused;
    private final TcpTransport.Listener listener;

    /// What reads in place of a connection there, if anything does.
    private final @Nullable BiConsumer<RefusedConnection, ByteBuf> reader;

    RefusedRoom(long patienceNanos) throws IOException {
        this(patienceNanos, null, null);
    }

    RefusedRoom(
            long patienceNanos,
            @Nullable Door door,
            @Nullable BiConsumer<RefusedConnection, ByteBuf> reader)
            throws IOException {
        this.reader = reader;
        refused =
                new RefusedConnections(it -> false, faults::add, patienceNanos, System.nanoTime());
        listener =
                new TcpTransport(loops, 1 << 20, 1 << 19)
                        .listen(
                                ANY,
                                door,
                                (loop, remote) -> {
                                    RefusedConnection it =
                                            refused.letIn(
                                                    Refusal.FULL,
                                                    ENTRY,
                                                    remote.getAddress(),
                                                    System.nanoTime(),
                                                    RefusedRoom::decoder);
                                    return it == null ? null : new Watched(it);
                                });
    }

    static PacketDecoder decoder() {
        return PacketDecoder.ofServer(
                RefusedConnections.limits(DecoderLimits.DEFAULT), new TopicCache());
    }

    InetSocketAddress address() {
        return listener.localAddress();
    }

    /// The buffers that were read from, as they were left.
    LinkedBlockingQueue<String> read() {
        return read;
    }

    /// What was told for operators.
    List<Event> faults() {
        return faults;
    }

    /// How many bytes of MQTT came.
    long received() {
        return loops.loops().getFirst().receivedBytes();
    }

    void awaitPresent(int connections) {
        while (refused.present() != connections) {
            assertThat(Thread.interrupted()).as("the time of the test is up").isFalse();
        }
    }

    @Override
    public void close() {
        listener.close();
        loops.close();
        assertThat(refused.present()).isZero();
        assertThat(faults).isEmpty();
    }

    RefusedConnections refused() {
        return refused;
    }

    /// A connection there that shows what was read.
    private final class Watched implements ConnectionHandler {
        private final RefusedConnection it;

        Watched(RefusedConnection it) {
            this.it = it;
        }

        @Override
        public void entering(SocketConnection connection) {
            it.entering(connection);
        }

        @Override
        public void opened(SocketConnection connection) {
            it.opened(connection);
        }

        @Override
        public int received(ByteBuf bytes) {
            if (reader != null) {
                reader.accept(it, bytes);
                return 1;
            }
            int wanted = it.received(bytes);
            byte[] left = new byte[bytes.writerIndex()];
            bytes.getBytes(0, left);
            read.add(HexFormat.of().formatHex(left));
            return wanted;
        }

        @Override
        public void writable() {}

        @Override
        public void failed(Throwable fault) {
            it.failed(fault);
        }

        @Override
        public void closed(String reason) {
            it.closed(reason);
        }

        @Override
        public void turnedAway(Door.Step step, String reason) {
            it.turnedAway(step, reason);
        }
    }
}
