package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.rocksdb.RocksDBException;
import org.vencejo.core.Mutation;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.QoS;

/// One flipped byte in a table: a start that reads it refuses the store and leaves every file as it
/// is; one deep in a queue is met by whoever reads that part, and by nobody else.
class DamagedTableTest {
    private static final int WINDOW = 10;
    private static final int QUEUED = 2_000;

    @TempDir Path folder;
    private Path store;

    @BeforeEach
    void aStoreInTables() {
        store = folder.resolve("store");
        try (RocksStore open = RocksStore.open(store, StoreOptions.DEFAULTS)) {
            List<Mutation> changes = new ArrayList<>();
            changes.add(Things.created(1));
            changes.add(Things.connected(1, 1, WINDOW));
            for (int i = 0; i < QUEUED; i++) {
                // Of no use to a compressor, so that there are many blocks.
                String payload = Stocked.own(1, i);
                Message message = Things.message(payload, i % 2 == 0 ? 0 : i);
                changes.add(Things.enqueued(1, i, message, QoS.AT_LEAST_ONCE));
            }
            changes.add(new Mutation.RetainedSet(Things.message("retained")));
            open.apply(changes.size(), changes);
        }
    }

    /// Flips a byte in the table of a family, so far into it.
    private void flip(Family family, double part) throws IOException, RocksDBException {
        for (Path file : Tables.files(store, Tables.TABLE)) {
            if (Tables.open(file).family().equals(Database.text(family.nameBytes()))) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[(int) (bytes.length * part)] ^= 1;
                Files.write(file, bytes);
                return;
            }
        }
        throw new AssertionError("there is no table of " + family);
    }

    private RocksStore.Started start() {
        return RocksStore.start(store, StoreOptions.DEFAULTS, WINDOW);
    }

    @Test
    void theControlIsWholeAndStartsAndIsChanged() throws IOException {
        var before = Copies.contents(store);
        RocksStore.Started started = start();
        try (RocksStore _ = started.store()) {
            assertThat(started.recovered().sessions().getFirst().queue()).hasSize(WINDOW);
            assertThat(started.recovered().retained()).hasSize(1);
        }
        assertThat(Copies.contents(store)).isNotEqualTo(before);
    }

    // A start reads all of these, and of the others what is sent first.
    @ParameterizedTest
    @EnumSource
    void aFlippedByteAtTheBeginOfATableIsRefusedAndNothingIsChanged(Family family)
            throws IOException, RocksDBException {
        flip(family, 0.001);
        var before = Copies.contents(store);
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(this::start)
                    .isInstanceOf(StoreDamagedException.class)
                    .hasMessageContaining("Nothing was changed")
                    .hasMessageContaining(".sst");
            assertThat(Copies.contents(store)).isEqualTo(before);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"QUEUES", "MESSAGES"})
    void aFlippedByteDeepInAQueueIsMetByWhoReadsIt(Family family)
            throws IOException, RocksDBException {
        flip(family, 0.5);
        RocksStore.Started started = start();
        try (RocksStore open = started.store()) {
            assertThat(started.recovered().sessions().getFirst().queue()).hasSize(WINDOW);
            assertThat(open.read(1, WINDOW, 64, Long.MAX_VALUE)).hasSize(64);
            assertThatThrownBy(() -> open.read(1, 0, QUEUED, Long.MAX_VALUE))
                    .isInstanceOf(StoreException.class)
                    .rootCause()
                    .hasMessageContaining(".sst");
            Enqueued more = Things.enqueued(1, QUEUED, Things.message("more"));
            open.apply(1, List.of(more));
            assertThat(open.read(1, QUEUED, 64, Long.MAX_VALUE)).hasSize(1);
        }
        assertThat(StoreCheck.of(store).isSound()).isFalse();
    }
}
