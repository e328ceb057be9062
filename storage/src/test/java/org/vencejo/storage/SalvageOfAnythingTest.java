package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.rocksdb.RocksDBException;
import org.vencejo.core.Mutation;
import org.vencejo.core.Recovered;

/// Whatever happens to the files of a store, a salvage of it comes to an end, leaves it as it is,
/// and makes a store that is sound. How often is said by `vencejo.salvages`.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SalvageOfAnythingTest {
    private static final int TIMES = Integer.getInteger("vencejo.salvages", 4);

    @TempDir private static Path origins;
    @TempDir private Path folder;

    private final Chance chance = Chance.given();
    private Path store = Path.of("");
    private int tried;

    // Many tables, some of them merged, as memory is small; then a log, as it is not.
    @BeforeAll
    void makeStore() throws IOException, RocksDBException {
        StoreOptions small = new StoreOptions(false, 1 << 20, 1 << 20, 2 << 20, 0, Long.MAX_VALUE);
        Model model = new Model();
        Path tables = origins.resolve("tables");
        try (RocksStore made = RocksStore.open(origins.resolve("made"), small)) {
            fill(made, model, 150);
            made.checkpoint(tables);
        }
        try (RocksStore made = RocksStore.open(tables, StoreOptions.DEFAULTS)) {
            fill(made, model, 20);
            store = Copies.of(tables, origins.resolve("store"));
        }
        assertThat(StoreCheck.of(store).mistakes()).isEmpty();
        assertThat(Tables.files(store, Tables.TABLE)).hasSizeGreaterThan(3);
        assertThat(Files.size(Copies.newest(store, ".log"))).isPositive();
    }

    private void fill(RocksStore made, Model model, int groups) throws RocksDBException {
        long number = 0;
        for (int group = 0; group < groups; group++) {
            List<Mutation> changes = new ArrayList<>();
            while (changes.size() < 40) {
                changes.addAll(model.change(chance));
            }
            number += changes.size();
            made.apply(number, changes);
            if (chance.is(0.3)) {
                made.releaseSlice();
            }
        }
    }

    @RepeatedTest(2)
    void aSalvageComesToAnEndAndMakesASoundStore() throws IOException {
        for (int i = 0; i < TIMES; i++) {
            Path damaged = Copies.of(store, folder.resolve("damaged" + tried));
            List<String> blows = new ArrayList<>();
            try {
                for (int blow = 1 + chance.below(3); blow > 0; blow--) {
                    blows.add(strike(damaged));
                }
                salvage(damaged);
            } catch (RuntimeException | Error e) {
                System.err.println(chance.replay() + ": " + blows);
                throw e;
            }
        }
    }

    private String strike(Path damaged) throws IOException {
        Path file = chance.pick(Copies.files(damaged));
        long size = Files.size(file);
        long at = (long) (size * chance.below(1_000) / 1_000.0);
        return switch (chance.below(6)) {
            case 0 -> {
                Files.delete(file);
                yield "no " + file.getFileName();
            }
            case 1 -> {
                try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
                    bytes.setLength(at);
                }
                yield file.getFileName() + " cut to " + at;
            }
            case 2 -> {
                write(file, at, new byte[512 << chance.below(8)]);
                yield file.getFileName() + " zeros from " + at;
            }
            default -> {
                write(file, at, chance.bytes(1 + chance.below(4)));
                yield file.getFileName() + " garbage at " + at;
            }
        };
    }

    private static void write(Path file, long at, byte[] what) throws IOException {
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(at);
            bytes.write(what);
        }
    }

    private void salvage(Path damaged) throws IOException {
        Map<String, Long> sums = Stocked.sums(damaged);
        boolean sound = StoreCheck.of(damaged).isSound();
        Path to = folder.resolve("salvaged" + tried++);
        SalvageReport report = StoreSalvage.salvage(damaged, to);
        assertThat(Stocked.sums(damaged)).isEqualTo(sums);
        assertThat(report.isComplete()).as("all is kept of what is sound").isIn(true, sound);
        StoreReport after = StoreCheck.of(to);
        assertThat(after.mistakes()).isEmpty();
        assertThat(after.holds()).isNotNull();
        assertThat(after.holds().messages()).isEqualTo(report.kept().messages());
        assertThat(after.holds().sessions()).isEqualTo(report.kept().sessions());
        try (RocksStore opened = RocksStore.open(to, StoreOptions.DEFAULTS)) {
            Recovered recovered = opened.recovered(10);
            assertThat(recovered.sessions()).hasSize((int) report.kept().sessions());
            assertThat(recovered.retained()).hasSize((int) report.kept().retained());
        }
        Scratch.remove(damaged);
        Scratch.remove(to);
    }
}
