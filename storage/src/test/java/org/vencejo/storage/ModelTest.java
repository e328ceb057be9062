package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.vencejo.core.Mutation;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.Recovered;
import org.vencejo.core.Recovered.Rest;
import org.vencejo.storage.FailingStore.Fault;

/// A store says what a model in plain maps says, whatever happened and however often it was closed,
/// reopened or left without a close.
class ModelTest {
    @TempDir Path folder;

    private final Chance chance = Chance.given();
    private final Model model = new Model();

    @RepeatedTest(4)
    void aStoreHasWhatTheModelHas() throws RocksDBException {
        try {
            for (int start = 0; start < 4; start++) {
                try (RocksStore store = RocksStore.open(folder.resolve("store"), options())) {
                    compare(store);
                    run(store);
                }
            }
        } catch (RuntimeException | Error | RocksDBException e) {
            System.err.println(chance.replay());
            throw e;
        }
    }

    /// The disk fails at any write, before it or after, while changes keep coming.
    @Test
    @Timeout(120)
    void aJournalInTroubleLosesNothingAndDoesNothingTwice() throws InterruptedException {
        FailingStore store = FailingStore.failing(folder.resolve("store"), options(true));
        Told told = new Told();
        long number = 0;
        try (DiskJournal journal = DiskJournal.start(store)) {
            for (int trouble = 0; trouble < 4; trouble++) {
                int failing = chance.below(150);
                for (int batch = 0; batch < 200; batch++) {
                    if (batch == failing) {
                        store.fault = chance.is(0.5) ? Fault.BEFORE : Fault.AFTER;
                    }
                    List<Mutation> changes = model.change(chance);
                    if (!changes.isEmpty()) {
                        number += changes.size();
                        journal.append(number, changes, told);
                    }
                }
                told.awaitUnavailable();
                store.fault = Fault.NONE;
                told.awaitAvailable();
            }
        } catch (RuntimeException | Error e) {
            System.err.println(chance.replay());
            throw e;
        }
        assertThat(told.last()).isEqualTo(number);
        try (RocksStore again = RocksStore.open(folder.resolve("store"), options())) {
            compare(again);
        } catch (RuntimeException | Error e) {
            System.err.println(chance.replay());
            throw e;
        }
    }

    // Small, so that files are written and compacted.
    private static StoreOptions options() {
        return options(false);
    }

    private static StoreOptions options(boolean synced) {
        return new StoreOptions(synced, 1 << 20, 1 << 20, 2 << 20, 0, Long.MAX_VALUE);
    }

    private void run(RocksStore store) throws RocksDBException {
        long number = 0;
        for (int group = 0; group < 100; group++) {
            List<Mutation> changes = new ArrayList<>();
            int size = 1 + chance.below(60);
            while (changes.size() < size) {
                changes.addAll(model.change(chance));
            }
            number += changes.size();
            store.apply(number, changes);
            if (chance.is(0.1)) {
                store.apply(number, changes); // a second time changes nothing
            }
            if (chance.is(0.3)) {
                store.releaseSlice();
            }
            if (chance.is(0.02)) {
                store.reopen();
            }
            if (chance.is(0.05)) {
                compare(store);
            }
        }
        while (store.releaseSlice()) {
            // until ended sessions have left nothing
        }
        compare(store);
        assertThat(countsOf(store)).isEqualTo(model.references());
        assertThat(sessionsOf(store, Family.SESSIONS)).isEqualTo(model.sessions.size());
    }

    private void compare(RocksStore store) {
        int windowMax = 1 + chance.below(8);
        Recovered recovered = store.recovered(windowMax);
        assertThat(recovered.lastSession()).isEqualTo(model.lastSession);
        assertThat(recovered.lastMessage()).isEqualTo(model.lastMessage);
        assertThat(recovered.retained())
                .containsExactlyInAnyOrderElementsOf(model.retained.values());
        int i = 0;
        int ending = 0;
        for (Model.Session expected : model.sessions.values()) {
            long number = expected.created.session();
            if (expected.endingFrom == null) {
                compare(recovered.sessions().get(i++), expected, windowMax);
            } else {
                Recovered.Ending found = recovered.ending().get(ending++);
                assertThat(found.session()).isEqualTo(number);
                assertThat(found.clientIdentifier()).isEqualTo(expected.created.clientIdentifier());
                assertThat(found.sentUpTo()).isEqualTo(expected.endingSentUpTo);
                compare(found.rest(), expected, expected.endingFrom);
            }
            compareReads(store, expected);
        }
        assertThat(recovered.sessions()).hasSize(i);
        assertThat(recovered.ending()).hasSize(ending);
    }

