package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.conformance.Boundary;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.Seeds;
import org.vencejo.testing.memory.MemoryServer;

/// Many exchanges at a time, over all that can cut them, in all versions.
class FlowsTest {
    private final MemoryServer server = new MemoryServer(MemoryServer.Setup.defaults());

    static Stream<Arguments> everyCut() {
        return Stream.of(ProtocolVersion.values())
                .flatMap(version ->
                        Stream.of(Boundary.values())
                                .map(boundary -> Arguments.of(version, boundary)));
    }

    /// Twenty exchanges in the hands of a subscriber that answers in any order and is cut in their
    /// midst.
    @Oracle(12)
    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("everyCut")
    void interleavedExchangesAllEndAndPubrelsFollowPubrecs(
            ProtocolVersion version, Boundary boundary) {
        Seeds.run(seeds -> {
            FlowClient subscriber = new FlowClient(server, version, "s");
            subscriber.resume();
            subscriber.subscribe("t", QoS.EXACTLY_ONCE);
            FlowClient publisher = new FlowClient(server, version, "p").connect();
            for (int i = 1; i <= 20; i++) {
                publisher.deliver("t", QoS.EXACTLY_ONCE, i, "m" + i);
            }
            List<Publish> first = subscriber.messages();
            assertThat(first).hasSize(20);
            List<Integer> identifiers = shuffled(identifiers(first), seeds);
            List<Integer> before = identifiers.subList(0, 11);
            before.forEach(subscriber::pubrec);
            assertThat(pubrels(subscriber.read())).isEqualTo(before); // [MQTT-4.6.0-4]
            List<Integer> complete = shuffled(before.subList(0, 4), seeds);
            complete.forEach(subscriber::pubcomp);

            subscriber.go(boundary);
            subscriber.resume();
            List<Packet> again = subscriber.read();
            List<Integer> owed = new ArrayList<>(before);
            owed.removeAll(complete);
            assertThat(pubrels(again)).isEqualTo(owed);
            List<Publish> repeated = publishes(again);
            assertThat(repeated).allMatch(Publish::dup);
            List<Integer> open = new ArrayList<>(identifiers(first));
            open.removeAll(before);
            assertThat(identifiers(repeated)).isEqualTo(open);

            List<Integer> after = shuffled(open, seeds);
            after.forEach(subscriber::pubrec);
            assertThat(pubrels(subscriber.read())).isEqualTo(after);
            List<Integer> rest = new ArrayList<>(owed);
            rest.addAll(after);
            shuffled(rest, seeds).forEach(subscriber::pubcomp);
            assertThat(server.core().accounting().inFlightCopies()).isZero();
            subscriber.go(Boundary.RESET).resume();
            assertThat(subscriber.read()).isEmpty();
        });
    }

    /// The same with the server as receiver.
    @Oracle({1, 3, 7, 12})
    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("everyCut")
    void whatAPublisherRepeatsOverACutIsDeliveredOnce(ProtocolVersion version, Boundary boundary) {
        Seeds.run(seeds -> {
            FlowClient subscriber = new FlowClient(server, version, "s");
            subscriber.resume();
            subscriber.subscribe("t", QoS.AT_LEAST_ONCE).go(Boundary.DISCONNECT);
            FlowClient publisher = new FlowClient(server, version, "p");
            publisher.resume();
            List<Integer> identifiers = IntStream.rangeClosed(1, 20).boxed().toList();
            for (int round = 0; round < 3; round++) {
                for (int i : identifiers) {
                    publisher.publish("t", QoS.EXACTLY_ONCE, i, round + "/" + i);
                }
                assertThat(publisher.read()).hasSize(20).allMatch(Pubrec.class::isInstance);
                List<Integer> released = shuffled(identifiers, seeds).subList(0, 7);
                released.forEach(publisher::pubrel);
                publisher.go(boundary).resume();
                for (int i : identifiers) {
                    if (!released.contains(i)) {
                        publisher.send(
                                FlowClient.message(
                                                "t",
                                                QoS.EXACTLY_ONCE,
                                                i,
                                                Payload.of(round + "/" + i))
                                        .sentAs(i, true));
                    }
                }
                released.forEach(publisher::pubrel); // as if PUBCOMP had been lost
                publisher.answerAll();
            }
            subscriber.resume();
            List<String> expected = new ArrayList<>();
            for (int round = 0; round < 3; round++) {
                for (int i : identifiers) {
                    expected.add(round + "/" + i);
                }
            }
            assertThat(subscriber.messages().stream().map(FlowClient::text)).isEqualTo(expected);
        });
    }

