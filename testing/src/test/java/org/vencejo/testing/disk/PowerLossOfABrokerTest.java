package org.vencejo.testing.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.testing.Seeds;

/// A broker is killed under load and its machine loses power: what it acknowledged at `fsync` is
/// there after the start. At `os` something is missing, or the loss of power was none.
class PowerLossOfABrokerTest {
    private static final int PACKETS_A_ROUND = 200;

    @TempDir Path folder;

    private final Seeds seeds = Seeds.given();
    private final List<String> story = new ArrayList<>();
    private int openAtKills;
    private long bytesLost;

    @BeforeEach
    void needsTheLibrary() {
        assumeTrue(FaultyDiskLibrary.built().isPresent(), FaultyDiskLibrary.built().missing());
    }

    /// Kills so often, and tells what was promised and is not there: the first of it.
    private List<String> lostAfter(int kills, String level) throws Exception {
        Load load = new Load(0);
        try (BrokerOnDisk broker = new BrokerOnDisk(folder, level)) {
            load.subscribe(broker);
            for (int i = 0; i < kills && load.lost().isEmpty(); i++) {
                round(i, level, broker, load);
            }
            if (load.lost().isEmpty()) {
                load.drain(broker);
            }
        }
        List<String> lost = load.lost();
        System.out.printf(
                "power lost %d times at %s: %d bytes lost, %d operations open, %d acknowledged, %s%n",
                story.size(),
                level,
                bytesLost,
                openAtKills,
                load.publisher().acknowledged().size(),
                lost.isEmpty() ? "nothing lost" : "lost " + lost.getFirst());
        return lost;
    }

    // Load, a kill in the middle of it, the loss, a start. Every second time the one that is late
    // is there as well, so that its queue is drained when the power goes.
    private void round(int number, String level, BrokerOnDisk broker, Load load) throws Exception {
        LoadPublisher publisher = load.publisher();
        List<LoadClient> there = new ArrayList<>(List.of(publisher));
        if (number > 0) {
            there.add(load.early());
        }
        if (number % 2 == 1) {
            there.add(load.late());
        }
        for (LoadClient it : there) {
            it.start(broker, load.lost());
        }
        publisher.sendMore(PACKETS_A_ROUND);
        publisher.awaitAnswers(1 + seeds.below(PACKETS_A_ROUND));
        if (number % 3 == 1) { // between a write and its sync
            broker.disk().holdSyncs();
            publisher.sendMore(PACKETS_A_ROUND);
            if (level.equals("fsync")) {
                broker.await(line -> line.startsWith(FaultyDisk.SAYS + "held"));
            }
        }
        broker.kill();
        broker.disk().releaseSyncs();
        for (LoadClient it : there) {
            it.join();
        }
        load.early().join();
        PowerLoss.Report report =
                number % 2 == 0
                        ? PowerLoss.strict(broker.disk())
                        : PowerLoss.seeded(broker.disk(), seeds.fork());
        story.add(report.toString());
        openAtKills += publisher.open();
        bytesLost += report.bytesLost();
        broker.start();
    }

    private String story() {
        return seeds.replay() + "\n" + String.join("\n", story);
    }

    @Test
    void nothingThatWasAcknowledgedIsLostAtFsync() throws Exception {
        assertThat(lostAfter(3, "fsync")).as(this::story).isEmpty();
    }

    @Test
    @Tag("long")
    void nothingThatWasAcknowledgedIsLostAtFsyncInAHundredLosses() throws Exception {
        assertThat(lostAfter(100, "fsync")).as(this::story).isEmpty();
    }

    /// The control arm: the same where a sync is not waited for.
    @Test
    void somethingIsLostAtOs() throws Exception {
        assertThat(lostAfter(4, "os")).as(this::story).isNotEmpty();
    }
}
