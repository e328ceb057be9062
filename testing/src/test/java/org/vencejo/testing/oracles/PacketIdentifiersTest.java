package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.conformance.Boundary;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.memory.MemoryServer;

/// The Packet Identifiers of the server over the wrap at 65,535, and what is sent again there.
class PacketIdentifiersTest {
    private static final int MANY = 70_000;

    private final MemoryServer server = new MemoryServer(MemoryServer.Setup.defaults());

    static Stream<Arguments> sessions() {
        return Stream.of(ProtocolVersion.values())
                .flatMap(version ->
                        Stream.of(QoS.AT_LEAST_ONCE, QoS.EXACTLY_ONCE)
                                .flatMap(qos ->
                                        Stream.of(true, false)
                                                .map(kept -> Arguments.of(version, qos, kept))));
    }

    // [MQTT-2.2.1-4], B35
    @Oracle(14)
    @ParameterizedTest(name = "{0}, {1}, kept {2}")
    @MethodSource("sessions")
    void noIdentifierIsUsedAgainWhileItIsOpen(ProtocolVersion version, QoS qos, boolean kept) {
        FlowClient subscriber = new FlowClient(server, version, "s");
        begin(subscriber, kept).subscribe("t", qos);
        FlowClient publisher = new FlowClient(server, version, "p").connect();
        BitSet open = new BitSet();
        int withheld = 0;
        int delivered = 0;
        for (int i = 0; i < MANY; i++) {
            publisher.deliver("t", qos, 1 + i % 65_535, "m" + i);
            for (Publish publish : subscriber.messages()) {
                int identifier = publish.packetIdentifier();
                assertThat(identifier).isBetween(1, 65_535);
                assertThat(open.get(identifier)).as("%s is open", identifier).isFalse();
                assertThat(publish.dup()).isFalse();
                delivered++;
                if (i % 20_000 < 3) { // runs of three stay open, the first of all from the start
                    open.set(identifier);
                    withheld++;
                } else {
                    subscriber.answer(publish);
                    subscriber.answerAll();
                }
            }
        }
        assertThat(delivered).isEqualTo(MANY);
        assertThat(open.cardinality()).isEqualTo(withheld).isEqualTo(12);
        subscriber.leave();
        publisher.leave();
        assertThat(server.buffersHeld()).isZero();
    }

    private static FlowClient begin(FlowClient client, boolean kept) {
        if (kept) {
            client.resume();
        } else {
            client.connect();
        }
        return client;
    }

    @Oracle(14)
    @Test
    void whenAllIdentifiersAreOpenTheNextMessageWaitsForOne() {
        MemoryServer wide = Settings.server("limits.window-max=65535");
        FlowClient subscriber = new FlowClient(wide, ProtocolVersion.MQTT_5, "s");
        subscriber.connect().subscribe("t", QoS.AT_LEAST_ONCE);
        FlowClient publisher = new FlowClient(wide, ProtocolVersion.MQTT_5, "p").connect();
        Set<Integer> open = new HashSet<>();
        for (int i = 0; i < MANY; i++) {
            publisher.deliver("t", QoS.AT_LEAST_ONCE, 1 + i % 65_535, "m" + i);
            subscriber.messages().forEach(it -> open.add(it.packetIdentifier()));
        }
        assertThat(open).hasSize(65_535);
        for (int identifier : List.of(40_000, 1, 65_535)) {
            assertThat(subscriber.puback(identifier).messages())
                    .singleElement()
                    .extracting(Publish::packetIdentifier)
                    .isEqualTo(identifier);
        }
    }

    // Each version and each boundary with both QoS, in half of the time.
    static Stream<Arguments> resumes() {
        return Stream.of(ProtocolVersion.values())
                .flatMap(version ->
                        Stream.of(Boundary.values())
                                .map(boundary ->
                                        Arguments.of(
                                                version,
                                                boundary,
                                                (version.ordinal() + boundary.ordinal()) % 2 == 0
                                                        ? QoS.AT_LEAST_ONCE
                                                        : QoS.EXACTLY_ONCE)));
    }

    // [MQTT-3.3.1-1], [MQTT-4.4.0-1], [MQTT-4.6.0-5]
    @Oracle(15)
    @ParameterizedTest(name = "{0}, {1}, {2}")
    @MethodSource("resumes")
    void whatIsSentAgainKeepsItsOrderOverTheWrap(
            ProtocolVersion version, Boundary boundary, QoS qos) {
        FlowClient subscriber = new FlowClient(server, version, "s");
        begin(subscriber, true).subscribe("t", qos);
        FlowClient publisher = new FlowClient(server, version, "p").connect();
        for (int i = 0; i < 65_525; i++) {
            publisher.deliver("t", qos, 1, "m");
            subscriber.answerAll();
        }
        List<String> first = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            publisher.deliver("t", qos, 1, "open " + i);
            subscriber.messages().forEach(it -> first.add(text(it)));
        }
        assertThat(first).hasSize(20);
        assertThat(first.getFirst()).endsWith(" open 0");
        assertThat(first.getFirst()).startsWith("655"); // and so there is a wrap among them
        assertThat(first.getLast()).startsWith("10 ");

        subscriber.go(boundary);
        assertThat(subscriber.resume()).isEqualTo(version != ProtocolVersion.MQTT_3_1);
        List<Publish> again = subscriber.messages();

        assertThat(again).allMatch(Publish::dup);
        assertThat(again.stream().map(PacketIdentifiersTest::text)).isEqualTo(first);
    }

    private static String text(Publish publish) {
        return publish.packetIdentifier() + " " + FlowClient.text(publish);
    }

    @Oracle(14)
    @Test
    void aLongQueueDrainsPastAnIdentifierThatStaysOpen() {
        MemoryServer roomy = Settings.server("limits.queued-messages-max=100000");
        FlowClient subscriber =
                new FlowClient(roomy, ProtocolVersion.MQTT_5, "s")
                        .with(Property.RECEIVE_MAXIMUM, 100);
        begin(subscriber, true).subscribe("t", QoS.AT_LEAST_ONCE);
        subscriber.go(Boundary.DISCONNECT);
        FlowClient publisher = new FlowClient(roomy, ProtocolVersion.MQTT_5, "p").connect();
        for (int i = 0; i < MANY; i++) {
            publisher.deliver("t", QoS.AT_LEAST_ONCE, 1, "m" + i);
        }
        subscriber.resume();
        int withheld = 0;
        int got = 0;
        for (List<Publish> some = subscriber.messages();
                !some.isEmpty();
                some = subscriber.messages()) {
            for (Publish publish : some) {
                got++;
                assertThat(publish.packetIdentifier()).isNotEqualTo(withheld);
                if (withheld == 0) {
                    withheld = publish.packetIdentifier();
                } else {
                    subscriber.answer(publish);
                }
            }
        }
        assertThat(got).isEqualTo(MANY);
    }
}
