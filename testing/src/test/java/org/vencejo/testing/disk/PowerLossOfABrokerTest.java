package org.vencejo.testing.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
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
        List<String> lost = new ArrayList<>();
        LoadPublisher publisher = new LoadPublisher(ProtocolVersion.MQTT_5);
        List<LoadReceiver> receivers =
                List.of(
                        new LoadReceiver("late", ProtocolVersion.MQTT_3_1_1),
                        new LoadReceiver("early", ProtocolVersion.MQTT_5));
        try (BrokerOnDisk broker = new BrokerOnDisk(folder, level)) {
            for (LoadReceiver it : receivers) {
                it.start(broker, lost);
                it.awaitSubscribed();
            }
            receivers.getFirst().leave();
            for (int i = 0; i < kills && lost.isEmpty(); i++) {
                round(i, level, broker, publisher, receivers, lost);
            }
            if (lost.isEmpty()) {
                drain(broker, publisher, receivers, lost);
            }
        }
        System.out.printf(
                "power lost %d times at %s: %d bytes lost, %d operations open, %d acknowledged, %s%n",
                story.size(),
                level,
                bytesLost,
                openAtKills,
                publisher.acknowledged().size(),
                lost.isEmpty() ? "nothing lost" : "lost " + lost.getFirst());
        return lost;
    }

    // Load, a kill in the middle of it, the loss, a start. Every second time the one that is late
    // is there as well, so that its queue is drained when the power goes.
    private void round(
            int number,
            String level,
            BrokerOnDisk broker,
            LoadPublisher publisher,
            List<LoadReceiver> receivers,
            List<String> lost)
            throws Exception {
        List<LoadClient> there = new ArrayList<>(List.of(publisher));
        if (number > 0) {
            there.add(receivers.get(1));
        }
        if (number % 2 == 1) {
            there.add(receivers.get(0));
        }
        for (LoadClient it : there) {
            it.start(broker, lost);
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
        receivers.get(1).join();
        PowerLoss.Report report =
                number % 2 == 0
                        ? PowerLoss.strict(broker.disk())
                        : PowerLoss.seeded(broker.disk(), seeds.fork());
        story.add(report.toString());
        openAtKills += publisher.open();
        bytesLost += report.bytesLost();
        broker.start();
    }

    private void drain(
            BrokerOnDisk broker,
            LoadPublisher publisher,
            List<LoadReceiver> receivers,
            List<String> lost)
            throws Exception {
        publisher.start(broker, lost);
        publisher.awaitAll();
        for (LoadReceiver it : receivers) {
            it.start(broker, lost);
        }
        try (SocketClient other = newcomer(broker)) {
            other.ask(SocketClient.publish(LoadReceiver.END, QoS.AT_LEAST_ONCE, 1, ""));
            for (LoadReceiver it : receivers) {
                it.awaitEnd();
                it.leave();
                it.judge(publisher.acknowledged(), lost);
            }
            judgeRetained(other, publisher.acknowledged(), lost);
            judgeSubscriptions(other, publisher, lost);
        }
    }

    private static SocketClient newcomer(BrokerOnDisk broker) throws IOException {
        return broker.client(SocketClient.notKept(ProtocolVersion.MQTT_5, "newcomer"));
    }

    private static void judgeRetained(
            SocketClient other, TreeSet<Integer> acknowledged, List<String> lost)
            throws IOException {
        int expected =
                acknowledged.descendingSet().stream()
                        .filter(LoadPublisher::isRetained)
                        .findFirst()
                        .orElseThrow();
        other.ask(SocketClient.subscribe(2, LoadPublisher.RETAINED_TOPIC, QoS.AT_MOST_ONCE));
        int found = 0;
        for (Packet it : other.beforePing()) {
            byte[] payload = ((Publish) it).payload().toByteArray();
            found = Integer.parseInt(new String(payload, StandardCharsets.US_ASCII));
        }
        if (found < expected) {
            lost.add("retained is " + found + ", acknowledged was " + expected);
        }
    }

    /// Nothing is open any more, so that every subscription was acknowledged.
    private static void judgeSubscriptions(
            SocketClient other, LoadPublisher publisher, List<String> lost) throws Exception {
        TreeSet<Integer> subscriptions = new TreeSet<>(publisher.acknowledged());
        subscriptions.removeIf(number -> !LoadPublisher.isSubscription(number));
        for (int number : subscriptions) {
            other.ask(
                    SocketClient.publish(LoadPublisher.FILTERS + number, QoS.AT_LEAST_ONCE, 3, ""));
        }
        publisher.leave();
        subscriptions.removeAll(publisher.matched());
        if (!subscriptions.isEmpty()) {
            lost.add("subscriptions " + subscriptions);
        }
    }

    private String story() {
        return seeds.replay() + "\n" + String.join("\n", story);
    }

    @Test
    void nothingThatWasAcknowledgedIsLostAtFsync() throws Exception {
        assertThat(lostAfter(4, "fsync")).as(this::story).isEmpty();
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
