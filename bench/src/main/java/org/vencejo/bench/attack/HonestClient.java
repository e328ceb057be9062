package org.vencejo.bench.attack;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/// One honest client: publishes to its own topic at QoS 1 and hears what it published. Confined to
/// the thread of [Honest].
final class HonestClient {
    private final Honest all;
    private final String name;
    private final InetSocketAddress from;
    private final InetSocketAddress to;
    private final ByteBuffer in = ByteBuffer.allocate(64 << 10);

    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private boolean accepted;
    private int identifier;
    private long openedNanos;

    HonestClient(Honest all, String name, InetSocketAddress from, InetSocketAddress to) {
        this.all = all;
        this.name = name;
        this.from = from;
        this.to = to;
    }

    void open(Selector selector) throws IOException {
        SocketChannel opened = SocketChannel.open();
        channel = opened;
        accepted = false;
        in.clear();
        opened.configureBlocking(false);
        opened.setOption(StandardSocketOptions.TCP_NODELAY, true);
        opened.bind(from);
        key = opened.register(selector, SelectionKey.OP_CONNECT, this);
        openedNanos = System.nanoTime();
        opened.connect(to);
    }

    boolean isOpen() {
        return channel != null;
    }

    /// Publishes what should have been sent at `dueNanos`.
    void publish(long dueNanos) throws IOException {
        SocketChannel it = channel;
        if (it != null && accepted) {
            identifier = identifier % 65_535 + 1;
            byte[] payload = ByteBuffer.allocate(64).putLong(0, dueNanos).array();
            it.write(ByteBuffer.wrap(Bytes.publish("honrado/" + name, identifier, false, payload)));
            all.sent++;
        }
    }

    void ready() throws IOException {
        SocketChannel it = channel;
        SelectionKey mine = key;
        if (it == null || mine == null || !mine.isValid()) {
            return;
        }
        if (mine.isConnectable() && it.finishConnect()) {
            mine.interestOps(SelectionKey.OP_READ);
            it.write(ByteBuffer.wrap(Bytes.connect(name)));
            return;
        }
        if (it.read(in) < 0) {
            throw new IOException("closed by the broker");
        }
        in.flip();
        while (packet(it)) {
            // one after the other
        }
        in.compact();
    }

    // All packets that come are shorter than 128 bytes.
    private boolean packet(SocketChannel it) throws IOException {
        if (in.remaining() < 2 || in.remaining() < 2 + in.get(in.position() + 1)) {
            return false;
        }
        int type = in.get() & 0xF0;
        int length = in.get();
        int end = in.position() + length;
        if (type == Bytes.CONNACK) {
            if (in.get(in.position() + 1) != 0) {
                throw new IOException("refused");
            }
            accepted = true;
            all.letIn(this, System.nanoTime() - openedNanos);
            if (channel != null) {
                it.write(ByteBuffer.wrap(Bytes.subscribe(1, 1, "honrado/" + name)));
            }
        } else if (type == Bytes.PUBLISH) {
            int topic = in.getShort();
            in.position(in.position() + topic);
            int packetIdentifier = in.getShort() & 0xFFFF;
            all.heard(System.nanoTime() - in.getLong(in.position()));
            it.write(ByteBuffer.wrap(Bytes.puback(packetIdentifier)));
        }
        in.position(end);
        return channel != null;
    }

    void close() {
        SocketChannel it = channel;
        channel = null;
        key = null;
        if (it != null) {
            try {
                it.close();
            } catch (IOException gone) {
                // It is what we want.
            }
        }
    }
}
