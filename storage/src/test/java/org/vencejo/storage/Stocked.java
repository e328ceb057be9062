package org.vencejo.storage;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;
import org.vencejo.core.Mutation;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.Recovered;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.RetainHandling;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// A store with fifty sessions, each with subscriptions and a queue, messages that they share, and
/// retained messages; and what a store has, in things that can be compared.
final class Stocked {
    static final int SESSIONS = 50;
    static final int MESSAGES = 60;
    static final int RETAINED = 40;

    private final RocksStore store;
    private long number;

    private Stocked(RocksStore store) {
        this.store = store;
    }

    /// What a store has of a session.
    record Session(String client, List<String> filters, List<String> payloads) {}

    /// What a store has.
    record Contents(Map<String, Session> sessions, List<String> retained) {}

    /// Makes it in `folder`, and leaves it as a kill would, in a copy: `flushed` in tables, else in
    /// the log alone. Not all, so that there is a log in any case.
    static Path in(Path folder, boolean flushed) throws IOException, RocksDBException {
        try (RocksStore store = RocksStore.open(folder.resolve("origin"), StoreOptions.DEFAULTS)) {
            Stocked stocked = new Stocked(store);
            stocked.fill(flushed);
            return Copies.of(store.folder(), folder.resolve("store"));
        }
    }

    /// The same with two tables of sessions: in the newer one each has a subscription more.
    static Path inTwoLayers(Path folder) throws IOException, RocksDBException {
        try (RocksStore store = RocksStore.open(folder.resolve("origin"), StoreOptions.DEFAULTS)) {
            Stocked stocked = new Stocked(store);
            stocked.fill(true);
            for (int session = 1; session <= SESSIONS; session++) {
                stocked.apply(List.of(subscribed(session, 3)));
            }
            stocked.flush();
            return Copies.of(store.folder(), folder.resolve("store"));
        }
    }

    private void fill(boolean flushed) throws RocksDBException {
        sessions();
        queues();
        if (flushed) {
            flush();
        }
        retained(RETAINED);
    }

    private void apply(List<Mutation> changes) {
        number += changes.size();
        store.apply(number, changes);
    }

    private void sessions() {
        for (int session = 1; session <= SESSIONS; session++) {
            List<Mutation> changes = new ArrayList<>();
            changes.add(Things.created(session));
            changes.add(Things.connected(session, 1, 10));
            for (int i = 0; i < 3; i++) {
                changes.add(subscribed(session, i));
            }
            apply(changes);
        }
    }

    private static Mutation.Subscribed subscribed(int session, int i) {
        Subscription subscription =
                new Subscription(
                        TopicFilter.of("filter/" + session + "/" + i),
                        QoS.AT_LEAST_ONCE,
                        false,
                        false,
                        RetainHandling.of(0));
        return new Mutation.Subscribed(session, subscription, 0);
    }

    // Every tenth message goes to all, and is stored once.
    private void queues() {
        for (int i = 0; i < MESSAGES; i++) {
            List<Mutation> changes = new ArrayList<>();
            for (int session = 1; session <= SESSIONS; session++) {
                Message message =
                        i % 10 == 0
                                ? Things.message(shared(i), i + 1)
                                : Things.message(own(session, i));
                changes.add(Things.enqueued(session, i, message));
            }
            apply(changes);
        }
    }

    static String shared(int i) {
        return "for all " + i + " " + Chance.of(i).below(1 << 30);
    }

    // Of no use to a compressor, so that there are many blocks.
    static String own(int session, int i) {
        Chance chance = Chance.of(session * 1_000L + i);
        StringBuilder payload = new StringBuilder(session + "/" + i + " ");
        for (int word = 0; word < 20; word++) {
            payload.append(chance.below(1 << 30)).append(' ');
        }
        return payload.toString();
    }

    private void retained(int count) {
        List<Mutation> changes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Publish publish =
                    new Publish(
                            TopicName.of("retained/" + i),
                            Payload.of("kept " + i),
                            QoS.AT_LEAST_ONCE,
                            true,
                            false,
                            0,
                            Properties.NONE);
            changes.add(new Mutation.RetainedSet(new Message(publish, Message.NEVER)));
        }
        apply(changes);
    }

    private void flush() throws RocksDBException {
        Database database = store.databaseForTests();
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            database.rocks.flush(wait, database.families());
        }
    }

    // ---- what is there
    // ----------------------------------------------------------------------------

    /// All that the store in `folder` has.
    static Contents contents(Path folder) {
        try (RocksStore store = RocksStore.open(folder, StoreOptions.DEFAULTS)) {
            Map<String, Session> sessions = new TreeMap<>();
            Recovered recovered = store.recovered(10);
            for (Recovered.Session each : recovered.sessions()) {
                String client = each.created().clientIdentifier();
                sessions.put(client, new Session(client, filters(each), payloads(store, each)));
            }
            return new Contents(
                    sessions,
                    recovered.retained().stream().map(message -> text(message)).sorted().toList());
        }
    }

    private static List<String> filters(Recovered.Session session) {
        return session.subscriptions().stream()
                .map(each -> each.subscription().topicFilter().toString())
                .sorted()
                .toList();
    }

    private static List<String> payloads(RocksStore store, Recovered.Session session) {
        List<String> payloads = new ArrayList<>();
        long number = session.created().session();
        for (Enqueued each : store.read(number, 0, 100_000, Long.MAX_VALUE)) {
            payloads.add(text(each.message()));
        }
        return payloads;
    }

    private static String text(Message message) {
        return new String(message.publish().payload().toByteArray(), StandardCharsets.UTF_8);
    }

    // ---- damage
    // -----------------------------------------------------------------------------------

    /// Flips a byte, so many permille into the file.
    static void flip(Path file, int permille) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            long at = bytes.length() * permille / 1_000;
            bytes.seek(at);
            int before = bytes.read();
            bytes.seek(at);
            bytes.write(before ^ 0x55);
        }
    }

    static void cut(Path file) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.setLength(bytes.length() / 2);
        }
    }

    /// The newest table of a family.
    static Path table(Path folder, Family family) throws IOException, RocksDBException {
        Path newest = null;
        for (Path each : Tables.files(folder, Tables.TABLE)) {
            if (Tables.open(each).family().equals(Database.text(family.nameBytes()))) {
                newest = each;
            }
        }
        return Objects.requireNonNull(newest, "no table of " + family);
    }

    /// A sum of every file.
    static Map<String, Long> sums(Path folder) throws IOException {
        Map<String, Long> sums = new TreeMap<>();
        for (Path each : Copies.files(folder)) {
            CRC32C sum = new CRC32C();
            sum.update(Files.readAllBytes(each));
            sums.put(each.getFileName().toString(), sum.getValue());
        }
        return sums;
    }
}
