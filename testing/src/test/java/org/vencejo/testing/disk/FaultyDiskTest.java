package org.vencejo.testing.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Each thing that a [FaultyDisk] does, and that it does it only when told.
class FaultyDiskTest {
    private static final String IO_ERROR = Trouble.IO_ERROR.words();
    private static final String NO_SPACE = Trouble.NO_SPACE.words();
    private static final String READ_ONLY = Trouble.READ_ONLY.words();

    @TempDir Path folder;
    private Path root;
    private FaultyDisk disk;
    private ProcessOnDisk program;

    @BeforeEach
    void start() throws IOException, InterruptedException {
        assumeTrue(FaultyDiskLibrary.built().isPresent(), FaultyDiskLibrary.built().missing());
        root = Files.createDirectory(folder.resolve("root"));
        disk = new FaultyDisk(root, folder.resolve("disk"));
        program = ProcessOnDisk.start(disk, DiskProgram.class, root);
        program.await("ready"::equals);
        assertThat(disk.isAttached()).isTrue();
    }

    @AfterEach
    void end() throws InterruptedException {
        if (program != null) {
            program.close();
            disk.close();
        }
    }

    private void said(String what) throws InterruptedException {
        program.await((FaultyDisk.SAYS + what)::equals);
    }

    @Test
    void aSyncThatIsHeldReturnsWhenItIsReleased() throws Exception {
        assertThat(program.ask("append a 12345")).isEqualTo("ok");
        assertThat(program.ask("sync a")).as("control: not held").isEqualTo("ok");
        disk.holdSyncs();
        program.say("sync a");
        said("held a");
        assertThat(program.ask("append a 67890")).as("what syncs nothing goes on").isEqualTo("ok");
        assertThat(disk.held()).isEqualTo(1);
        assertThat(program.heard()).filteredOn(line -> line.startsWith("sync a")).hasSize(1);
        disk.releaseSyncs();
        assertThat(program.answerTo("sync a")).isEqualTo("ok");
        assertThat(disk.counts().syncs()).isEqualTo(2);
    }

    @Test
    void asManySyncsGoOnAsAreLetThrough() throws Exception {
        program.ask("append a 1");
        program.ask("append b 1");
        disk.holdSyncs();
        program.say("sync a");
        said("held a");
        program.say("sync b");
        said("held b");
        disk.letThrough(1);
        program.await(line -> line.matches("sync [ab]: ok"));
        assertThat(program.ask("append a 2")).isEqualTo("ok");
        assertThat(disk.held()).isEqualTo(1);
        disk.letThrough(1);
        program.await(line -> line.matches("sync [ab]: ok"));
    }

    @Test
    void aSyncFailsAsLongAsItShould() throws Exception {
        program.ask("append a 1");
        disk.failSyncs(Trouble.IO_ERROR);
        assertThat(program.ask("sync a")).isEqualTo(IO_ERROR);
        assertThat(program.ask("syncfolder .")).isEqualTo(IO_ERROR);
        assertThat(program.ask("append a 2")).isEqualTo("ok");
        disk.heal();
        assertThat(program.ask("sync a")).isEqualTo("ok");
        assertThat(disk.counts().syncsFailed()).isEqualTo(2);
    }

    @Test
    void aFullDiskTakesWhatHasRoomAndCanBeRead() throws Exception {
        disk.leaveSpace(8);
        assertThat(program.ask("append a 12345")).isEqualTo("ok");
        assertThat(program.ask("append a 67890")).isEqualTo(NO_SPACE);
        assertThat(program.ask("append new 1")).isEqualTo(NO_SPACE);
        assertThat(program.ask("read a")).as("a write is cut short first").isEqualTo("12345678");
        assertThat(program.ask("space .")).isEqualTo("0");
        assertThat(program.ask("sync a")).isEqualTo("ok");
        disk.heal();
        assertThat(program.ask("append a 9")).isEqualTo("ok");
        assertThat(program.ask("read a")).isEqualTo("123456789");
        assertThat(program.ask("space .")).isNotEqualTo("0");
    }

    @Test
    void aWriteFailsAndThenWorks() throws Exception {
        program.ask("append a 1");
        disk.failWrites(Trouble.IO_ERROR);
        assertThat(program.ask("append a 2")).isEqualTo(IO_ERROR);
        assertThat(program.ask("put a 0 3")).isEqualTo(IO_ERROR);
        assertThat(program.ask("read a")).isEqualTo("1");
        disk.heal();
        assertThat(program.ask("put a 0 3")).isEqualTo("ok");
        assertThat(program.ask("read a")).isEqualTo("3");
    }

    @Test
    void aReadFailsAndThenWorks() throws Exception {
        program.ask("append a 1");
        disk.failReads(Trouble.IO_ERROR);
        assertThat(program.ask("read a")).isEqualTo(IO_ERROR);
        assertThat(program.ask("append a 2")).isEqualTo("ok");
        disk.heal();
        assertThat(program.ask("read a")).isEqualTo("12");
    }

    @Test
    void aReadOnlyDiskChangesNothing() throws Exception {
        program.ask("append a 1");
        disk.makeReadOnly();
        assertThat(program.ask("append a 2")).isEqualTo(READ_ONLY);
        assertThat(program.ask("append b 2")).isEqualTo(READ_ONLY);
        assertThat(program.ask("move a b")).isEqualTo(READ_ONLY);
        assertThat(program.ask("delete a")).isEqualTo(READ_ONLY);
        assertThat(program.ask("mkdir c")).isEqualTo(READ_ONLY);
        assertThat(program.ask("cut a 0")).isEqualTo(READ_ONLY);
        assertThat(program.ask("read a")).isEqualTo("1");
        disk.heal();
        assertThat(program.ask("move a b")).isEqualTo("ok");
        assertThat(program.ask("mkdir c")).isEqualTo("ok");
        assertThat(program.ask("delete b")).isEqualTo("ok");
    }

    @Test
    void aTroubleCanConcernSomeNamesOnly() throws Exception {
        disk.concerning(".log");
        disk.failWrites(Trouble.IO_ERROR);
        disk.failSyncs(Trouble.IO_ERROR);
        assertThat(program.ask("append 1.log 1")).isEqualTo(IO_ERROR);
        assertThat(program.ask("sync 1.log")).isEqualTo(IO_ERROR);
        assertThat(program.ask("append 1.sst 1")).isEqualTo("ok");
        assertThat(program.ask("sync 1.sst")).isEqualTo("ok");
    }

    @Test
    void whatIsOutsideOfItIsLeftAlone() throws Exception {
        disk.failWrites(Trouble.IO_ERROR);
        disk.failReads(Trouble.IO_ERROR);
        disk.failSyncs(Trouble.IO_ERROR);
        disk.makeReadOnly();
        disk.holdSyncs();
        assertThat(program.ask("append ../a 1")).isEqualTo("ok");
        assertThat(program.ask("sync ../a")).isEqualTo("ok");
        assertThat(program.ask("read ../a")).isEqualTo("1");
        assertThat(program.ask("append ../root/a 1")).as("a way round").isEqualTo(READ_ONLY);
    }
}
