package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;
import org.vencejo.core.Mutation;
import org.vencejo.core.Recovered;

/// A store that has lost something acknowledged is refused, and left as it is; one that has lost
/// only what nobody was promised opens.
class DamageTest {
    private static final int SYNCED = 200;

    @TempDir Path folder;

    private RocksStore store;

    @BeforeEach
    void aSessionWithAQueueThatIsSynced() {
        store = RocksStore.open(folder.resolve("store"), StoreOptions.DEFAULTS);
        store.apply(2, List.of(Things.created(1), Things.connected(1, 1, 10)));
        for (int i = 0; i < SYNCED; i++) {
            store.apply(3 + i, List.of(entry(i)));
        }
    }

    @AfterEach
    void closeStore() {
        store.close();
    }

    private static Mutation.Enqueued entry(int sequence) {
        return Things.enqueued(1, sequence, Things.message("payload " + sequence));
    }

    private Path killed() throws IOException {
        return Copies.of(store.folder(), folder.resolve("killed"));
    }

    private static long messagesIn(Path folder) {
        RocksStore.Started started = RocksStore.start(folder, StoreOptions.DEFAULTS, 10);
        try (RocksStore _ = started.store()) {
            Recovered.Session session = started.recovered().sessions().getFirst();
            return session.queue().size() + session.rest().messages();
        }
    }

    @Test
    void aKilledStoreOpensWithAllThatWasSynced() throws IOException {
        assertThat(messagesIn(killed())).isEqualTo(SYNCED);
    }

    @Test
    void aFlippedByteInTheLogIsRefused() throws IOException {
        Path killed = killed();
        flipInTheMiddle(Copies.newest(killed, ".log"));
        assertRefused(killed, "had index " + (SYNCED + 2));
    }

    @Test
    void aMissingLogIsRefused() throws IOException {
        Path killed = killed();
        Files.delete(Copies.newest(killed, ".log"));
        assertRefused(killed, "");
    }

    @Test
    void aLogThatIsCutShortIsRefused() throws IOException {
        Path killed = killed();
        Path log = Copies.newest(killed, ".log");
        try (RandomAccessFile file = new RandomAccessFile(log.toFile(), "rw")) {
            file.setLength(file.length() - 1);
        }
        assertRefused(killed, "index " + (SYNCED + 1));
    }

    @Test
    void aMissingTableIsRefused() throws IOException, RocksDBException {
        flush();
        Path killed = killed();
        Files.delete(Copies.newest(killed, ".sst"));
        assertRefused(killed, ".sst");
    }

    @Test
    void aFlippedByteInATableIsNeverTakenForData() throws IOException, RocksDBException {
        flush();
        Path killed = killed();
        flipInTheMiddle(Copies.newest(killed, ".sst"));
        assertThatThrownBy(() -> messagesIn(killed)).isInstanceOf(StoreDamagedException.class);
    }

    @Test
    void aMissingMarkIsRefused() throws IOException {
        Path killed = killed();
        Files.delete(killed.resolve(DurableMark.NAME));
        assertRefused(killed, DurableMark.NAME + " is missing");
    }

    @Test
    void aMarkThatCannotBeReadIsRefused() throws IOException {
        Path killed = killed();
        Files.write(killed.resolve(DurableMark.NAME), new byte[1024]);
        assertRefused(killed, DurableMark.NAME + " cannot be read");
    }

    // A first start that was cut: the mark has no name before the disk has it.
    @Test
    void aMarkThatWasNotFinishedCountsForNothing() throws IOException {
        Path fresh = folder.resolve("fresh");
        RocksStore.open(fresh, StoreOptions.DEFAULTS).close();
        Files.delete(fresh.resolve(DurableMark.NAME));
        Files.write(fresh.resolve(DurableMark.NAME + ".new"), new byte[100]);
        RocksStore.open(fresh, StoreOptions.DEFAULTS).close();
        assertThat(DurableMark.read(fresh)).hasValue(0);
        Path killed = killed();
        Files.move(killed.resolve(DurableMark.NAME), killed.resolve(DurableMark.NAME + ".new"));
        assertRefused(killed, DurableMark.NAME + " is missing");
    }

