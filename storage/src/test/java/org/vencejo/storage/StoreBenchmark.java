package org.vencejo.storage;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadLocalRandom;
import org.rocksdb.RocksDBException;
import org.vencejo.core.Journal;
import org.vencejo.core.Mutation;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.Recovered;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;

/// What the store costs: messages queued to sessions that are away, a start with all of them, the
/// drain, and the delay of one synced write. A program, not a test:
///
///     StoreBenchmark FOLDER [messages] [sessions] [payload bytes] [receivers of a message]
final class StoreBenchmark {
    private static final int BATCH = 300;
    private static final int BATCHES_OPEN = 4;
    private static final int BLOCK = 64;

    private final Path folder;
    private final int messages;
    private final int sessions;
    private final int payloadBytes;
    private final int receivers;
    private final Semaphore free = new Semaphore(BATCHES_OPEN);
    private final Journal.Listener release = durable -> freeUpTo(durable);
    private final List<Long> waiting = new ArrayList<>();
    private long number;

    private StoreBenchmark(
            Path folder, int messages, int sessions, int payloadBytes, int receivers) {
        this.folder = folder;
        this.messages = messages;
        this.sessions = sessions;
        this.payloadBytes = payloadBytes;
        this.receivers = receivers;
    }

    public static void main(String[] args) throws Exception {
        StoreBenchmark benchmark =
                new StoreBenchmark(
                        Files.createTempDirectory(Path.of(args[0]), "store"),
                        argument(args, 1, 1_000_000),
                        argument(args, 2, 10),
                        argument(args, 3, 256),
                        argument(args, 4, 1));
        benchmark.run();
    }

    private static int argument(String[] args, int index, int otherwise) {
        return args.length > index ? Integer.parseInt(args[index]) : otherwise;
    }

    private void run() throws Exception {
        RocksStore store = RocksStore.open(folder, StoreOptions.DEFAULTS);
        try (DiskJournal journal = DiskJournal.start(store)) {
            Measure queue = new Measure("queue");
            queue(journal);
            queue.end(messages);
            System.out.println(journal.statistics());
        }
        Measure start = new Measure("start");
        store = RocksStore.open(folder, StoreOptions.DEFAULTS);
        Recovered recovered = store.recovered(1_000);
        long found = 0;
        for (Recovered.Session each : recovered.sessions()) {
            found += each.queue().size() + each.rest().messages();
        }
        start.end(found);
        try (DiskJournal journal = DiskJournal.start(store)) {
            number = 0;
            Measure drain = new Measure("drain");
            long drained = drain(journal);
            drain.end(drained);
            System.out.println(journal.statistics());
            lone(journal, store);
        }
    }

    private void freeUpTo(long durable) {
        synchronized (waiting) {
            int before = waiting.size();
            waiting.removeIf(upTo -> upTo <= durable);
            free.release(before - waiting.size());
        }
    }

    private void append(DiskJournal journal, List<Mutation> batch) throws InterruptedException {
        free.acquire();
        number += batch.size();
        synchronized (waiting) {
            waiting.add(number);
        }
        journal.append(number, batch, release);
    }

    private void finish() throws InterruptedException {
        free.acquire(BATCHES_OPEN);
        free.release(BATCHES_OPEN);
    }

    private void queue(DiskJournal journal) throws InterruptedException {
        for (int i = 1; i <= sessions; i++) {
            append(
                    journal,
                    List.of(
                            Things.created(i),
                            Things.connected(i, 1, 1_000),
                            Things.disconnected(i, 0)));
        }
        List<Mutation> batch = new ArrayList<>(BATCH);
        for (int i = 0; i < messages; i++) {
            int copy = i % receivers;
            Message message = message(i / receivers, receivers == 1 ? 0 : 1 + i / receivers);
            batch.add(Things.enqueued(1 + (i % sessions), i / sessions, message));
            if (batch.size() == BATCH && copy == receivers - 1) {
                append(journal, batch);
                batch = new ArrayList<>(BATCH);
            }
        }
        append(journal, batch);
        finish();
    }

