package org.vencejo.testing.crash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.testing.Seeds;
import org.vencejo.testing.disk.FaultyDiskLibrary;

/// A broker is killed under load, again and again; as often as asked with `-Dvencejo.kills`, and as
/// before with `-Dvencejo.seed`.
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no SIGKILL")
class CrashTest {
    private static final int KILLS = Integer.getInteger("vencejo.kills", 20);

    @TempDir(cleanup = CleanupMode.ON_SUCCESS)
    private Path folder;

    private static CrashTester.Setup setup(long seed, int kills, Path folder, String... settings) {
        List<String> all = new ArrayList<>(List.of(settings));
        all.add("sys-interval=1s");
        all.add("io-threads=" + (seed % 2 == 0 ? 1 : 3));
        return new CrashTester.Setup(seed, kills, folder, all);
    }

    private static CrashTester.Summary run(CrashTester.Setup setup) {
        try (CrashTester tester = new CrashTester(setup)) {
            CrashTester.Summary summary = tester.run();
            System.out.printf(
                    "seed %d: %d messages acknowledged, %d received%n%s%n",
                    setup.seed(), summary.acknowledged(), summary.received(), summary.table());
            return summary;
        }
    }

    /// The same on a disk whose syncs can be held, if there is a compiler for it, and whose power
    /// goes with each kill.
    private static CrashTester.Summary run(CrashTester.Setup setup, boolean powerGoes) {
        if (!FaultyDiskLibrary.built().isPresent()) {
            assumeTrue(!powerGoes, FaultyDiskLibrary.built().missing());
            return run(setup);
        }
        try (HeldDisk disk = new HeldDisk(setup.folder(), powerGoes)) {
            return run(setup.on(disk));
        }
    }

    private CrashTester.Setup synced(int kills) {
        return setup(Seeds.given().seed(), kills, folder, "durability=fsync");
    }

    @Test
    @Timeout(1_200)
    void nothingAcknowledgedIsLostOverTwentyKills() {
        assertThat(run(synced(KILLS), false).killsThatCount()).isGreaterThanOrEqualTo(KILLS);
    }

    @Test
    @Timeout(3_000)
    @Tag("long")
    void norOverHundreds() {
        int kills = Math.max(KILLS, 300);
        assertThat(run(synced(kills), false).killsThatCount()).isGreaterThanOrEqualTo(kills);
    }

    @Test
    @Timeout(1_200)
    @Tag("long")
    void norWhenThePowerGoesWithEachKill() {
        int kills = Math.max(KILLS, 60);
        assertThat(run(synced(kills), true).killsThatCount()).isGreaterThanOrEqualTo(kills);
    }

    @Test
    @Timeout(1_200)
    @Tag("long")
    void atLevelOsThePowerTakesWhatWasAcknowledged() {
        CrashTester.Setup setup = setup(1, 20, folder, "durability=os");
        assertThatThrownBy(() -> run(setup, true))
                .isInstanceOfSatisfying(
                        CrashFailure.class, it -> assertThat(it.rule()).isNotEmpty());
    }

    @Test
    @Timeout(120)
    void whatIsOnlyInMemoryIsMissedAfterAKill() {
        CrashTester.Setup setup = setup(1, 3, folder, "durability=memory");
        assertThatThrownBy(() -> run(setup))
                .isInstanceOfSatisfying(
                        CrashFailure.class,
                        it ->
                                assertThat(it.rule())
                                        .isIn("RETAINED", "SESSION_KEPT", "SUBSCRIPTIONS"))
                .hasMessageContaining("seed 1, after kill 1")
                .hasMessageContaining("listens on 127.0.0.1")
                .hasMessageContaining("-Dvencejo.kills=3 -Dvencejo.seed=1");
    }

    @Test
    @Timeout(120)
    void whatIsOnlyInMemoryIsThereAfterAllHungUp() {
        CrashTester.Setup setup = setup(1, 10, folder, "durability=memory").hangingUp();
        assertThat(run(setup).killsThatCount()).isGreaterThanOrEqualTo(10);
    }
}
