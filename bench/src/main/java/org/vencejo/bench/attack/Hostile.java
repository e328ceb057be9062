package org.vencejo.bench.attack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;

/// The process of the attackers: keeps so many hostile connections open at once, and opens another
/// for each that it loses. Ends when its input does.
///
/// One thread does all; the main thread only waits for the end.
final class Hostile {
    /// How many connections are opened in a second.
    private static final int OPENED_MAX = 1_000;

    private static final int ADDRESSES = 50;

    private final List<HostileConnection> connections = new ArrayList<>();
    private final ArrayDeque<HostileConnection> toOpen = new ArrayDeque<>();
    private final byte[] clientHello;
    private final InetAddress host;
    private final int[] ports;

    final long[] lost = new long[Kind.values().length];
    long opened;
    long read;
    long written;

    private Hostile(int count, InetAddress host, int[] ports)
            throws IOException, GeneralSecurityException {
        this.host = host;
        this.ports = ports;
        this.clientHello = makeClientHello();
        for (int i = 0; i < count; i++) {
            connections.add(new HostileConnection(kind(i % 1_000), i, this));
        }
        toOpen.addAll(connections);
    }

    /// Arguments: how many, host, and the ports for TCP, TLS and WebSocket.
    public static void main(String[] arguments) throws Exception {
        int[] ports = {
            Integer.parseInt(arguments[2]),
            Integer.parseInt(arguments[3]),
            Integer.parseInt(arguments[4])
        };
        Hostile hostile =
                new Hostile(
                        Integer.parseInt(arguments[0]), InetAddress.ofLiteral(arguments[1]), ports);
        Thread.ofPlatform().daemon().name("hostile").start(hostile::run);
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            System.out.println(hostile);
        }
    }

    private static Kind kind(int place) {
        int sum = 0;
        for (Kind kind : Kind.values()) {
            sum += kind.share;
            if (place < sum) {
                return kind;
            }
        }
        throw new IllegalStateException("the shares do not add up to 1000");
    }

    byte[] clientHello() {
        return clientHello;
    }

    void closed(HostileConnection connection) {
        toOpen.add(connection);
    }

    private void run() {
        try (Selector selector = Selector.open()) {
            ByteBuffer scratch = ByteBuffer.allocateDirect(64 << 10);
            long second = System.nanoTime();
            int openedNow = 0;
            while (true) {
                selector.select(10);
                for (SelectionKey key : selector.selectedKeys()) {
                    HostileConnection it = (HostileConnection) key.attachment();
                    try {
                        it.ready(scratch);
                    } catch (IOException gone) {
                        it.lost();
                    }
                }
                selector.selectedKeys().clear();
                long now = System.nanoTime();
                if (now - second >= 1_000_000_000L) {
                    second = now;
                    openedNow = 0;
                    everySecond(now);
                }
                // Spread over the second, so that it is no burst.
                long may = OPENED_MAX * (now - second) / 1_000_000_000L;
                for (; openedNow < may && !toOpen.isEmpty(); openedNow++) {
                    open(toOpen.remove(), selector);
                }
            }
        } catch (IOException e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private void everySecond(long now) {
        for (HostileConnection it : connections) {
            try {
                it.second(now);
            } catch (IOException gone) {
                it.lost();
            }
        }
    }

    private void open(HostileConnection it, Selector selector) throws IOException {
        opened++;
        int port =
                switch (it.kind) {
                    case TLS_CUT, TLS_SILENT -> ports[1];
                    case SLOW_UPGRADE -> ports[2];
                    default -> ports[0];
                };
        // One address wants more than it may; the others share the rest.
        int from = opened % 10 == 0 ? 1 : 2 + (int) (opened % ADDRESSES);
        InetAddress local = InetAddress.ofLiteral("127.0.1." + from);
        try {
            it.open(selector, new InetSocketAddress(local, 0), new InetSocketAddress(host, port));
        } catch (IOException refused) {
            it.lost();
        }
    }

    private static byte[] makeClientHello() throws IOException, GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, null, new SecureRandom());
        SSLEngine engine = context.createSSLEngine("localhost", 8883);
        engine.setUseClientMode(true);
        ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
        engine.wrap(ByteBuffer.allocate(0), hello);
        byte[] bytes = new byte[hello.flip().remaining()];
        hello.get(bytes);
        return bytes;
    }

    @Override
    public String toString() {
        long open = connections.stream().filter(HostileConnection::isOpen).count();
        StringBuilder text =
                new StringBuilder(
                        "open %d, opened %d so far, written %d MB, read %d MB; lost:"
                                .formatted(open, opened, written >> 20, read >> 20));
        for (Kind kind : Kind.values()) {
            text.append(' ').append(kind).append('=').append(lost[kind.ordinal()]);
        }
        return text.toString();
    }
}