    @Test
    void aMarkOfWhichOnePlaceIsTornIsRead() throws IOException {
        Path killed = killed();
        byte[] mark = Files.readAllBytes(killed.resolve(DurableMark.NAME));
        mark[10] ^= 1;
        Files.write(killed.resolve(DurableMark.NAME), mark);
        assertThat(messagesIn(killed)).isEqualTo(SYNCED);
    }

    @Test
    void aFolderThatLostItsDatabaseIsNotBegunAnew() throws IOException {
        Path killed = killed();
        Files.delete(killed.resolve("CURRENT"));
        assertRefused(killed, "CURRENT is missing");
        Files.delete(killed.resolve(DurableMark.NAME));
        assertRefused(killed, "CURRENT is missing");
    }

    @Test
    void aMissingManifestIsRefused() throws IOException {
        Path killed = killed();
        Files.delete(
                Copies.files(killed).stream()
                        .filter(f -> f.getFileName().toString().startsWith("MANIFEST"))
                        .findFirst()
                        .orElseThrow());
        assertRefused(killed, "MANIFEST");
    }

    // A power cut: of what was not synced anything may be there, torn or with sectors of zeros.
    @Test
    void anUnsyncedEndThatIsCutOrTornOpens() throws IOException, RocksDBException {
        Path log = Copies.newest(store.folder(), ".log");
        long synced = Files.size(log);
        for (int i = SYNCED; i < 2 * SYNCED; i++) {
            store.write(3 + i, List.of(entry(i)), false);
        }
        long written = Files.size(log);
        Chance chance = Chance.of(20);
        for (int cut = 0; cut < 12; cut++) {
            Path killed = Copies.of(store.folder(), folder.resolve("cut" + cut));
            long keep = synced + chance.below((int) (written - synced));
            try (RandomAccessFile file =
                    new RandomAccessFile(Copies.newest(killed, ".log").toFile(), "rw")) {
                if (cut % 2 == 0) {
                    file.setLength(keep);
                } else {
                    file.seek(keep);
                    file.write(new byte[512]);
                }
            }
            assertThat(messagesIn(killed)).isBetween((long) SYNCED, 2L * SYNCED);
        }
    }

    @Test
    void aNewerFormatIsRefusedWithBothNumbers() throws RocksDBException {
        Database database = store.databaseForTests();
        database.rocks.put(
                database.synced,
                Keys.format(),
                ByteBuffer.allocate(4).putInt(Keys.FORMAT + 1).array());
        store.close();
        assertThatThrownBy(() -> messagesIn(store.folder()))
                .isExactlyInstanceOf(StoreException.class)
                .hasMessageContaining("format " + (Keys.FORMAT + 1))
                .hasMessageContaining("formats up to " + Keys.FORMAT);
    }

    @Test
    void aStoreThatIsOpenIsRefusedToAnother() {
        assertThatThrownBy(() -> messagesIn(store.folder()))
                .isExactlyInstanceOf(StoreException.class)
                .hasMessageContaining("in use");
    }

    private void flush() throws RocksDBException {
        Database database = store.databaseForTests();
        try (FlushOptions wait = new FlushOptions()) {
            database.rocks.flush(wait, database.families());
        }
    }

    private static void flipInTheMiddle(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
    }

    private static void assertRefused(Path folder, String words) throws IOException {
        var before = Copies.contents(folder);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> messagesIn(folder))
                    .isInstanceOf(StoreDamagedException.class)
                    .hasMessageContaining(folder.toString())
                    .hasMessageContaining(words)
                    .hasMessageContaining("vencejo store salvage");
            assertThat(Copies.contents(folder)).isEqualTo(before);
        }
    }
}
