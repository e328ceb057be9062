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

/// A disk that gets into trouble again and again under load, each time of another kind and with
/// other files: the broker comes out of it by itself, and has all that it acknowledged.
class InAndOutOfTroubleTest {
    private static final int PACKETS_A_ROUND = 400;
    private static final int BYTES = 4_000;
    private static final double KILLED = 0.3;
    private static final String ALL_ANSWERED = "test: all answered to ";
    private static final List<String> FILES =
            List.of("", ".log", ".log", ".sst", "MANIFEST", "durable.mark", "CURRENT", "OPTIONS");

    @TempDir Path folder;

    private final Seeds seeds = Seeds.given();
    private final List<String> story = new ArrayList<>();

    @BeforeEach
    void needsTheLibrary() {
        assumeTrue(FaultyDiskLibrary.built().isPresent(), FaultyDiskLibrary.built().missing());
    }

    private void begin(FaultyDisk disk) {
        String files = seeds.pick(FILES);
        int kind = seeds.below(5);
        story.add("trouble " + kind + " with " + (files.isEmpty() ? "all files" : files));
        disk.concerning(files);
        switch (kind) {
            case 0 -> disk.leaveSpace(seeds.below(200_000));
            case 1 -> disk.failWrites(Trouble.IO_ERROR);
            case 2 -> disk.failSyncs(Trouble.IO_ERROR);
            case 3 -> disk.failReads(Trouble.IO_ERROR);
            default -> disk.makeReadOnly();
        }
    }

    private List<String> lostAfter(int troubles) throws Exception {
        Load load = new Load(BYTES);
        LoadPublisher publisher = load.publisher();
        // Small memtables, so that all kinds of files are written; and a log that tells of each
        // trouble, however often it comes.
        try (BrokerOnDisk broker =
                new BrokerOnDisk(folder, "fsync", "store.memtable-bytes=4MB", "log-level=debug")) {
            load.subscribe(broker);
            publisher.start(broker, load.lost());
            publisher.onAllAnswered(number -> broker.note(ALL_ANSWERED + number));
            int met = 0;
            for (int i = 0; i < troubles; i++) {
                publisher.sendMore(seeds.below(PACKETS_A_ROUND) + 1);
                begin(broker.disk());
                String allAnswered = ALL_ANSWERED + publisher.sendMore(PACKETS_A_ROUND);
                String end =
                        broker.await(line ->
                                line.equals(allAnswered)
                                        || line.contains(DiskTroubleTest.UNAVAILABLE));
                met += end.equals(allAnswered) ? 0 : 1;
                if (seeds.chance(KILLED)) {
                    restart(broker, load);
                    continue;
                }
                broker.disk().heal();
                if (!end.equals(allAnswered)) {
                    broker.await(line -> line.contains(DiskTroubleTest.AVAILABLE));
                }
                publisher.awaitAll();
            }
            endInAPowerLoss(broker, load);
            load.drain(broker);
            System.out.printf(
                    "%d troubles, %d of them told: %d acknowledged, %d refused, %s%n",
                    troubles,
                    met,
                    publisher.acknowledged().size(),
                    publisher.refused().size(),
                    load.lost().isEmpty() ? "nothing lost" : "lost " + load.lost().getFirst());
        }
        return load.lost();
    }

    /// The machine dies while its disk is in trouble, and the disk is replaced by a good one.
    private void restart(BrokerOnDisk broker, Load load) throws Exception {
        endInAPowerLoss(broker, load);
        load.early().start(broker, load.lost());
        load.publisher().start(broker, load.lost());
        load.publisher().awaitAll();
    }

    private void endInAPowerLoss(BrokerOnDisk broker, Load load) throws Exception {
        broker.kill();
        load.publisher().join();
        load.early().join();
        broker.disk().heal();
        PowerLoss.Report report =
                seeds.chance(0.5)
                        ? PowerLoss.strict(broker.disk())
                        : PowerLoss.seeded(broker.disk(), seeds.fork());
        story.add(report.toString());
        broker.start();
    }

    private String story() {
        return seeds.replay() + "\n" + String.join("\n", story);
    }

    @Test
    void nothingThatWasAcknowledgedIsLost() throws Exception {
        assertThat(lostAfter(6)).as(this::story).isEmpty();
    }

    @Test
    @Tag("long")
    void nothingThatWasAcknowledgedIsLostInAHundredTroubles() throws Exception {
        assertThat(lostAfter(100)).as(this::story).isEmpty();
    }
}
