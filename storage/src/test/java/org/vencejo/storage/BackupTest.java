package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.vencejo.core.Journal;
import org.vencejo.core.Mutation;

/// A copy of a store fits together whatever is written meanwhile, and takes its place only whole.
@Timeout(120)
class BackupTest {
    private static final long ENOUGH = 300;

    @TempDir private Path folder;

    private final AtomicLong durable = new AtomicLong();

    private final Journal.Listener listener =
            new Journal.Listener() {
                @Override
                public void durable(long upTo) {
                    durable.set(upTo);
                }

                @Override
                public void unavailable(String reason, boolean stillWrites) {
                    throw new IllegalStateException(reason);
                }

                @Override
                public void available() {}
            };

    // Two sessions, so that messages, entries, states and counts change together.
    @RepeatedTest(3)
    void aCopyUnderWritesFitsTogetherAndHasAllThatWasDurable() throws InterruptedException {
        RocksStore store = RocksStore.open(folder.resolve("store"), StoreOptions.DEFAULTS);
        DiskJournal journal = DiskJournal.start(store);
        AtomicBoolean enough = new AtomicBoolean();
        try {
            journal.append(
                    4,
                    List.of(
                            Things.created(1),
                            Things.connected(1, 1, 10),
                            Things.created(2),
                            Things.connected(2, 1, 10)),
                    listener);
            Thread load = Thread.ofPlatform().start(() -> write(journal, enough));
            while (durable.get() < ENOUGH) {
                Thread.onSpinWait();
            }
            long before = durable.get();

            journal.backup(folder.resolve("backup"));

            enough.set(true);
            load.join();
            StoreReport report = StoreCheck.of(folder.resolve("backup/store"));
            assertThat(report.mistakes()).isEmpty();
            assertThat(report.holds()).isNotNull();
            assertThat(report.holds().index()).isGreaterThanOrEqualTo(before);
            assertThat(report.holds().messages()).isEqualTo(report.holds().index() - 4);
        } finally {
            enough.set(true);
            journal.close();
        }
    }

    private void write(DiskJournal journal, AtomicBoolean enough) {
        long upTo = 4;
        for (long i = 0; !enough.get(); i++) {
            var message = Things.message("payload " + i, i + 1);
            List<Mutation> changes =
                    List.of(Things.enqueued(1, i, message), Things.enqueued(2, i, message));
            upTo += changes.size();
            journal.append(upTo, changes, listener);
            while (upTo - durable.get() > 100 && !enough.get()) {
                Thread.onSpinWait();
            }
        }
    }

    // ---- restore
    // ----------------------------------------------------------------------------------

    private Path backup = Path.of("");
    private Path data = Path.of("");

    @BeforeEach
    void aBackup() throws IOException, RocksDBException {
        Path store = Stocked.in(Files.createDirectory(folder.resolve("stocked")), false);
        backup = folder.resolve("b");
        data = Files.createDirectory(folder.resolve("data"));
        Backup.make(store, backup);
    }

    @Test
    void aRestoreIsACopyOfItsOwn() throws IOException {
        Backup.Restored restored = Backup.restore(backup, data, false);

        assertThat(restored.replaced()).isNull();
        assertThat(restored.holds().messages()).isEqualTo(Stocked.SESSIONS * Stocked.MESSAGES);
        assertThat(Stocked.sums(data.resolve(Backup.STORE)))
                .isEqualTo(Stocked.sums(backup.resolve(Backup.STORE)));
        for (Path each : Copies.files(data.resolve(Backup.STORE))) {
            assertThat(Files.getAttribute(each, "unix:nlink")).isEqualTo(1);
        }
        assertThat(Stocked.contents(data.resolve(Backup.STORE)).sessions()).hasSize(50);
    }

    @Test
    void whatIsThereIsMovedAsideAndNeverRemoved() throws IOException {
        Backup.restore(backup, data, false);
        var before = Stocked.sums(data.resolve(Backup.STORE));
        assertThatThrownBy(() -> Backup.restore(backup, data, false))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("--force");
        for (int i = 1; i <= 2; i++) {
            Path replaced = data.resolve("store.replaced-" + i);
            assertThat(Backup.restore(backup, data, true).replaced()).isEqualTo(replaced);
            assertThat(Stocked.sums(replaced)).isEqualTo(before);
        }
    }

    /// A path that is too long is one that nobody can remove, root included.
    @Test
    void whatCannotBeRemovedIsToldInTheWordsOfTheDisk() throws IOException {
        Path within = folder.resolve("within");
        Files.createDirectories(within.resolve(deep()));
        Path above = data.resolve("store.part").resolve(deep());
        Files.createDirectories(above);
        Path moved = Files.move(within, above.resolve("within"));
        try {
            assertThatThrownBy(() -> Backup.restore(backup, data, false))
                    .isInstanceOf(StoreException.class)
                    .hasMessageStartingWith(
                            "'%s' cannot be restored: java.nio.file.FileSystemException: "
                                    .formatted(backup))
                    .hasCauseInstanceOf(FileSystemException.class);
        } finally {
            Files.move(moved, within); // else the folder of the test cannot be removed either
        }

        Backup.restore(backup, data, false);
    }

    private static String deep() {
        return ("x".repeat(200) + "/").repeat(12);
    }

    @Test
    void whatAnotherRestoreLeftHalfDoneIsDoneAnew() throws IOException {
        Files.createDirectory(data.resolve("store.part"));
        Files.createFile(data.resolve("store.part/000099.sst"));
        assertThat(Backup.isHalfRestored(data)).isTrue();

        Backup.restore(backup, data, false);

        assertThat(Backup.isHalfRestored(data)).isFalse();
        assertThat(data.resolve("store/000099.sst")).doesNotExist();
    }

    @Test
    void aDamagedBackupChangesNothing() throws IOException, RocksDBException {
        Backup.restore(backup, data, false);
        var before = Stocked.sums(data.resolve(Backup.STORE));
        Stocked.flip(Stocked.table(backup.resolve(Backup.STORE), Family.QUEUES), 500);
        assertThatThrownBy(() -> Backup.restore(backup, data, true))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("is damaged");
        assertThat(Stocked.sums(data.resolve(Backup.STORE))).isEqualTo(before);
        assertThat(Copies.files(data)).hasSize(1);
    }
}
