package org.vencejo.testing.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.core.Mutation;
import org.vencejo.core.Recovered;
import org.vencejo.storage.RocksStore;
import org.vencejo.storage.StoreOptions;

/// The power goes while a store is made, before each sync that its first start makes: what is left
/// is no store yet or a whole one, and never one that is refused.
@Timeout(300)
class FirstStartTest {
    @TempDir Path folder;

    private enum Loss {
        /// What was not synced is gone, bytes and names.
        ALL,
        /// The names are there.
        BYTES
    }

    @BeforeEach
    void needsTheLibrary() {
        assumeTrue(FaultyDiskLibrary.built().isPresent(), FaultyDiskLibrary.built().missing());
    }

    @Test
    void aFirstStartMayLoseWhateverBytesWereNotSynced() throws Exception {
        isFollowedByAnotherWhereverItIsCut(Loss.BYTES);
    }

    @Test
    @Tag("long")
    void aFirstStartMayLoseAllThatWasNotSynced() throws Exception {
        isFollowedByAnotherWhereverItIsCut(Loss.ALL);
    }

    private void isFollowedByAnotherWhereverItIsCut(Loss loss) throws Exception {
        int syncs = 0;
        while (isCutBefore(syncs, loss)) {
            syncs++;
        }
        assertThat(syncs).as("cuts").isGreaterThan(5);
    }

    /// Cuts a first start when so many syncs have been made, and starts again; returns false if it
    /// came to its end with them.
    private boolean isCutBefore(int syncs, Loss loss) throws IOException, InterruptedException {
        Path root = Files.createDirectory(folder.resolve("root" + syncs));
        Path store = root.resolve("data").resolve("store");
        boolean cut;
        PowerLoss.Report report;
        try (FaultyDisk disk = new FaultyDisk(root, folder.resolve("disk" + syncs))) {
            disk.holdSyncs();
            disk.letThrough(syncs);
            try (var program = ProcessOnDisk.start(disk, StoreProgram.class, store)) {
                String line =
                        program.await(it ->
                                it.equals(StoreProgram.OPENED)
                                        || it.startsWith(FaultyDisk.SAYS + "held"));
                cut = !line.equals(StoreProgram.OPENED);
            }
            report = loss == Loss.ALL ? PowerLoss.strict(disk) : PowerLoss.ofBytes(disk);
        }
        assertThat(recovered(store)).as("cut before %d: %s", syncs, report).isZero();
        assertThat(recovered(store)).as("and is a store from then on").isEqualTo(1);
        return cut;
    }

    /// How many sessions a store begins with; it ends with one more.
    private static int recovered(Path folder) {
        try (RocksStore store = RocksStore.open(folder, StoreOptions.DEFAULTS)) {
            Recovered recovered = store.recovered(10);
            long number = recovered.lastSession() + 1;
            store.apply(
                    2,
                    List.of(
                            new Mutation.SessionCreated(number, "client " + number, null),
                            new Mutation.SessionConnected(number, 1, 3_600, 10, null)));
            return recovered.sessions().size();
        }
    }
}
