package org.vencejo.testing.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.testing.Seeds;
import org.vencejo.testing.disk.FaultyDisk;
import org.vencejo.testing.disk.FaultyDiskLibrary;
import org.vencejo.testing.disk.PowerLoss;

/// A disk whose syncs can be held, and which may lose power with each kill. Belongs to the tester's
/// thread.
public final class HeldDisk implements Disk, AutoCloseable {
    private final FaultyDisk disk;
    private final boolean powerGoes;

    /// The disk of the data folder of a run in `folder`, see [CrashTester.Setup].
    public HeldDisk(Path folder, boolean powerGoes) {
        this.powerGoes = powerGoes;
        try {
            Path dataFolder = Files.createDirectories(CrashTester.dataFolder(folder));
            disk = new FaultyDisk(dataFolder, folder.resolve("disk"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// The same, or null where the library of [FaultyDisk] cannot be built; the power goes nowhere
    /// else.
    static @Nullable HeldDisk ifThereIsACompiler(Path folder, boolean powerGoes) {
        if (FaultyDiskLibrary.built().isPresent()) {
            return new HeldDisk(folder, powerGoes);
        }
        if (powerGoes) {
            throw new IllegalStateException(FaultyDiskLibrary.built().missing());
        }
        return null;
    }

    @Override
    public Map<String, String> environment() {
        return disk.environment();
    }

    @Override
    public boolean canHold() {
        return true;
    }

    @Override
    public void hold() {
        disk.holdSyncs();
    }

    @Override
    public boolean isHolding() {
        return disk.held() > 0;
    }

    @Override
    public void release() {
        disk.releaseSyncs();
    }

    /// By turns of chance the strictest loss of power, or one that leaves some of what was not
    /// synced.
    @Override
    public void killed(long seed) {
        if (powerGoes) {
            Seeds seeds = Seeds.of(seed);
            try {
                if (seeds.chance(0.5)) {
                    PowerLoss.strict(disk);
                } else {
                    PowerLoss.seeded(disk, seeds);
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Override
    public void close() {
        disk.close();
    }
}
