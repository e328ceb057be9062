package org.vencejo.testing.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Unsuback;
import org.vencejo.testing.Seeds;

/// While a sync is held no acknowledgement arrives, of any kind and in any version, for hundreds of
/// different operations; when it is released all do, in order. What promises nothing does not wait.
class AcknowledgementsWaitTest {
    private static final int CLIENTS_PER_VERSION = 2;
    private static final int OF_EACH_KIND = 12;
    private static final int ROUND_TRIPS = 5;

    @TempDir Path folder;

    /// What is ready to be asked, and who watches.
    private record Scene(
            List<WaitingOperations> operations,
            List<WaitingOperations> promisingNothing,
            List<SocketClient> connecting,
            SocketClient bystander) {
        int count() {
            return operations.stream().mapToInt(WaitingOperations::count).sum() + connecting.size();
        }
    }

    @BeforeEach
    void needsTheLibrary() {
        assumeTrue(FaultyDiskLibrary.built().isPresent(), FaultyDiskLibrary.built().missing());
    }

    private static Scene prepare(BrokerOnDisk broker, Seeds seeds) throws IOException {
        try (SocketClient receiver =
                broker.client(SocketClient.kept(ProtocolVersion.MQTT_5, "receiver"))) {
            receiver.ask(SocketClient.subscribe(1, "kept/#", QoS.EXACTLY_ONCE));
        }
        List<WaitingOperations> operations = new ArrayList<>();
        List<WaitingOperations> promisingNothing = new ArrayList<>();
        List<SocketClient> connecting = new ArrayList<>();
        for (ProtocolVersion version : ProtocolVersion.values()) {
            for (int i = 0; i < CLIENTS_PER_VERSION; i++) {
                String name = "k" + version.level() + i;
                operations.add(
                        new WaitingOperations(
                                broker, version, name, true, "kept/a", OF_EACH_KIND, seeds));
            }
            promisingNothing.add(
                    new WaitingOperations(
                            broker, version, "n" + version.level(), false, "nobody", 3, seeds));
            for (int i = 0; i < CLIENTS_PER_VERSION * OF_EACH_KIND; i++) {
                if (i % 2 == 0) { // a session to be resumed; the others are new
                    broker.client(SocketClient.kept(version, connectName(version, i))).close();
                }
                connecting.add(broker.client(version));
            }
        }
        SocketClient bystander =
                broker.client(SocketClient.notKept(ProtocolVersion.MQTT_5, "bystander"));
        return new Scene(operations, promisingNothing, connecting, bystander);
    }

    private static String connectName(ProtocolVersion version, int number) {
        return "c" + version.level() + "-" + number;
    }

    /// Asks for everything. A CONNECT has no sentinel behind it: round trips of another connection
    /// on the same event loop show that it was read, as the control arm proves.
    private static void ask(Scene scene) throws IOException {
        for (WaitingOperations it : scene.operations()) {
            it.send();
        }
        int number = 0;
        for (SocketClient it : scene.connecting()) {
            int inItsVersion = number++ % (CLIENTS_PER_VERSION * OF_EACH_KIND);
            it.send(SocketClient.kept(it.version(), connectName(it.version(), inItsVersion)));
        }
        for (int i = 0; i < ROUND_TRIPS; i++) {
            assertThat(scene.bystander().beforePing()).isEmpty();
        }
    }

    /// The Packet Identifiers of what was heard, in its order.
    private static Map<PacketType, List<Integer>> identifiers(List<Packet> heard) {
        Map<PacketType, List<Integer>> identifiers = new EnumMap<>(PacketType.class);
        for (Packet packet : heard) {
            identifiers
                    .computeIfAbsent(packet.type(), _ -> new ArrayList<>())
                    .add(
                            switch (packet) {
                                case Puback it -> it.packetIdentifier();
                                case Pubrec it -> it.packetIdentifier();
                                case Pubrel it -> it.packetIdentifier();
                                case Pubcomp it -> it.packetIdentifier();
                                case Suback it -> it.packetIdentifier();
                                case Unsuback it -> it.packetIdentifier();
                                default -> throw new AssertionError("no answer: " + packet);
                            });
        }
        return identifiers;
    }

    private static int heardConnacks(Scene scene) throws IOException {
        int heard = 0;
        for (SocketClient it : scene.connecting()) {
            heard += it.hasHeard() ? 1 : 0;
        }
        return heard;
    }

    @Test
    void noneComesWhileASyncIsHeldAndAllComeInOrderWhenItIsReleased() throws Exception {
        Seeds seeds = Seeds.given();
        try (BrokerOnDisk broker = new BrokerOnDisk(folder, "fsync")) {
            Scene scene = prepare(broker, seeds);
            broker.disk().holdSyncs();
            ask(scene);
            broker.await(line -> line.startsWith(FaultyDisk.SAYS + "held"));

            for (WaitingOperations it : scene.operations()) {
                assertThat(it.heard()).as("%s, %s", it.name(), seeds.replay()).isEmpty();
            }
            assertThat(heardConnacks(scene)).isZero();
            for (WaitingOperations it : scene.promisingNothing()) {
                it.send();
                assertThat(identifiers(it.heard())).as(it.name()).isEqualTo(it.expected());
            }
            assertThat(broker.disk().held()).isPositive();
            tell("held", scene, 0);

            broker.disk().releaseSyncs();
            Map<PacketType, Integer> came = new EnumMap<>(PacketType.class);
            for (WaitingOperations it : scene.operations()) {
                Map<PacketType, List<Integer>> answers = identifiers(it.answers());
                assertThat(answers)
                        .as("%s, %s", it.name(), seeds.replay())
                        .isEqualTo(it.expected());
                assertThat(it.heard()).as("nothing twice").isEmpty();
                answers.forEach((type, ids) -> came.merge(type, ids.size(), Integer::sum));
            }
            int number = 0;
            for (SocketClient it : scene.connecting()) {
                Connack connack = (Connack) it.next();
                assertThat(connack.reasonCode().isError()).isFalse();
                boolean resumed = number++ % 2 == 0;
                assertThat(connack.sessionPresent())
                        .isEqualTo(resumed && it.version() != ProtocolVersion.MQTT_3_1);
                came.merge(PacketType.CONNACK, 1, Integer::sum);
            }
            tell("released", scene, came.values().stream().mapToInt(i -> i).sum());
            System.out.println("  " + came);
            assertThat(came.keySet())
                    .containsExactlyInAnyOrder(
                            PacketType.CONNACK,
                            PacketType.PUBACK,
                            PacketType.PUBREC,
                            PacketType.PUBREL,
                            PacketType.PUBCOMP,
                            PacketType.SUBACK,
                            PacketType.UNSUBACK);
            assertThat(scene.count()).isGreaterThanOrEqualTo(500);
        }
    }

    private static void tell(String when, Scene scene, int came) {
        System.out.printf(
                "syncs %s: %d operations, %d acknowledgements%n", when, scene.count(), came);
    }

    /// The control arm: the same, where nobody waits for a sync.
    @Test
    void allComeAtOnceAtTheLevelOfMemory() throws Exception {
        try (BrokerOnDisk broker = new BrokerOnDisk(folder, "memory")) {
            Scene scene = prepare(broker, Seeds.given());
            broker.disk().holdSyncs();
            ask(scene);
            for (WaitingOperations it : scene.operations()) {
                assertThat(identifiers(it.heard())).as(it.name()).isEqualTo(it.expected());
            }
            assertThat(heardConnacks(scene)).isEqualTo(scene.connecting().size());
        }
    }
}
