package org.vencejo.testing.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;

/// A disk in trouble: what cannot be kept is refused, the rest goes on, and when the trouble is
/// over all goes on without a restart. Nothing that was acknowledged is lost, not even when the
/// machine then loses its power.
class DiskTroubleTest {
    static final String UNAVAILABLE = "nothing can be kept";
    static final String AVAILABLE = "what is acknowledged is kept again";

    @TempDir Path folder;

    enum Kind {
        NO_SPACE(disk -> disk.leaveSpace(100)),
        WRITES_FAIL(disk -> disk.failWrites(Trouble.IO_ERROR)),
        SYNCS_FAIL(disk -> disk.failSyncs(Trouble.IO_ERROR)),
        READ_ONLY(FaultyDisk::makeReadOnly);

        private final Consumer<FaultyDisk> begins;

        Kind(Consumer<FaultyDisk> begins) {
            this.begins = begins;
        }

        void begin(FaultyDisk disk) {
            begins.accept(disk);
        }
    }

    @BeforeEach
    void needsTheLibrary() {
        assumeTrue(FaultyDiskLibrary.built().isPresent(), FaultyDiskLibrary.built().missing());
    }

    private static ReasonCode publish(SocketClient client, String topic, int number)
            throws IOException {
        Packet packet = SocketClient.publish(topic, QoS.AT_LEAST_ONCE, number, "" + number);
        return ((Puback) client.ask(packet)).reasonCode();
    }

    private static SocketClient publisher(BrokerOnDisk broker, ProtocolVersion version, String name)
            throws IOException {
        return broker.client(SocketClient.notKept(version, name));
    }

    private static List<String> payloads(List<Packet> packets) {
        List<String> payloads = new ArrayList<>();
        for (Packet it : packets) {
            byte[] payload = ((Publish) it).payload().toByteArray();
            payloads.add(new String(payload, StandardCharsets.US_ASCII));
        }
        return payloads;
    }

    @ParameterizedTest
    @EnumSource
    void whatCannotBeKeptIsRefusedAndTheRestGoesOn(Kind kind) throws Exception {
        try (BrokerOnDisk broker = new BrokerOnDisk(folder, "fsync")) {
            try (SocketClient keeper =
                    broker.client(SocketClient.kept(ProtocolVersion.MQTT_5, "keeper"))) {
                keeper.ask(SocketClient.subscribe(1, "kept/#", QoS.AT_LEAST_ONCE));
            }
            SocketClient subscriber = publisher(broker, ProtocolVersion.MQTT_5, "subscriber");
            subscriber.ask(SocketClient.subscribe(1, "live", QoS.AT_MOST_ONCE));
            SocketClient early = publisher(broker, ProtocolVersion.MQTT_5, "early");
            SocketClient late = publisher(broker, ProtocolVersion.MQTT_5, "late");
            SocketClient old = publisher(broker, ProtocolVersion.MQTT_3_1_1, "old");
            SocketClient oldest = publisher(broker, ProtocolVersion.MQTT_3_1, "oldest");
            Packet retained = SocketClient.publish("kept/r", QoS.AT_LEAST_ONCE, true, 1, "1");
            assertThat(((Puback) early.ask(retained)).reasonCode()).isEqualTo(ReasonCode.SUCCESS);
            assertThat(publish(old, "kept/a", 2)).isEqualTo(ReasonCode.SUCCESS);
            assertThat(publish(oldest, "kept/a", 3)).isEqualTo(ReasonCode.SUCCESS);

            kind.begin(broker.disk());
            // Whoever finds it out is not answered: only the disk knows whether it has that one.
            early.send(SocketClient.publish("kept/a", QoS.AT_LEAST_ONCE, 4, "4"));
            broker.await(line -> line.contains(UNAVAILABLE));
            assertRefused(broker, late, old, oldest);
            assertTheRestGoesOn(broker, late, subscriber);
            assertThat(early.hasHeard()).isFalse();

            broker.disk().heal();
            broker.await(line -> line.contains(AVAILABLE));
            assertThat(((Puback) early.next()).packetIdentifier()).isEqualTo(4);
            assertThat(publish(late, "kept/a", 5)).isEqualTo(ReasonCode.SUCCESS);

            broker.kill();
            PowerLoss.Report report = PowerLoss.strict(broker.disk());
            broker.start();
            assertThat(received(broker))
                    .as(report::toString)
                    .containsExactly("1", "2", "3", "4", "5");
        }
    }

    private static void assertRefused(
            BrokerOnDisk broker, SocketClient late, SocketClient old, SocketClient oldest)
            throws IOException {
        assertThat(publish(late, "kept/a", 91)).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        Packet exactlyOnce = SocketClient.publish("kept/a", QoS.EXACTLY_ONCE, 92, "92");
        assertThat(((Pubrec) late.ask(exactlyOnce)).reasonCode())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        old.send(SocketClient.publish("kept/a", QoS.AT_LEAST_ONCE, 93, "93"));
        assertThat(old.nextOrNull()).as("3.1.1 knows no such answer").isNull();
        oldest.send(SocketClient.publish("kept/a", QoS.AT_LEAST_ONCE, 94, "94"));
        assertThat(oldest.nextOrNull()).as("3.1 knows no such answer").isNull();
        SocketClient newcomer = broker.client(ProtocolVersion.MQTT_5);
        Packet connack = newcomer.ask(SocketClient.kept(ProtocolVersion.MQTT_5, "newcomer"));
        assertThat(((Connack) connack).reasonCode()).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    private static void assertTheRestGoesOn(
            BrokerOnDisk broker, SocketClient late, SocketClient subscriber) throws IOException {
        late.send(SocketClient.publish("live", QoS.AT_MOST_ONCE, 0, "95"));
        assertThat(payloads(subscriber.next(1))).containsExactly("95");
        assertThat(publish(late, "nobody", 96)).isEqualTo(ReasonCode.SUCCESS);
        SocketClient reader = publisher(broker, ProtocolVersion.MQTT_5, "reader");
        Packet suback = reader.ask(SocketClient.subscribe(1, "kept/r", QoS.AT_MOST_ONCE));
        assertThat(((Suback) suback).reasonCodes()).containsExactly(ReasonCode.SUCCESS);
        assertThat(payloads(reader.next(1))).containsExactly("1");
    }

    /// What waits for the one whose session is kept, in its order: all that comes before a message
    /// that is published now.
    private static List<String> received(BrokerOnDisk broker) throws IOException {
        SocketClient keeper = broker.client(ProtocolVersion.MQTT_5);
        assertThat(keeper.connect(SocketClient.kept(ProtocolVersion.MQTT_5, "keeper"))).isTrue();
        publish(publisher(broker, ProtocolVersion.MQTT_5, "last"), "kept/end", 99);
        List<String> received = new ArrayList<>();
        for (String it = ""; !it.equals("99"); received.add(it)) {
            it = payloads(keeper.next(1)).getFirst();
        }
        received.removeLast();
        return received;
    }
}