    private void compare(Recovered.Session found, Model.Session expected, int windowMax) {
        assertThat(found.created()).isEqualTo(expected.created);
        assertThat(found.connected()).isEqualTo(expected.connected);
        assertThat(found.disconnected()).isEqualTo(expected.disconnected);
        assertThat(found.subscriptions())
                .containsExactlyInAnyOrderElementsOf(expected.subscriptions.values());
        assertThat(found.identifiersTaken()).isEqualTo(expected.taken);
        List<Recovered.Entry> all = model.entries(expected);
        assertThat(found.queue()).hasSizeGreaterThanOrEqualTo(model.sentOf(expected, windowMax));
        assertThat(found.queue().stream().map(ModelTest::comparable))
                .containsExactlyElementsOf(
                        all.subList(0, found.queue().size()).stream()
                                .map(ModelTest::comparable)
                                .toList());
        if (found.queue().size() == all.size()) {
            assertThat(found.rest()).isEqualTo(Rest.NOTHING);
        } else {
            if (!found.queue().isEmpty()) {
                assertThat(found.rest().from())
                        .isGreaterThan(found.queue().getLast().enqueued().sequence());
            }
            compare(found.rest(), expected, found.rest().from());
            assertThat(found.rest().messages()).isEqualTo(all.size() - found.queue().size());
        }
    }

    private static void compare(Rest rest, Model.Session expected, long from) {
        var entries = expected.queue.tailMap(from, true).values();
        assertThat(rest.from()).isEqualTo(from);
        assertThat(rest.messages()).isEqualTo(entries.size());
        assertThat(rest.bytes())
                .isEqualTo(entries.stream().mapToLong(e -> e.message().bytes()).sum());
        assertThat(rest.shared())
                .isEqualTo(entries.stream().filter(e -> e.share() != null).count());
        if (!entries.isEmpty()) {
            assertThat(rest.end()).isGreaterThan(expected.queue.lastKey());
        }
    }

    private void compareReads(RocksStore store, Model.Session expected) {
        long from =
                expected.queue.isEmpty() ? 0 : chance.pick(List.copyOf(expected.queue.keySet()));
        List<Enqueued> all = List.copyOf(expected.queue.tailMap(from, true).values());
        int most = 1 + chance.below(10);
        List<Enqueued> read = store.read(expected.created.session(), from, most, Long.MAX_VALUE);
        assertThat(read.stream().map(Things::comparable))
                .containsExactlyElementsOf(
                        all.stream().limit(most).map(Things::comparable).toList());
    }

    private static List<Object> comparable(Recovered.Entry entry) {
        return Arrays.asList(Things.comparable(entry.enqueued()), entry.released());
    }

    private static Map<Long, Integer> countsOf(RocksStore store) throws RocksDBException {
        Map<Long, Integer> counts = new TreeMap<>();
        int messages = 0;
        Database database = store.databaseForTests();
        try (RocksIterator all = database.rocks.newIterator(database.family(Family.MESSAGES))) {
            for (all.seekToFirst(); all.isValid(); all.next()) {
                if (Keys.kindOf(all.key()) == Keys.COUNT) {
                    int count = (int) Records.readNumber(Records.wrap(all.value()));
                    counts.put(Keys.sessionOf(all.key()), count);
                } else {
                    messages++;
                }
            }
        }
        assertThat(messages).as("messages that are stored").isEqualTo(counts.size());
        return counts;
    }

    private static long sessionsOf(RocksStore store, Family family) throws RocksDBException {
        long sessions = 0;
        long last = -1;
        Database database = store.databaseForTests();
        try (RocksIterator all = database.rocks.newIterator(database.family(family))) {
            for (all.seekToFirst(); all.isValid(); all.next()) {
                long session = Keys.sessionOf(all.key());
                sessions += session == last ? 0 : 1;
                last = session;
            }
        }
        return sessions;
    }
}