    @Oracle(19)
    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("everyCut")
    void aLongQueueDrainsInOrderWhileNewMessagesCome(ProtocolVersion version, Boundary boundary) {
        MemoryServer narrow = Settings.server("limits.window-max=10");
        FlowClient subscriber = new FlowClient(narrow, version, "s");
        subscriber.resume();
        subscriber.subscribe("t", QoS.EXACTLY_ONCE);
        subscriber.go(boundary);
        FlowClient publisher = new FlowClient(narrow, version, "p").connect();
        int sent = 0;
        while (sent < 3_000) {
            publisher.deliver(
                    "t", sent % 2 == 0 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE, 1, "" + sent++);
        }
        subscriber.resume();
        List<String> got = new ArrayList<>();
        int open = 0;
        for (List<Publish> some = subscriber.messages();
                !some.isEmpty();
                some = subscriber.messages()) {
            assertThat(some.size() + open).isLessThanOrEqualTo(10);
            for (Publish publish : some) {
                got.add(FlowClient.text(publish));
                if (sent < 6_000) {
                    publisher.deliver("t", QoS.AT_LEAST_ONCE, 1, "" + sent++);
                }
                subscriber.answer(publish);
                if (publish.qos() == QoS.EXACTLY_ONCE) {
                    subscriber.pubcomp(publish.packetIdentifier());
                }
            }
        }
        assertThat(got).isEqualTo(IntStream.range(0, sent).mapToObj(Integer::toString).toList());
        assertThat(sent).isEqualTo(6_000);
    }

    @Oracle(20)
    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("everyCut")
    void aSessionDeliversAfterEachOfTenReturns(ProtocolVersion version, Boundary boundary) {
        FlowClient subscriber = new FlowClient(server, version, "s");
        assertThat(subscriber.resume()).isFalse();
        subscriber.subscribe("t", QoS.AT_LEAST_ONCE);
        for (int i = 1; i <= 10; i++) {
            subscriber.go(boundary);
            FlowClient publisher = new FlowClient(server, version, "p").connect();
            publisher.deliver("t", QoS.AT_LEAST_ONCE, 1, "away " + i);
            assertThat(subscriber.resume()).isEqualTo(version != ProtocolVersion.MQTT_3_1);
            publisher.deliver("t", QoS.AT_LEAST_ONCE, 1, "here " + i);
            assertThat(subscriber.answerAll().stream().map(FlowClient::text))
                    .containsExactly("away " + i, "here " + i);
            publisher.go(Boundary.DISCONNECT);
        }
    }

    /// Ten thousand messages, each ended in one of the ways that free a place.
    @Oracle(22)
    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aWindowOfOneIsAWindowOfOneForEver(ProtocolVersion version) {
        MemoryServer narrow = Settings.server("limits.window-max=1");
        FlowClient subscriber =
                new FlowClient(narrow, version, "s").with(Property.MAXIMUM_PACKET_SIZE, 100);
        subscriber.connect().subscribe("t", QoS.EXACTLY_ONCE);
        FlowClient publisher = new FlowClient(narrow, version, "p").connect();
        boolean mqtt5 = version.isMqtt5();
        for (int i = 0; i < 10_000; i++) {
            String next = "next " + i;
            if (i % 7 == 0) {
                publisher.deliver("t", QoS.AT_LEAST_ONCE, 1, "x".repeat(mqtt5 ? 200 : 20));
                assertThat(subscriber.answerAll()).hasSize(mqtt5 ? 0 : 1); // too large for 5.0
            }
            QoS qos = i % 2 == 0 ? QoS.AT_LEAST_ONCE : QoS.EXACTLY_ONCE;
            publisher.deliver("t", qos, 1, "open " + i);
            publisher.deliver("t", QoS.AT_LEAST_ONCE, 1, next);
            Publish open = only(subscriber.messages());
            assertThat(FlowClient.text(open)).isEqualTo("open " + i);
            end(subscriber, open, mqtt5 && i % 3 == 0);
            Publish behind = only(subscriber.messages());
            assertThat(FlowClient.text(behind)).isEqualTo(next);
            end(subscriber, behind, false);
        }
    }

    private static Publish only(List<Publish> messages) {
        assertThat(messages).hasSize(1);
        return messages.getFirst();
    }

    private static void end(FlowClient subscriber, Publish publish, boolean refused) {
        int identifier = publish.packetIdentifier();
        if (publish.qos() == QoS.AT_LEAST_ONCE) {
            subscriber.send(
                    new Puback(
                            identifier, refused ? ReasonCode.QUOTA_EXCEEDED : ReasonCode.SUCCESS));
        } else if (refused) {
            subscriber.send(new Pubrec(identifier, ReasonCode.QUOTA_EXCEEDED));
        } else {
            assertThat(pubrels(subscriber.pubrec(identifier).read())).containsExactly(identifier);
            subscriber.pubcomp(identifier);
        }
    }

    // ---- what came
    // -------------------------------------------------------------------------------

    private static List<Publish> publishes(List<Packet> packets) {
        return packets.stream().filter(Publish.class::isInstance).map(Publish.class::cast).toList();
    }

    private static List<Integer> pubrels(List<Packet> packets) {
        return packets.stream()
                .filter(Pubrel.class::isInstance)
                .map(it -> ((Pubrel) it).packetIdentifier())
                .toList();
    }

    private static List<Integer> identifiers(List<Publish> publishes) {
        return publishes.stream().map(Publish::packetIdentifier).toList();
    }

    private static <T> List<T> shuffled(List<T> list, Seeds seeds) {
        List<T> shuffled = new ArrayList<>(list);
        Collections.shuffle(shuffled, new Random(seeds.next()));
        return shuffled;
    }
}
