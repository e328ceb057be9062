package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.core.Mutation;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.Recovered;
import org.vencejo.protocol.QoS;
import org.vencejo.storage.FailingStore.Fault;

/// The journal on disk: what it says and when, what a group is, and that nothing is lost or done
/// twice in disk trouble.
@Timeout(120)
class DiskJournalTest {
    @TempDir Path folder;

    private FailingStore store;
    private DiskJournal journal;
    private final Told told = new Told();
    private long number;

    @BeforeEach
    void aSession() throws InterruptedException {
        store = FailingStore.failing(folder.resolve("store"));
        journal = DiskJournal.start(store);
        append(Things.created(1), Things.connected(1, 1, 1));
        told.awaitDurable(2);
    }

    @AfterEach
    void close() {
        journal.close();
    }

    private void append(Mutation... changes) {
        number += changes.length;
        journal.append(number, List.of(changes), told);
    }

    private static Enqueued entry(int sequence) {
        return Things.enqueued(1, sequence, Things.message("m" + sequence));
    }

    private List<Long> sequencesAfterRestart() {
        journal.close();
        try (RocksStore again = RocksStore.open(store.folder(), StoreOptions.DEFAULTS)) {
            Recovered.Session session = again.recovered(1).sessions().getFirst();
            List<Long> sequences = new ArrayList<>();
            again.read(1, 0, 1_000, Long.MAX_VALUE).forEach(e -> sequences.add(e.sequence()));
            assertThat(session.queue().size() + session.rest().messages())
                    .as("the counter of the queue")
                    .isEqualTo(sequences.size());
            return sequences;
        }
    }

    // ---- groups
    // -----------------------------------------------------------------------------------

    @Test
    void whatIsToldDurableIsThere() throws InterruptedException {
        append(entry(0));
        append(entry(1), entry(2));
        told.awaitDurable(number);
        assertThat(sequencesAfterRestart()).containsExactly(0L, 1L, 2L);
    }