    private Message message(int i, long numberOrZero) {
        byte[] payload = new byte[payloadBytes];
        ThreadLocalRandom.current().nextBytes(payload);
        Publish publish =
                new Publish(
                        TopicName.of("fleet/vehicle-" + i % 1_000 + "/position"),
                        Payload.of(payload),
                        QoS.AT_LEAST_ONCE,
                        false,
                        false,
                        0,
                        Properties.NONE);
        return new Message(publish, Message.NEVER, numberOrZero);
    }

    private long drain(DiskJournal journal) throws InterruptedException {
        CompletableFuture<Long> last = new CompletableFuture<>();
        long drained = 0;
        long[] from = new long[sessions + 1];
        List<Integer> left = new ArrayList<>();
        for (int i = 1; i <= sessions; i++) {
            left.add(i);
        }
        while (!left.isEmpty()) {
            List<CompletableFuture<List<Enqueued>>> answers = new ArrayList<>();
            for (int session : left) {
                CompletableFuture<List<Enqueued>> answer = new CompletableFuture<>();
                journal.read(session, from[session], BLOCK, 256 << 10, answer::complete);
                answers.add(answer);
            }
            for (int i = left.size() - 1; i >= 0; i--) {
                List<Enqueued> entries = answers.get(i).join();
                if (entries.isEmpty()) {
                    left.remove(/* index */ i);
                    continue;
                }
                from[left.get(i)] = entries.getLast().sequence() + 1;
                drained += entries.size();
                List<Mutation> gone = new ArrayList<>(entries.size());
                entries.forEach(entry -> gone.add(Things.dequeued(entry)));
                // Nobody waits for these: they are lazy.
                number += gone.size();
                last = new CompletableFuture<>();
                journal.append(number, gone, last::complete);
            }
        }
        last.join();
        return drained;
    }

    /// One synced write through the journal, and the same by RocksDB alone.
    private void lone(DiskJournal journal, RocksStore store)
            throws InterruptedException, RocksDBException, IOException {
        int count = 2_000;
        long[] ours = new long[count];
        long[] theirs = new long[count];
        Database database = store.databaseForTests();
        byte[] value = new byte[payloadBytes + 40];
        for (int i = 0; i < count; i++) {
            CompletableFuture<Long> durable = new CompletableFuture<>();
            Message message = message(i, 0);
            long begin = System.nanoTime();
            journal.append(
                    ++number,
                    List.of(Things.enqueued(1, messages + i, message)),
                    durable::complete);
            durable.join();
            ours[i] = System.nanoTime() - begin;
            begin = System.nanoTime();
            database.rocks.put(
                    database.family(Family.META), database.synced, Keys.entry(1L << 40, i), value);
            theirs[i] = System.nanoTime() - begin;
        }
        Arrays.sort(ours);
        Arrays.sort(theirs);
        System.out.printf(
                "lone synced write, us: journal median %d, 99%% %d; RocksDB median %d, 99%% %d%n",
                ours[count / 2] / 1_000,
                ours[count * 99 / 100] / 1_000,
                theirs[count / 2] / 1_000,
                theirs[count * 99 / 100] / 1_000);
    }

    /// Time and CPU of this process.
    private static final class Measure {
        private final String what;
        private final long nanos = System.nanoTime();
        private final long cpu = cpuNanos();

        Measure(String what) {
            this.what = what;
        }

        void end(long count) {
            double wall = (System.nanoTime() - nanos) / 1e9;
            double cpuMicros = (cpuNanos() - cpu) / 1e3;
            System.out.printf(
                    "%s: %d messages in %.2f s, %.0f/s, %.2f CPU us a message%n",
                    what, count, wall, count / wall, cpuMicros / Math.max(1, count));
        }

        private static long cpuNanos() {
            return ((OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean())
                    .getProcessCpuTime();
        }
    }
}
