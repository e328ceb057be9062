package org.vencejo.bench.attack;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// The process of the honest: clients that publish at a steady rate and hear their own messages,
/// and newcomers who connect, are let in, and leave. Whatever line it is given, it answers with a
/// line about what was since the one before. Ends when its input does.
///
/// One thread does all, and is asked by the main thread.
final class Honest {
    private static final int CLIENTS = 100;
    private static final long BETWEEN_NANOS = 200_000_000L;
    private static final long NEWCOMER_NANOS = 200_000_000L;
    private static final int ADDRESSES = 4;

    private final List<HonestClient> clients = new ArrayList<>();
    private final InetSocketAddress broker;

    private Latencies messages = new Latencies();
    private Latencies newcomers = new Latencies();
    private int disconnects;
    private int newcomersRefused;
    long sent;
    private long heard;
    private int came;

    private Honest(InetSocketAddress broker) {
        this.broker = broker;
        for (int i = 0; i < CLIENTS; i++) {
            clients.add(client("c" + i));
        }
    }

    /// Arguments: host and port.
    public static void main(String[] arguments) throws Exception {
        Honest honest =
                new Honest(
                        new InetSocketAddress(
                                InetAddress.ofLiteral(arguments[0]),
                                Integer.parseInt(arguments[1])));
        Thread.ofPlatform().daemon().name("honest").start(honest::run);
        BufferedReader in =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            System.out.println(honest.report());
        }
    }

    private HonestClient client(String name) {
        InetAddress local = InetAddress.ofLiteral("127.0.2." + (1 + came++ % ADDRESSES));
        return new HonestClient(this, name, new InetSocketAddress(local, 0), broker);
    }

    private void run() {
        try (Selector selector = Selector.open()) {
            for (HonestClient client : clients) {
                client.open(selector);
            }
            long begin = System.nanoTime();
            long newcomerAt = begin;
            int turn = 0;
            while (true) {
                long due = begin + turn * (BETWEEN_NANOS / CLIENTS);
                long wait = due - System.nanoTime();
                if (wait <= 0) {
                    publish(clients.get(turn++ % CLIENTS), due, selector);
                    selector.selectNow();
                } else {
                    selector.select(Math.max(1, wait / 1_000_000));
                }
                synchronized (this) {
                    for (SelectionKey key : selector.selectedKeys()) {
                        ready((HonestClient) key.attachment());
                    }
                }
                selector.selectedKeys().clear();
                if (System.nanoTime() - newcomerAt > 0) {
                    newcomerAt += NEWCOMER_NANOS;
                    newcomer(selector);
                }
            }
        } catch (IOException e) {
            e.printStackTrace();
            System.exit(1);
        }
    }

    private void publish(HonestClient client, long due, Selector selector) throws IOException {
        if (!client.isOpen()) {
            client.open(selector);
            return;
        }
        try {
            client.publish(due);
        } catch (IOException gone) {
            lost(client);
        }
    }

    private void newcomer(Selector selector) {
        HonestClient newcomer = client("n" + came);
        try {
            newcomer.open(selector);
        } catch (IOException refused) {
            lost(newcomer);
        }
    }

    private void ready(HonestClient client) {
        try {
            client.ready();
        } catch (IOException gone) {
            lost(client);
        }
    }

    private synchronized void lost(HonestClient client) {
        client.close();
        if (clients.contains(client)) {
            disconnects++;
        } else {
            newcomersRefused++;
        }
    }

    void letIn(HonestClient client, long nanos) {
        if (!clients.contains(client)) {
            newcomers.add(nanos);
            client.close();
        }
    }

    void heard(long nanos) {
        heard++;
        messages.add(nanos);
    }

    private synchronized String report() {
        String text =
                "%s disconnects %d newcomers %s refused %d open %d"
                        .formatted(
                                messages, disconnects, newcomers, newcomersRefused, sent - heard);
        messages = new Latencies();
        newcomers = new Latencies();
        disconnects = 0;
        newcomersRefused = 0;
        return text;
    }

    /// How long something took, each time.
    private static final class Latencies {
        private long[] nanos = new long[1_024];
        private int count;

        void add(long each) {
            if (count == nanos.length) {
                nanos = Arrays.copyOf(nanos, 2 * count);
            }
            nanos[count++] = each;
        }

        @Override
        public String toString() {
            Arrays.sort(nanos, 0, count);
            return "count %d p50 %d p99 %d max %d"
                    .formatted(count, micros(0.5), micros(0.99), micros(1));
        }

        private long micros(double share) {
            return count == 0 ? -1 : nanos[(int) Math.ceil(share * count) - 1] / 1_000;
        }
    }
}
