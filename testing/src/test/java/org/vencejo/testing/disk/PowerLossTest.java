package org.vencejo.testing.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a program finds after its machine lost power: in each test the thing that is lost, and
/// beside it the same thing synced, which is not.
class PowerLossTest {
    @TempDir Path folder;
    private Path root;
    private FaultyDisk disk;

    @BeforeEach
    void makeADisk() throws IOException {
        assumeTrue(FaultyDiskLibrary.built().isPresent(), FaultyDiskLibrary.built().missing());
        root = Files.createDirectory(folder.resolve("root"));
        disk = new FaultyDisk(root, folder.resolve("disk"));
    }

    @AfterEach
    void closeIt() {
        if (disk != null) {
            disk.close();
        }
    }

    /// Runs a program that does this, and is killed.
    private void killedAfter(String... lines) throws IOException, InterruptedException {
        try (var program = ProcessOnDisk.start(disk, DiskProgram.class, root)) {
            program.await("ready"::equals);
            for (String line : lines) {
                assertThat(program.ask(line)).as(line).isEqualTo("ok");
            }
        }
    }

    private List<String> names() throws IOException {
        try (var all = Files.walk(root)) {
            return all.skip(1).map(file -> root.relativize(file).toString()).sorted().toList();
        }
    }

    private String text(String name) throws IOException {
        return Files.readString(root.resolve(name));
    }

    @Test
    void bytesBehindTheLastSyncAreLost() throws Exception {
        killedAfter("append a 123", "sync a", "append b 123", "syncfolder .", "append a 456");
        assertThat(text("a")).as("control: a kill alone loses nothing").isEqualTo("123456");
        PowerLoss.Report report = PowerLoss.strict(disk);
        assertThat(text("a")).isEqualTo("123");
        assertThat(text("b")).isEmpty();
        assertThat(report.bytesLost()).isEqualTo(6);
    }

    @Test
    void aNewNameIsLostWhenItsFolderIsNotSynced() throws Exception {
        killedAfter("append a 1", "sync a", "syncfolder .", "append b 1", "sync b");
        assertThat(names()).containsExactly("a", "b");
        PowerLoss.strict(disk);
        assertThat(names()).containsExactly("a");
    }

    @Test
    void aLossOfBytesAloneLeavesEveryName() throws Exception {
        killedAfter("append a 12", "sync a", "append a 3", "append b 1", "append c 1", "move c d");
        PowerLoss.ofBytes(disk);
        assertThat(names()).containsExactly("a", "b", "d");
        assertThat(text("a")).isEqualTo("12");
        assertThat(text("b")).isEmpty();
        assertThat(text("d")).isEmpty();
    }

    @Test
    void aFolderIsLostWithAllThatIsSyncedInIt() throws Exception {
        killedAfter(
                "mkdir a",
                "append a/1 1",
                "sync a/1",
                "syncfolder a", //
                "syncfolder .", //
                "mkdir b",
                "append b/1 1",
                "sync b/1",
                "syncfolder b");
        PowerLoss.strict(disk);
        assertThat(names()).containsExactly("a", "a/1");
    }

    @Test
    void aNewNameIsTakenBackAndWhatItReplacedReturns() throws Exception {
        killedAfter(
                "append current 1",
                "sync current",
                "append next 2",
                "sync next", //
                "append old 3",
                "sync old",
                "syncfolder .",
                "move next current");
        assertThat(text("current")).isEqualTo("2");
        PowerLoss.strict(disk);
        assertThat(names()).containsExactly("current", "next", "old");
        assertThat(text("current")).isEqualTo("1");
        assertThat(text("next")).isEqualTo("2");

        killedAfter("move next current", "syncfolder .", "move old older");
        PowerLoss.strict(disk);
        assertThat(names()).as("one synced, one not").containsExactly("current", "old");
        assertThat(text("current")).isEqualTo("2");
    }

    @Test
    void whatWasRemovedReturns() throws Exception {
        killedAfter(
                "append a 1",
                "sync a",
                "append b 2",
                "sync b", //
                "syncfolder .",
                "delete a",
                "syncfolder .",
                "delete b");
        assertThat(names()).isEmpty();
        PowerLoss.strict(disk);
        assertThat(names()).containsExactly("b");
        assertThat(text("b")).isEqualTo("2");
    }

    @Test
    void bytesWrittenOverSyncedOnesAreTheOldOnes() throws Exception {
        killedAfter(
                "append a 123456",
                "sync a",
                "syncfolder .", //
                "put a 0 x",
                "sync a",
                "put a 1 yy",
                "put a 2 zz");
        assertThat(text("a")).isEqualTo("xyzz56");
        PowerLoss.strict(disk);
        assertThat(text("a")).isEqualTo("x23456");
    }

    @Test
    void whatAFailedSyncShouldHaveKeptIsLostInSpiteOfALaterSync() throws Exception {
        try (var program = ProcessOnDisk.start(disk, DiskProgram.class, root)) {
            program.await("ready"::equals);
            program.ask("append a 12");
            program.ask("sync a");
            program.ask("syncfolder .");
            program.ask("append a 34");
            disk.failSyncs(Trouble.IO_ERROR);
            assertThat(program.ask("sync a")).isEqualTo(Trouble.IO_ERROR.words());
            disk.heal();
            program.ask("append a 56");
            assertThat(program.ask("sync a")).isEqualTo("ok");
        }
        PowerLoss.strict(disk);
        assertThat(text("a")).isEqualTo("12\0\00056");
    }

    @Test
    void whatOneProcessDidNotSyncTheNextOneHasNotSyncedEither() throws Exception {
        killedAfter("append a 12", "sync a", "syncfolder .", "append a 34", "append b 1");
        killedAfter("append c 1", "sync c");
        PowerLoss.strict(disk);
        assertThat(names()).containsExactly("a");
        assertThat(text("a")).isEqualTo("12");
    }

    @Test
    void whatIsThereAfterALossStaysAtTheNext() throws Exception {
        killedAfter("append a 12", "sync a", "syncfolder .", "append a 34");
        PowerLoss.strict(disk);
        killedAfter("append a 5");
        PowerLoss.strict(disk);
        assertThat(text("a")).isEqualTo("12");
    }

    @Test
    void aCutIsNotTakenBack() throws Exception {
        killedAfter("append a 123456", "sync a", "syncfolder .", "cut a 2", "append a 3");
        PowerLoss.strict(disk);
        assertThat(text("a")).hasSize(2);
    }
}