    @Test
    void whatComesWhileAGroupIsSyncedIsTheNextGroup() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        store.held = release;
        append(entry(0));
        store.reached.await(30, TimeUnit.SECONDS);
        for (int i = 1; i <= 100; i++) {
            append(entry(i));
        }
        assertThat(told.isSilent()).as("nothing is told before the sync").isTrue();
        long before = journal.statistics().batches();
        store.held = null;
        release.countDown();
        assertThat(told.next()).isEqualTo(number - 100);
        assertThat(told.next()).isEqualTo(number);
        assertThat(journal.statistics().batches() - before).isEqualTo(2);
    }

    @Test
    void aGroupIsBounded() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        store.held = release;
        append(entry(0));
        store.reached.await(30, TimeUnit.SECONDS);
        String payload = "x".repeat(1 << 20);
        for (int i = 1; i <= 10; i++) {
            append(Things.enqueued(1, i, Things.message(payload)));
        }
        store.held = null;
        release.countDown();
        assertThat(told.next()).isEqualTo(number - 10);
        assertThat((long) told.next()).as("four megabytes and a bit").isEqualTo(number - 6);
        told.awaitDurable(number);
    }

    @Test
    void acknowledgementsOfQoS1AreWrittenWithoutASync() throws InterruptedException {
        Enqueued again = Things.enqueued(1, 1, Things.message("m1"), QoS.EXACTLY_ONCE);
        append(entry(0), again);
        told.awaitDurable(number);
        long syncs = journal.statistics().syncs();
        append(Things.dequeued(entry(0)));
        told.awaitDurable(number);
        assertThat(journal.statistics().syncs()).isEqualTo(syncs);
        append(Things.dequeued(again));
        told.awaitDurable(number);
        assertThat(journal.statistics().syncs()).as("QoS 2 is not lazy").isEqualTo(syncs + 1);
    }

    @Test
    void whatIsLazyGoesWithWhatIsNot() throws InterruptedException {
        append(entry(0));
        told.awaitDurable(number);
        long batches = journal.statistics().batches();
        CountDownLatch release = new CountDownLatch(1);
        store.held = release;
        append(entry(1));
        store.reached.await(30, TimeUnit.SECONDS);
        append(Things.dequeued(entry(0)));
        append(entry(2));
        store.held = null;
        release.countDown();
        told.awaitDurable(number);
        assertThat(journal.statistics().batches() - batches).isEqualTo(2);
    }

    @Test
    void aCloseWritesWhatIsLazyToo() {
        append(entry(0), entry(1));
        append(Things.dequeued(entry(0)));
        assertThat(sequencesAfterRestart()).containsExactly(1L);
    }

    // ---- reads
    // ------------------------------------------------------------------------------------

    @Test
    void readsAreAnswered() throws Exception {
        append(entry(0), entry(1), entry(2));
        told.awaitDurable(number);
        CompletableFuture<List<Enqueued>> answer = new CompletableFuture<>();
        journal.read(1, 1, 10, Long.MAX_VALUE, answer::complete);
        assertThat(answer.get(30, TimeUnit.SECONDS))
                .extracting(Enqueued::sequence)
                .containsExactly(1L, 2L);
    }

    private CompletableFuture<List<Enqueued>> read(long session, long from) {
        CompletableFuture<List<Enqueued>> answer = new CompletableFuture<>();
        journal.read(session, from, 10, Long.MAX_VALUE, answer::complete);
        return answer;
    }

    @Test
    void aReadThatFailsIsCountedAndTriedAgainUntilItWorks() throws Exception {
        append(entry(0));
        told.awaitDurable(number);
        store.unreadable.add(1L);
        CompletableFuture<List<Enqueued>> answer = read(1, 0);
        store.awaitTries(1, 2);
        assertThat(journal.statistics().readsFailing()).isEqualTo(1);
        assertThat(journal.statistics().readsFailed()).isPositive();
        assertThat(read(2, 0).get(30, TimeUnit.SECONDS)).as("others go on").isEmpty();
        assertThat(journal.statistics().readsFailing()).isEqualTo(1);
        store.unreadable.clear();
        assertThat(answer.get(30, TimeUnit.SECONDS)).hasSize(1);
        assertThat(journal.statistics().readsFailing()).isZero();
    }

    @Test
    void aReadThatFailsEndsWithItsSession() throws Exception {
        store.unreadable.add(1L);
        store.unreadable.add(2L);
        var answer = read(1, 0);
        store.awaitTries(1, 2);
        append(new Mutation.SessionEnded(1));
        assertThat(journal.statistics().readsFailing()).isZero();
        var _ = read(2, 0);
        store.awaitTries(2, 1);
        assertThat(store.awaitTries(2, 2)).as("tries for who is gone").isZero();
        assertThat(journal.statistics().readsFailing()).isEqualTo(1);
        store.unreadable.clear();
        assertThat(answer).isNotDone();
    }

    @Test
    void whoAsksAnewIsAnsweredOnce() throws Exception {
        append(entry(0), entry(1));
        told.awaitDurable(number);
        store.unreadable.add(1L);
        var older = read(1, 0);
        store.awaitTries(1, 1);
        var newer = read(1, 1);
        store.awaitTries(1, 2); // the first of them is known to have failed by the second
        assertThat(journal.statistics().readsFailing()).isEqualTo(1);
        store.unreadable.clear();
        assertThat(newer.get(30, TimeUnit.SECONDS))
                .extracting(Enqueued::sequence)
                .containsExactly(1L);
        assertThat(read(2, 0).get(30, TimeUnit.SECONDS)).isEmpty();
        store.tried.clear();
        store.unreadable.add(3L);
        var _ = read(3, 0);
        assertThat(store.awaitTries(3, 3)).as("tries of the older").isZero();
        assertThat(older).isNotDone();
    }

    @Test
    void aCloseEndsTheReadsThatFail() throws Exception {
        store.unreadable.add(1L);
        var answer = read(1, 0);
        store.awaitTries(1, 1);
        journal.close();
        assertThat(journal.statistics().readsFailing()).isZero();
        assertThat(answer).isNotDone();
    }

    @Test
    void aCloseWaitsForAReadThatHangsNoLongerThanItMay() throws Exception {
        append(entry(0));
        told.awaitDurable(number);
        CountDownLatch release = new CountDownLatch(1);
        store.hanging = release;
        var answer = read(1, 0);
        store.awaitTries(1, 1);
        journal.close(TimeUnit.SECONDS.toNanos(1));
        assertThat(journal.statistics().readsFailing()).isZero();
        assertThat(store.databaseForTests()).as("is left open, as it is in use").isNotNull();
        release.countDown();
        assertThat(sequencesAfterRestart()).as("closed by another try").containsExactly(0L);
        assertThat(answer).as("nobody waits for it any more").isNotDone();
    }

    // ---- ended sessions
    // ---------------------------------------------------------------------------

    @Test
    void whatEndedSessionsLeftGoesByAndBy() throws Exception {
        List<Mutation> entries = new ArrayList<>();
        for (int i = 0; i < 3_000; i++) {
            entries.add(Things.enqueued(1, i, Things.message("m", 1)));
        }
        append(entries.toArray(Mutation[]::new));
        append(new Mutation.SessionEnded(1));
        told.awaitDurable(number);
        append(Things.created(2), Things.connected(2, 1, 1));
        told.awaitDurable(number);
        journal.close();
        try (RocksStore again = RocksStore.open(store.folder(), StoreOptions.DEFAULTS)) {
            while (again.releaseSlice()) {
                // goes on where the journal ended
            }
            assertThat(again.read(1, 0, 1, 1)).isEmpty();
            assertThat(again.recovered(1).sessions()).hasSize(1);
        }
    }

    // ---- trouble
    // ----------------------------------------------------------------------------------

    @ParameterizedTest
    @EnumSource(names = {"BEFORE", "AFTER"})
    void nothingIsLostOrDoneTwiceWhenTheDiskFails(Fault fault) throws InterruptedException {
        append(entry(0));
        told.awaitDurable(number);
        store.fault = fault;
        append(entry(1));
        Object unavailable = told.next();
        assertThat(unavailable).isInstanceOf(Told.Unavailable.class);
        assertThat(journal.statistics().unavailable()).contains("the disk");
        append(entry(2), Things.dequeued(entry(0)));
        append(entry(3));
        store.fault = Fault.NONE;
        long upTo = 0;
        Object next = told.next();
        while (next instanceof Long durable) {
            upTo = durable;
            next = told.next();
        }
        assertThat(upTo).isEqualTo(number);
        assertThat(next).isEqualTo("available");
        assertThat(journal.statistics().unavailable()).isNull();
        append(entry(4));
        told.awaitDurable(number);
        assertThat(sequencesAfterRestart()).containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void troubleThatLastsIsToldOnce() throws InterruptedException {
        store.fault = Fault.BEFORE;
        append(entry(0));
        assertThat(told.next()).isInstanceOf(Told.Unavailable.class);
        append(entry(1));
        assertThat(store.reopenings.tryAcquire(2, 30, TimeUnit.SECONDS)).isTrue();
        assertThat(told.isSilent()).isTrue();
        CompletableFuture<List<Enqueued>> answer = new CompletableFuture<>();
        journal.read(1, 0, 10, 1, answer::complete);
        assertThat(answer.join()).as("reads go on").isEmpty();
        store.fault = Fault.NONE;
        told.awaitDurable(number);
    }

    @Test
    void whatMakesNoSenseIsLoudAndStopsOnlyWhatComesAfterIt() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        store.held = release;
        append(entry(0));
        store.reached.await(30, TimeUnit.SECONDS);
        append(entry(1));
        append(entry(2), new Mutation.SessionEnded(99));
        append(entry(3));
        store.held = null;
        release.countDown();
        assertThat(told.next()).isEqualTo(3L);
        assertThat(told.next()).isEqualTo(new Told.Unavailable(SenselessChangeException.REASON));
        assertThat(told.next()).as("what came before is kept").isEqualTo(4L);
        assertThat(read(1, 0).get(30, TimeUnit.SECONDS)).as("queues are read").hasSize(2);
        assertThat(sequencesAfterRestart()).containsExactly(0L, 1L);
        assertThat(told.isSilent()).as("nothing behind it is acknowledged").isTrue();
        assertThat(store.reopenings.availablePermits())
                .as("only a restart can end it, so it is not opened anew again and again")
                .isEqualTo(1);
        store = FailingStore.failing(store.folder());
        journal = DiskJournal.start(store);
        number = 0;
        append(entry(2));
        assertThat(told.next()).as("and a restart ends it").isEqualTo(1L);
    }

    @Test
    void aCloseInTroubleGivesUpAndWhatWasAcknowledgedStays() throws InterruptedException {
        append(entry(0));
        told.awaitDurable(number);
        store.fault = Fault.BEFORE;
        append(entry(1));
        assertThat(told.next()).isInstanceOf(Told.Unavailable.class);
        assertThat(sequencesAfterRestart()).containsExactly(0L);
    }

    // ---- room
    // -------------------------------------------------------------------------------------

    /// A disk that has as much left as it is told to.
    private static final class Disk extends Room {
        private volatile boolean full;

        Disk(RocksStore store) {
            super(store);
        }

        @Override
        boolean isTimeToLook() {
            return true;
        }

        @Override
        @Nullable String want(boolean already) throws IOException {
            return full ? "it is full" : null;
        }
    }

    @Test
    void withoutRoomNothingNewShouldComeButWhatCameIsWritten() throws InterruptedException {
        journal.close();
        number = 0;
        store = FailingStore.failing(folder.resolve("store"));
        Disk disk = new Disk(store);
        journal = DiskJournal.start(store, disk);
        append(entry(0));
        told.awaitDurable(number);
        disk.full = true;
        append(entry(1));
        assertThat(told.next()).isEqualTo(new Told.Unavailable("it is full"));
        assertThat(told.next()).as("what was accepted is kept").isEqualTo(2L);
        append(Things.dequeued(entry(0)));
        assertThat(told.next()).as("and what makes room").isEqualTo(3L);
        disk.full = false;
        assertThat(told.next()).isEqualTo("available");
        assertThat(sequencesAfterRestart()).containsExactly(1L);
    }

    @Test
    void aStoreThatWasFullAndIsDrainedHasRoomByItself() throws InterruptedException {
        journal.close();
        number = 0;
        StoreOptions small = new StoreOptions(true, 1 << 20, 1 << 20, 1 << 20, 0, 12 << 20);
        store = FailingStore.failing(folder.resolve("store"), small);
        journal = DiskJournal.start(store);
        List<Enqueued> entries = new ArrayList<>();
        Object next = 0L;
        while (next instanceof Long) {
            byte[] payload = Chance.of(entries.size()).bytes(100_000);
            String text = java.util.HexFormat.of().formatHex(payload);
            entries.add(Things.enqueued(1, entries.size(), Things.message(text)));
            append(entries.getLast());
            next = told.next();
        }
        assertThat(next).isInstanceOf(Told.Unavailable.class);
        entries.forEach(entry -> append(Things.dequeued(entry)));
        while (next instanceof Long || next instanceof Told.Unavailable) {
            next = told.next();
        }
        assertThat(next).isEqualTo("available");
    }

    @Test
    void roomIsWhatTheFileSystemHasLeftAndWhatTheStoreMayTake() throws IOException {
        assertThat(wantWith(0, Long.MAX_VALUE)).isNull();
        assertThat(wantWith(1L << 60, Long.MAX_VALUE)).contains("MB left, and").contains("wanted");
        assertThat(wantWith(0, 1)).contains("and may have 0 MB");
    }

    private @Nullable String wantWith(long freeBytesMin, long bytesMax) throws IOException {
        Path other = folder.resolve("room");
        StoreOptions options = StoreOptions.DEFAULTS.withRoom(freeBytesMin, bytesMax);
        try (RocksStore small = RocksStore.open(other, options)) {
            return new Room(small).want(false);
        }
    }
}
