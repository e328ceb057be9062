package org.vencejo.testing.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A broker that starts or stops while its disk is in trouble: it refuses in clear words or ends in
/// time, and what it acknowledged is there when the trouble is over.
class StartAndStopInTroubleTest {
    private static final int PACKETS = 300;

    @TempDir Path folder;

    private final Load load = new Load(500);

    @BeforeEach
    void needsTheLibrary() {
        assumeTrue(FaultyDiskLibrary.built().isPresent(), FaultyDiskLibrary.built().missing());
    }

    /// A broker that has acknowledged, and was killed.
    private BrokerOnDisk killed() throws Exception {
        BrokerOnDisk broker = new BrokerOnDisk(folder, "fsync");
        load.subscribe(broker);
        load.publisher().start(broker, load.lost());
        load.publisher().sendMore(PACKETS);
        load.publisher().awaitAll();
        broker.kill();
        load.publisher().join();
        load.early().join();
        return broker;
    }

    @Test
    void aStartOnAFullDiskIsRefusedAndTouchesNothing() throws Exception {
        aStartInTroubleIsRefusedAndTouchesNothing(DiskTroubleTest.Kind.NO_SPACE);
    }

    @ParameterizedTest
    @EnumSource(DiskTroubleTest.Kind.class)
    @Tag("long")
    void aStartInTroubleIsRefusedAndTouchesNothing(DiskTroubleTest.Kind kind) throws Exception {
        try (BrokerOnDisk broker = killed()) {
            kind.begin(broker.disk());
            assertThat(broker.startInVain()).contains("data");
            broker.disk().heal();
            PowerLoss.strict(broker.disk());
            broker.start();
            load.drain(broker);
            assertThat(load.lost()).isEmpty();
        }
    }

    @Test
    void aStopOnAReadOnlyDiskEndsAndLosesNothingThatWasAcknowledged() throws Exception {
        aStopInTroubleEndsAndLosesNothingThatWasAcknowledged(DiskTroubleTest.Kind.READ_ONLY);
    }

    @ParameterizedTest
    @EnumSource(DiskTroubleTest.Kind.class)
    @Tag("long")
    void aStopInTroubleEndsAndLosesNothingThatWasAcknowledged(DiskTroubleTest.Kind kind)
            throws Exception {
        try (BrokerOnDisk broker = killed()) {
            broker.start();
            load.publisher().start(broker, load.lost());
            kind.begin(broker.disk());
            load.publisher().sendMore(PACKETS);
            broker.await(line -> line.contains(DiskTroubleTest.UNAVAILABLE));
            broker.stop();
            load.publisher().join();
            broker.disk().heal();
            PowerLoss.strict(broker.disk());
            broker.start();
            load.drain(broker);
            assertThat(load.lost()).isEmpty();
        }
    }

    /// A clean stop leaves nothing that a loss of power could take.
    @Test
    void aStopLeavesAllOnTheDiskAtOsToo() throws Exception {
        try (BrokerOnDisk broker = new BrokerOnDisk(folder, "os")) {
            load.subscribe(broker);
            load.publisher().start(broker, load.lost());
            load.publisher().sendMore(PACKETS);
            load.publisher().awaitAll();
            broker.stop();
            load.publisher().join();
            load.early().join();
            PowerLoss.strict(broker.disk());
            broker.start();
            load.drain(broker);
            assertThat(load.lost()).isEmpty();
        }
    }
}
