package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.PerfContext;
import org.rocksdb.PerfLevel;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.vencejo.core.Mutation;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.Recovered;
import org.vencejo.core.Recovered.Rest;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.QoS;

/// What a store keeps, what a start is told of it, and what it does not write at all.
class RocksStoreTest {
    @TempDir Path folder;

    private RocksStore store;
    private long number;

    @BeforeEach
    void openStore() {
        store = RocksStore.open(folder.resolve("store"), StoreOptions.DEFAULTS.withSynced(false));
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private void apply(Mutation... changes) {
        number += changes.length;
        store.apply(number, List.of(changes));
    }

    private void reopen() {
        store.close();
        openStore();
        number = 0;
    }

    private Recovered.Session onlySession(int windowMax) {
        return store.recovered(windowMax).sessions().getFirst();
    }

    private static List<Long> sequences(Recovered.Session session) {
        return session.queue().stream().map(entry -> entry.enqueued().sequence()).toList();
    }

    private void sessionWithTen(int receiveMaximum) {
        apply(Things.created(7), Things.connected(7, 1, receiveMaximum));
        for (int i = 0; i < 10; i++) {
            apply(Things.enqueued(7, i, Things.message("m" + i), QoS.EXACTLY_ONCE));
        }
    }

    // ---- what a start is told
    // ---------------------------------------------------------------------

    @Test
    void aNewStoreHasNothing() {
        assertThat(store.recovered(10)).isEqualTo(Recovered.NOTHING);
        reopen();
        assertThat(store.recovered(10)).isEqualTo(Recovered.NOTHING);
    }

    @Test
    void whoWasConnectedIsToldWhatItsWindowAllowed() {
        sessionWithTen(3);
        long bytes = 7 * Things.message("m0").bytes();
        reopen();
        assertThat(sequences(onlySession(10))).containsExactly(0L, 1L, 2L);
        assertThat(onlySession(10).rest()).isEqualTo(new Rest(3, 10, 7, bytes, 0));
        assertThat(sequences(onlySession(2))).as("our own limit").containsExactly(0L, 1L);
    }

    @Test
    void whoWasAwayIsToldWhatWasSentWithinItsWindow() {
        sessionWithTen(8);
        apply(Things.disconnected(7, 5));
        reopen();
        assertThat(sequences(onlySession(10))).containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(onlySession(10).rest().from()).isEqualTo(5);
        assertThat(sequences(onlySession(2))).containsExactly(0L, 1L);
        apply(Things.connected(7, 2, 3), Things.disconnected(7, 0));
        assertThat(sequences(onlySession(10))).isEmpty();
        assertThat(onlySession(10).rest())
                .isEqualTo(new Rest(0, 10, 10, 10 * Things.message("m0").bytes(), 0));
    }

    @Test
    void whatPubrecCameForIsToldWhereverItIs() {
        sessionWithTen(1);
        apply(new Mutation.Released(7, 4, 77, 0), Things.disconnected(7, 0));
        reopen();
        Recovered.Session session = onlySession(10);
        assertThat(sequences(session)).containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(session.queue().getLast().released())
                .isEqualTo(new Mutation.Released(7, 4, 77, 0));
        assertThat(session.queue().getFirst().released()).isNull();
    }

    @Test
    void theOldestMayBeGoneInTheMiddle() {
        sessionWithTen(2);
        apply(
                Things.dequeued(Things.enqueued(7, 0, Things.message("m0"), QoS.EXACTLY_ONCE)),
                Things.dequeued(Things.enqueued(7, 2, Things.message("m2"), QoS.EXACTLY_ONCE)));
        reopen();
        assertThat(sequences(onlySession(10))).containsExactly(1L, 3L);
        assertThat(onlySession(10).rest().messages()).isEqualTo(6);
    }

    @Test
    void aStartFindsWhereAQueueBegins() throws RocksDBException {
        apply(Things.created(7), Things.connected(7, 1, 2));
        apply(Things.enqueued(7, 0, Things.message("gone")));
        apply(Things.enqueued(7, 5, Things.message("first")));
        apply(Things.dequeued(Things.enqueued(7, 0, Things.message("gone"))));
        assertThat(onlyRecord().head).as("as far as the writer knows").isEqualTo(1);
        reopen();
        assertThat(sequences(onlySession(10))).containsExactly(5L);
        apply(new Mutation.IdentifierTaken(7, 1));
        assertThat(onlyRecord().head).isEqualTo(5);
    }

    private SessionRecord onlyRecord() throws RocksDBException {
        return Recovery.records(store.databaseForTests()).getFirst();
    }

    @Test
    void aStartSkipsWhatWasRemovedLatelyAndNotAllThatEverPassed() throws RocksDBException {
        StoreOptions small = new StoreOptions(false, 1 << 20, 1 << 20, 1 << 20, 0, Long.MAX_VALUE);
        reopen(small);
        apply(Things.created(7), Things.connected(7, 1, 10));
        pass(0, 20_000);
        reopen(small);
        assertThat(skippedByAStart()).as("the control: what is skipped is counted").isPositive();
        pass(20_000, 320_000);
        reopen(small);
        assertThat(skippedByAStart()).isLessThan(80_000);
    }

    private void reopen(StoreOptions options) {
        Path opened = store.folder();
        store.close();
        store = RocksStore.open(opened, options);
        number = 0;
    }

    // The first is never acknowledged; each of the others waits so long for that that it is in
    // another table than its removal.
    private void pass(int from, int end) {
        int wait = 10_000;
        int batch = 500;
        for (int i = from; i < end; i += batch) {
            List<Mutation> changes = new ArrayList<>();
            for (int j = i; j < i + batch; j++) {
                changes.add(Things.enqueued(7, j, Things.message("m")));
            }
            for (int j = Math.max(1, i - wait); j < i + batch - wait; j++) {
                changes.add(Things.dequeued(Things.enqueued(7, j, Things.message("m"))));
            }
            apply(changes.toArray(Mutation[]::new));
        }
    }

    private long skippedByAStart() throws RocksDBException {
        RocksDB rocks = store.databaseForTests().rocks;
        rocks.setPerfLevel(PerfLevel.ENABLE_COUNT);
        PerfContext counters = rocks.getPerfContext();
        counters.reset();
        assertThat(sequences(onlySession(10))).hasSize(10).startsWith(0L);
        rocks.setPerfLevel(PerfLevel.DISABLE);
        return counters.getInternalKeySkippedCount();
    }

    @Test
    void whatComesAheadOfTheQueueIsItsNewHead() {
        apply(Things.created(7), Things.connected(7, 1, 2));
        apply(Things.enqueued(7, 1_000, Things.message("live")));
        apply(Things.enqueued(7, 5, Things.message("retained")));
        reopen();
        assertThat(sequences(onlySession(10))).containsExactly(5L, 1_000L);
        assertThat(onlySession(10).rest()).isEqualTo(Rest.NOTHING);
    }

    @Test
    void anEndingSessionTellsWhatItStillHasToGiveAway() {
        sessionWithTen(3);
        apply(new Mutation.SessionEnding(7, 4, 6));
        reopen();
        Recovered recovered = store.recovered(10);
        assertThat(recovered.sessions()).isEmpty();
        assertThat(recovered.ending())
                .containsExactly(
                        new Recovered.Ending(
                                7,
                                Things.created(7).clientIdentifier(),
                                6,
                                new Rest(4, 10, 6, 6 * Things.message("m0").bytes(), 0)));
        assertThat(store.read(7, 4, 64, Long.MAX_VALUE)).hasSize(6);
    }

    @Test
    void numbersOfSessionsAreNeverGivenAgain() {
        apply(Things.created(7), Things.connected(7, 1, 1));
        apply(new Mutation.SessionEnded(7));
        reopen();
        assertThat(store.recovered(10).lastSession()).isEqualTo(7);
        assertThatThrownBy(() -> apply(Things.created(7)))
                .isInstanceOf(IllegalStateException.class);
    }

    // ---- indexes
    // ----------------------------------------------------------------------------------

    @Test
    void aBatchThatIsHandedInTwiceIsAppliedOnce() {
        sessionWithTen(3);
        Mutation again = Things.enqueued(7, 10, Things.message("again"));
        store.apply(100, List.of(again));
        store.apply(100, List.of(again));
        assertThat(onlySession(1).rest().messages()).isEqualTo(10);
        store.apply(101, List.of(Things.enqueued(7, 11, Things.message("next"))));
        assertThat(onlySession(1).rest().messages()).isEqualTo(11);
    }

    @Test
    void theCoreCountsAnewAtEachStartAndTheStoreDoesNot() {
        sessionWithTen(3);
        long before = store.applied();
        reopen();
        assertThat(store.applied()).isEqualTo(before);
        store.apply(1, List.of(Things.enqueued(7, 10, Things.message("first of this start"))));
        assertThat(store.applied()).isEqualTo(before + 1);
        assertThat(onlySession(1).rest().messages()).isEqualTo(10);
    }

    @Test
    void aBatchThatMakesNoSenseIsNotAppliedInPart() {
        sessionWithTen(3);
        Mutation good = Things.enqueued(7, 10, Things.message("good"));
        Mutation senseless = new Mutation.SessionEnded(99);
        assertThatThrownBy(() -> apply(good, senseless))
                .isInstanceOf(SenselessChangeException.class)
                .hasMessageContaining("SessionEnded[session=99]");
        assertThat(store.read(7, 10, 1, 1)).isEmpty();
        number--;
        apply(good);
        assertThat(store.read(7, 10, 1, 1)).hasSize(1);
        assertThat(onlySession(1).rest().messages()).isEqualTo(10);
    }

    // ---- reading
    // ----------------------------------------------------------------------------------

    @Test
    void aReadEndsAtMessagesAndAtBytesAndHasAtLeastOne() {
        sessionWithTen(3);
        long each = Things.message("m0").bytes();
        assertThat(store.read(7, 2, 3, Long.MAX_VALUE))
                .extracting(Enqueued::sequence)
                .containsExactly(2L, 3L, 4L);
        assertThat(store.read(7, 2, 64, 2 * each)).hasSize(2);
        assertThat(store.read(7, 2, 64, 2 * each + 1)).hasSize(3);
        assertThat(store.read(7, 2, 64, 1)).hasSize(1);
        assertThat(store.read(7, 10, 64, 1)).isEmpty();
        assertThat(store.read(8, 0, 64, 1)).isEmpty();
    }

    @Test
    void aNumberedMessageIsStoredOnceAndGoesWithItsLastEntry() throws RocksDBException {
        Message message = Things.message("x".repeat(1_000), 5);
        apply(Things.created(1), Things.connected(1, 1, 1));
        apply(Things.created(2), Things.connected(2, 1, 1));
        Enqueued first = Things.enqueued(1, 0, message);
        Enqueued second = Things.enqueued(2, 0, message);
        apply(first, second);
        assertThat(keysIn(Family.MESSAGES)).hasSize(2); // itself and its count
        assertThat(store.read(1, 0, 1, 1).getFirst().message()).isEqualTo(message);
        assertThat(store.read(2, 0, 1, 1).getFirst().message()).isEqualTo(message);
        apply(Things.dequeued(first));
        reopen();
        assertThat(store.read(2, 0, 1, 1).getFirst().message()).isEqualTo(message);
        apply(Things.dequeued(second));
        assertThat(keysIn(Family.MESSAGES)).isEmpty();
    }

    // ---- what is not written
    // ----------------------------------------------------------------------

    @Test
    void whatComesAndGoesInOneGroupIsNotWritten() throws RocksDBException {
        apply(Things.created(1), Things.connected(1, 1, 1));
        long before = latestSequence();
        Enqueued passing = Things.enqueued(1, 0, Things.message("x", 5), QoS.EXACTLY_ONCE);
        apply(passing, new Mutation.Released(1, 0, 1, 0), Things.dequeued(passing));
        assertThat(latestSequence() - before).as("records written: how far it came").isEqualTo(1);
        apply(passing);
        apply(Things.dequeued(passing));
        assertThat(latestSequence() - before).as("the control").isGreaterThan(5);
        assertThat(store.recovered(1).lastMessage()).isEqualTo(5);
    }

    private long latestSequence() {
        return store.databaseForTests().rocks.getLatestSequenceNumber();
    }

    // ---- sessions that ended
    // ----------------------------------------------------------------------

    @Test
    void anEndedSessionLeavesNothingSliceBySlice() throws RocksDBException {
        apply(Things.created(1), Things.connected(1, 1, 1));
        apply(Things.created(2), Things.connected(2, 1, 1));
        Message shared = Things.message("shared", 9);
        apply(Things.enqueued(2, 0, shared));
        List<Mutation> entries = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            entries.add(Things.enqueued(1, i, i % 2 == 0 ? shared : Things.message("own")));
            entries.add(new Mutation.IdentifierTaken(1, i + 1));
        }
        number += entries.size();
        store.apply(number, entries);
        apply(new Mutation.SessionEnded(1));
        int slices = 1;
        while (store.releaseSlice()) {
            slices++;
            reopen(); // as if it had been killed between any two
        }
        assertThat(slices).as("no slice is long").isGreaterThan(10);
        assertThat(keysIn(Family.QUEUES)).hasSize(1);
        assertThat(keysIn(Family.SESSIONS)).allMatch(key -> Keys.sessionOf(key) == 2);
        assertThat(store.read(2, 0, 1, 1).getFirst().message()).isEqualTo(shared);
        apply(Things.dequeued(Things.enqueued(2, 0, shared)));
        assertThat(keysIn(Family.MESSAGES)).isEmpty();
    }

    private List<byte[]> keysIn(Family family) throws RocksDBException {
        List<byte[]> keys = new ArrayList<>();
        Database database = store.databaseForTests();
        try (RocksIterator all = database.rocks.newIterator(database.family(family))) {
            for (all.seekToFirst(); all.isValid(); all.next()) {
                keys.add(all.key());
            }
        }
        return keys;
    }

    // ---- copies
    // -----------------------------------------------------------------------------------

    @Test
    void aCopyOfAStoreInUseIsAStore() {
        sessionWithTen(3);
        Path copy = folder.resolve("copy");
        store.checkpoint(copy);
        apply(Things.enqueued(7, 10, Things.message("later")));
        try (RocksStore copied = RocksStore.open(copy, StoreOptions.DEFAULTS)) {
            assertThat(copied.recovered(3).sessions().getFirst().rest().messages()).isEqualTo(7);
        }
        assertThat(onlySession(3).rest().messages()).isEqualTo(8);
    }
}
