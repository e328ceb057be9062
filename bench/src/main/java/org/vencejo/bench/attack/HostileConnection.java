package org.vencejo.bench.attack;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// One hostile connection. Confined to the thread of [Hostile].
final class HostileConnection {
    private static final int SUBSCRIPTIONS = 65_535;
    private static final int FILTERS = 1_000;
    private static final byte[] HALF = {0x10, 60, 0, 4, 'M', 'Q', 'T', 'T', 4, 2};
    private static final byte[] SLOW = {0x10, (byte) 0xF4, 3, 0, 4, 'M', 'Q', 'T', 'T', 4, 2, 0, 0};
    private static final byte[] UPGRADE =
            "GET /mqtt HTTP/1.1\r\nHost: localhost\r\n".getBytes(StandardCharsets.US_ASCII);

    final Kind kind;
    private final int number;
    private final Hostile all;

    private @Nullable SocketChannel channel;
    private @Nullable SelectionKey key;
    private boolean connected;
    private boolean accepted;
    private ByteBuffer pending = ByteBuffer.allocate(0);
    private int next;
    private long openedNanos;

    HostileConnection(Kind kind, int number, Hostile all) {
        this.kind = kind;
        this.number = number;
        this.all = all;
    }

    boolean isOpen() {
        return channel != null;
    }

    void open(Selector selector, InetSocketAddress from, InetSocketAddress to) throws IOException {
        SocketChannel opened = SocketChannel.open();
        channel = opened;
        connected = false;
        accepted = false;
        opened.configureBlocking(false);
        opened.setOption(StandardSocketOptions.SO_REUSEADDR, true);
        opened.setOption(StandardSocketOptions.SO_SNDBUF, 32 << 10);
        opened.bind(from);
        key = opened.register(selector, SelectionKey.OP_CONNECT, this);
        openedNanos = System.nanoTime();
        if (opened.connect(to)) {
            established();
        }
    }

    /// Something is possible with the socket.
    void ready(ByteBuffer scratch) throws IOException {
        SelectionKey mine = key;
        SocketChannel it = channel;
        if (mine == null || it == null || !mine.isValid()) {
            return;
        }
        if (mine.isConnectable() && it.finishConnect()) {
            established();
            return;
        }
        if (mine.isReadable()) {
            scratch.clear();
            int count = it.read(scratch);
            if (count < 0) {
                lost();
                return;
            }
            all.read += count;
            if (!accepted && kind.connects() && scratch.get(0) == Bytes.CONNACK) {
                accepted = true;
                begin(mine);
            } else if (kind == Kind.TLS_CUT && count > 0) {
                cut();
                return;
            }
        }
        if (mine.isValid() && mine.isWritable()) {
            flood(it);
        }
    }

    private void established() throws IOException {
        connected = true;
        SelectionKey mine = key;
        SocketChannel it = channel;
        if (mine == null || it == null) {
            return;
        }
        mine.interestOps(SelectionKey.OP_READ);
        byte[] first =
                switch (kind) {
                    case HALF_CONNECT -> HALF;
                    case SLOW_BYTES -> SLOW;
                    case TLS_CUT, TLS_SILENT -> all.clientHello();
                    case SLOW_UPGRADE -> UPGRADE;
                    case SILENT -> new byte[0];
                    default -> Bytes.connect("hostil-" + number);
                };
        it.write(ByteBuffer.wrap(first));
    }

    // CONNACK came.
    private void begin(SelectionKey mine) throws IOException {
        next = 0;
        pending.position(pending.limit());
        if (kind == Kind.COMING_AND_GOING) {
            cut();
        } else if (kind == Kind.UNREAD_ANSWERS) {
            mine.interestOps(SelectionKey.OP_WRITE);
        } else if (kind.floods()) {
            mine.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
        }
    }

    private void flood(SocketChannel it) throws IOException {
        if (!pending.hasRemaining()) {
            pending = ByteBuffer.wrap(more());
            if (!pending.hasRemaining() && key != null) {
                key.interestOps(SelectionKey.OP_READ);
                return;
            }
        }
        all.written += it.write(pending);
    }

    private byte[] more() {
        String own = "hostil/" + number + "/";
        if (kind == Kind.MANY_SUBSCRIPTIONS) {
            if (next >= SUBSCRIPTIONS) {
                return new byte[0];
            }
            String[] filters = new String[Math.min(FILTERS, SUBSCRIPTIONS - next)];
            for (int i = 0; i < filters.length; i++) {
                filters[i] = own + next++;
            }
            return Bytes.subscribe(1 + next / FILTERS, 1, filters);
        }
        ByteBuffer block = ByteBuffer.allocate(16 << 10);
        while (block.remaining() > 400) {
            next++;
            block.put(
                    switch (kind) {
                        case RETAINED_FLOOD -> Bytes.publish(own + next, 0, true, new byte[200]);
                        case PUBLISH_FLOOD -> Bytes.publish(own, 0, false, new byte[20]);
                        // One in ten with a wildcard, which costs a broker more.
                        default ->
                                Bytes.subscribe(
                                        1 + next % 60_000,
                                        0,
                                        own + next % 30_000 + (next % 10 == 0 ? "/#" : ""));
                    });
        }
        return Arrays.copyOf(block.array(), block.position());
    }

    /// A second has passed.
    void second(long nowNanos) throws IOException {
        SocketChannel it = channel;
        if (it == null || !connected) {
            return;
        }
        switch (kind) {
            case SLOW_BYTES -> it.write(ByteBuffer.wrap(new byte[] {'x'}));
            case SLOW_UPGRADE ->
                    it.write(ByteBuffer.wrap("X-A: b\r\n".getBytes(StandardCharsets.US_ASCII)));
            case TLS_CUT -> {
                if (nowNanos - openedNanos > 2_000_000_000L) {
                    cut();
                }
            }
            default -> {}
        }
    }

    /// The broker has closed it, or never opened it.
    void lost() {
        all.lost[kind.ordinal()]++;
        forget();
    }

    private void cut() throws IOException {
        if (channel != null) {
            channel.setOption(StandardSocketOptions.SO_LINGER, 0);
        }
        forget();
    }

    void forget() {
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
        all.closed(this);
    }
}
