package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.vencejo.core.Mutation;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.storage.FailingStore.Fault;

/// How the writer sleeps, and what it does when nothing comes, in virtual time: the test is its
/// thread, and each sleep the next step of a script.
@Timeout(120)
class StoreWriterTest {
    private static final int MB = 1 << 20;
    private static final long WITHOUT_END = TimeUnit.NANOSECONDS.toSeconds(Long.MAX_VALUE);

    private interface Step {
        void run() throws RocksDBException;
    }

    /// An inbox whose sleeps pass at once. With the script at its end one without end is the close.
    private final class Script extends Inbox {
        @Override
        void sleep(Wake wake, long nanos) {
            slept.add(TimeUnit.NANOSECONDS.toSeconds(nanos));
            Step next = steps.poll();
            if (next != null) {
                run(next);
            } else if (nanos == Long.MAX_VALUE) {
                close();
            } else {
                nowNanos += nanos;
            }
        }

        private static void run(Step step) {
            try {
                step.run();
            } catch (RocksDBException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @TempDir Path folder;

    private FailingStore store;
    private final Script inbox = new Script();
    private final Told told = new Told();
    private final Deque<Step> steps = new ArrayDeque<>();

    /// The sleeps in their order, by the seconds for which the writer meant to sleep.
    private final List<Long> slept = new ArrayList<>();

    // It may be any number, so it is one that overflows soon.
    private long nowNanos = Long.MAX_VALUE - 1;
    private long number;
    private int sequence;

    @BeforeEach
    void aSession() {
        store = FailingStore.failing(folder.resolve("store"));
        append(Things.created(1), Things.connected(1, 1, 1));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private void append(Mutation... changes) {
        number += changes.length;
        inbox.add(new Batch(number, List.of(changes), told));
    }

    private void append(int payloadBytes) {
        append(Things.enqueued(1, sequence++, Things.message("x".repeat(payloadBytes))));
    }

    private void burst() {
        for (int i = 0; i < 9; i++) {
            append(MB);
        }
    }

    private void pass(long seconds) {
        nowNanos += TimeUnit.SECONDS.toNanos(seconds);
    }

    private void write() {
        write(new Room(store));
    }

    private void write(Room room) {
        new StoreWriter(store, room, inbox, new Availability(folder), () -> nowNanos).run();
        assertThat(steps).as("steps that were not reached").isEmpty();
    }

    private long entriesInMemory() throws RocksDBException {
        Database open = store.databaseForTests();
        return open.number(Family.QUEUES, "rocksdb.num-entries-active-mem-table");
    }

    // ---- a lull
    // -----------------------------------------------------------------------------------

    @Test
    void whatABurstLeftInMemoryIsWrittenOutOnceAndIsThereAfterwards() {
        burst();
        steps.add(() -> {
            assertThat(entriesInMemory()).as("before the lull is over").isEqualTo(9);
            pass(10);
        });
        steps.add(() -> {
            assertThat(entriesInMemory()).isZero();
            inbox.close();
        });
        write();
        assertThat(slept).containsExactly(10L, WITHOUT_END);
        assertThat(store.flushes).hasValue(1);
        store.close();
        try (RocksStore again = RocksStore.open(store.folder(), StoreOptions.DEFAULTS)) {
            assertThat(again.read(1, 0, 100, Long.MAX_VALUE))
                    .extracting(Enqueued::sequence)
                    .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);
        }
    }

    @Test
    void aSleepThatEndsForNothingIsGoneOnWith() {
        burst();
        steps.add(() -> pass(4));
        steps.add(() -> pass(0));
        write();
        assertThat(slept).containsExactly(10L, 6L, 6L, WITHOUT_END);
        assertThat(store.flushes).hasValue(1);
    }

    @Test
    void aLullBeginsAnewWithWhatIsWritten() {
        burst();
        steps.add(() -> {
            pass(9);
            append(1);
        });
        write();
        assertThat(slept).containsExactly(10L, 10L, WITHOUT_END);
        assertThat(store.flushes).hasValue(1);
    }

    @Test
    void aLittleStaysInMemoryAndNobodyWakesForIt() {
        append(MB);
        steps.add(() -> {
            pass(3_600);
            append(MB);
        });
        steps.add(() -> {
            pass(3_600);
            assertThat(store.flushes).hasValue(0);
            burst();
        });
        write();
        assertThat(slept).containsExactly(WITHOUT_END, WITHOUT_END, 10L, WITHOUT_END);
        assertThat(store.flushes).as("with a burst behind it").hasValue(1);
    }

    @Test
    void whatWasWrittenOutCountsNoMore() {
        burst();
        steps.add(() -> pass(10));
        steps.add(() -> append(MB));
        steps.add(() -> {
            assertThat(store.flushes).hasValue(1);
            burst();
        });
        write();
        assertThat(slept).containsExactly(10L, WITHOUT_END, WITHOUT_END, 10L, WITHOUT_END);
        assertThat(store.flushes).as("another burst").hasValue(2);
    }

    // ---- in trouble
    // -------------------------------------------------------------------------------

    @Test
    void anErrorWhenItIsWrittenOutIsTroubleAsAnyOther() throws InterruptedException {
        burst();
        steps.add(() -> {
            pass(10);
            store.fault = Fault.BEFORE;
        });
        steps.add(() -> {
            pass(1);
            store.fault = Fault.NONE;
        });
        write();
        told.awaitUnavailable();
        told.awaitAvailable();
        assertThat(slept).containsExactly(10L, 1L, WITHOUT_END);
        assertThat(store.reopenings.availablePermits()).isEqualTo(1);
        assertThat(store.flushes).as("that it was opened anew has written it out").hasValue(1);
    }

    @Test
    void aBrokenStoreIsNotToldToWriteOut() {
        burst();
        steps.add(() -> {
            store.fault = Fault.BEFORE;
            append(1);
        });
        for (int i = 0; i < 20; i++) {
            steps.add(() -> pass(1));
        }
        steps.add(() -> {
            pass(1);
            assertThat(store.flushes).hasValue(0);
            store.fault = Fault.NONE;
        });
        write();
        assertThat(slept).startsWith(10L, 1L, 1L).endsWith(1L, 10L, WITHOUT_END);
        assertThat(store.flushes).as("after the trouble").hasValue(1);
    }

    /// A disk that is looked at, and is full, when it is told to be.
    private static final class Disk extends Room {
        private boolean looks = true;
        private boolean full = true;

        Disk(RocksStore store) {
            super(store);
        }

        @Override
        boolean isTimeToLook() {
            return looks;
        }

        @Override
        @Nullable String want(boolean already) {
            return full ? "it is full" : null;
        }
    }

    @Test
    void withoutRoomOnlyALookForRoomHasItWrittenOut() {
        Disk disk = new Disk(store);
        burst();
        steps.add(() -> {
            disk.looks = false;
            store.flushes.set(0);
        });
        for (int i = 0; i < 20; i++) {
            steps.add(() -> pass(1));
        }
        steps.add(() -> {
            assertThat(store.flushes).hasValue(0);
            disk.looks = true;
            disk.full = false;
        });
        write(disk);
        assertThat(slept).startsWith(1L, 1L).endsWith(1L, 10L, WITHOUT_END);
        assertThat(store.flushes).as("with room").hasValue(1);
    }
}
