package org.vencejo.testing.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.Refusal;
import org.vencejo.broker.Traffic;
import org.vencejo.core.Server;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicName;

/// Everything at once, on a small scale: an honest pair is served whatever happens, and what was
/// refused is counted by its reason. `bench/attack` does it on a large one, with a clock.
@Timeout(120)
@Isolated // The buffers of the whole process are counted at the end.
class UnderAttackTest {
    private static final ProtocolVersion VERSION = ProtocolVersion.MQTT_5;
    private static final int PER_ADDRESS = 50;
    private static final int CONNECTING = 40;
    private static final int HALF = 100;
    private static final int TOO_MANY = 10;
    private static final int ROUNDS = 8;

    private static final byte[] HALF_A_CONNECT = {0x10, 60, 0, 4, 'M', 'Q', 'T', 'T', 5, 2};

    private final List<Attacker> attackers = new ArrayList<>();

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void theHonestAreServedAndTheRefusalsCounted(int ioThreads) throws IOException {
        try (Victim victim =
                        Victim.start(
                                ioThreads,
                                "limits.loopback-limited=true",
                                "limits.connections-per-address-max=" + PER_ADDRESS,
                                "limits.connections-rate-max=0",
                                "limits.connections-per-address-rate-max=0",
                                "limits.connecting-max=" + CONNECTING,
                                "limits.subscriptions-max=1000",
                                "limits.retained-messages-max=1000");
                HonestPair honest = new HonestPair(victim.address())) {
            try {
                List<Attacker> letIn = letIn(victim, honest);
                halfConnect(victim, honest);
                flood(letIn, honest);
                new HonestClient(victim.address(), VERSION, "recien-llegado").close();

                assertThat(victim.ask(Server::subscriptions)).isLessThan(letIn.size() * 1_000L);
                assertThat(victim.ask(Server::retainedMessages)).isLessThanOrEqualTo(1_000);
                assertThat(victim.ask(it -> it.statistics().refusedWith(ReasonCode.QUOTA_EXCEEDED)))
                        .isPositive();
                Traffic.AtTheDoor door = victim.driver().traffic().atTheDoor();
                assertThat(door.refused()).containsEntry(Refusal.ADDRESS_FULL, (long) TOO_MANY);
                assertThat(door.pushedOut()).isBetween((long) HALF - CONNECTING, (long) HALF);
                assertThat(door.connecting()).isLessThanOrEqualTo(CONNECTING);
            } finally {
                for (Attacker each : attackers) {
                    each.close();
                }
            }
            honest.roundTrips(20);
        }
    }

    /// One address takes all connections that it may.
    private List<Attacker> letIn(Victim victim, HonestPair honest) throws IOException {
        List<Attacker> letIn = new ArrayList<>();
        for (int i = 0; i < PER_ADDRESS + TOO_MANY; i++) {
            Attacker each = Attacker.from("127.0.1.1", victim.address());
            attackers.add(each);
            each.send(HonestClient.connect(VERSION, "hostil-" + i), VERSION);
            if (each.awaitPackets(1) && each.packets().getFirst()[3] == 0) { // not only told why
                letIn.add(each);
            }
            honest.roundTrip(QoS.AT_LEAST_ONCE);
        }
        assertThat(letIn).hasSize(PER_ADDRESS);
        return letIn;
    }

    private void halfConnect(Victim victim, HonestPair honest) throws IOException {
        for (int i = 0; i < HALF; i++) {
            Attacker each = Attacker.from("127.0.1." + (2 + i % 10), victim.address());
            attackers.add(each);
            each.send(HALF_A_CONNECT);
            if (i % 10 == 0) {
                honest.roundTrip(QoS.EXACTLY_ONCE);
            }
        }
    }

    private static void flood(List<Attacker> letIn, HonestPair honest) throws IOException {
        List<ByteBuffer> floods = new ArrayList<>();
        for (int i = 0; i < letIn.size(); i++) {
            floods.add(ByteBuffer.wrap(flood(i)));
        }
        for (int round = 0; round < ROUNDS; round++) {
            for (int i = 0; i < letIn.size(); i++) {
                ByteBuffer flood = floods.get(i);
                letIn.get(i).offer(flood);
                if (!flood.hasRemaining()) {
                    flood.rewind();
                }
            }
            honest.roundTrip(QoS.AT_LEAST_ONCE);
        }
    }

    private static byte[] flood(int attacker) {
        byte[][] packets = new byte[1_500][];
        for (int i = 0; i < packets.length; i++) {
            String topic = "hostil/" + attacker + "/" + i;
            Packet packet =
                    switch (attacker % 3) {
                        case 0 ->
                                new Subscribe(
                                        1 + i,
                                        List.of(Subscription.of(topic + "/#", QoS.AT_MOST_ONCE)),
                                        Properties.NONE);
                        case 1 -> publish(topic, true);
                        default -> publish(topic, false);
                    };
            packets[i] = Frame.of(packet, VERSION);
        }
        return Frame.joined(packets);
    }

    private static Publish publish(String topic, boolean retain) {
        return new Publish(
                TopicName.of(topic),
                Payload.of(new byte[50]),
                QoS.AT_MOST_ONCE,
                retain,
                false,
                0,
                Properties.NONE);
    }
}
