package org.vencejo.testing.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.core.Server;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Unsubscribe;
import org.vencejo.testing.Oracle;

/// Topic Names and Topic Filters of as many levels as their bytes can hold: refused by the limit,
/// and where there is none harmless.
@Timeout(120)
@Isolated // The memory of the whole process is measured.
class DeepTopicsTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;

    @ParameterizedTest
    @EnumSource
    @Oracle(73)
    void aTopicOfNothingButSeparatorsIsRefused(ProtocolVersion version) throws IOException {
        try (Victim victim = Victim.start(1);
                HonestPair honest = new HonestPair(victim.address());
                Attacker attacker = Attacker.connected(victim.address(), version, "hondo")) {
            attacker.send(publish("/".repeat(65_535), 0), version);
            attacker.awaitEnd();
            if (version.isMqtt5()) {
                assertThat(HexFormat.of().formatHex(attacker.packets().getLast()))
                        .matches("e0..90.*");
            } else {
                assertThat(attacker.packets()).hasSize(1);
            }
            honest.roundTrip(QoS.EXACTLY_ONCE);
        }
    }

    @Test
    @Oracle(73)
    void aFilterOfNothingButWildcardsIsRefusedAndItsClientServed() throws IOException {
        try (Victim victim = Victim.start(1);
                Attacker attacker = Attacker.connected(victim.address(), V5, "hondo")) {
            attacker.send(subscribe(1, wildcards(32_000)), V5);
            attacker.send(subscribe(2, wildcards(128)), V5);
            attacker.awaitPackets(3);
            assertThat(attacker.packets().subList(1, 3))
                    .extracting(HexFormat.of()::formatHex)
                    .containsExactlyInAnyOrder("90040001008f", "900400020000");
        }
    }

    /// Where the limit allows as many levels as there can be, they are matched without depth and
    /// take memory by their number.
    @Test
    @Oracle(73)
    void asManyLevelsAsThereCanBeAreMatchedInLinearMemory() throws IOException {
        int levels = 32_000;
        try (Victim victim = Victim.start(1, "limits.topic-levels-max=65535");
                HonestPair honest = new HonestPair(victim.address());
                Attacker attacker = Attacker.connected(victim.address(), V5, "hondo")) {
            honest.roundTrips(10);
            long before = Victim.heapBytes();
            attacker.send(subscribe(1, wildcards(levels)), V5);
            attacker.send(subscribe(2, "+/".repeat(levels - 1) + "#"), V5);
            attacker.send(subscribe(3, "$share/g/" + "/".repeat(levels - 1)), V5);
            attacker.awaitPackets(4);
            long heapBytes = Victim.heapBytes() - before;
            assertThat(heapBytes).as("heap of three deep filters").isLessThan(3L * levels * 256);

            attacker.send(publish("/".repeat(levels - 1), 1), V5);
            assertThat(attacker.awaitPackets(7)).isTrue(); // one copy, one of the group, PUBACK
            attacker.send(retained("a" + "/".repeat(65_533)), V5);
            attacker.send(publish("/".repeat(65_534), 2), V5);
            assertThat(attacker.isServed()).isTrue();
            honest.roundTrip(QoS.EXACTLY_ONCE);

            attacker.send(
                    new Unsubscribe(
                            4,
                            List.of(
                                    TopicFilter.of(wildcards(levels)),
                                    TopicFilter.of("+/".repeat(levels - 1) + "#"),
                                    TopicFilter.of("$share/g/" + "/".repeat(levels - 1))),
                            Properties.NONE),
                    V5);
            attacker.send(new byte[] {0x31, 4, 0, 1, 'a', 0});
            assertThat(attacker.isServed()).isTrue();
            assertThat(victim.ask(Server::subscriptions)).isEqualTo(1);
        }
    }

    private static String wildcards(int levels) {
        return "+/".repeat(levels - 1) + "+";
    }

    private static Subscribe subscribe(int identifier, String filter) {
        return new Subscribe(
                identifier, List.of(Subscription.of(filter, QoS.AT_MOST_ONCE)), Properties.NONE);
    }

    private static Publish publish(String topic, int identifier) {
        return new Publish(
                TopicName.of(topic),
                Payload.of("hondo"),
                identifier == 0 ? QoS.AT_MOST_ONCE : QoS.AT_LEAST_ONCE,
                false,
                false,
                identifier,
                Properties.NONE);
    }

    private static Publish retained(String topic) {
        return new Publish(
                TopicName.of(topic),
                Payload.of("hondo"),
                QoS.AT_MOST_ONCE,
                true,
                false,
                0,
                Properties.NONE);
    }
}
