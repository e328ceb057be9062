package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.core.Recovered;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Unsubscribe;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.Seeds;
import org.vencejo.testing.memory.MemoryServer;

/// What clients that never answer, never return or never rest leave in the server: nothing that
/// grows.
class LeaksTest {
    private static final long SECOND = 1_000_000_000L;

    private final MemoryServer server = new MemoryServer(MemoryServer.Setup.defaults());

    // ---- PUBREL never comes
    // ----------------------------------------------------------------------

    @Oracle({25, 80})
    @Test
    void aPublisherThatNeverReleasesIsEndedAtTheReceiveMaximum() {
        FlowClient publisher = new FlowClient(server, ProtocolVersion.MQTT_5, "p");
        publisher.resume();
        for (int i = 1; i <= 1_000; i++) {
            publisher.publish("t", QoS.EXACTLY_ONCE, i, "x");
        }
        assertThat(publisher.read()).hasSize(1_000); // the control arm: as many as were announced
        assertThat(publisher.isClosed()).isFalse();
        publisher.publish("t", QoS.EXACTLY_ONCE, 1_001, "x");
        assertThat(publisher.read())
                .singleElement()
                .extracting(it -> ((Disconnect) it).reasonCode())
                .isEqualTo(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED); // U5-29
        assertThat(identifiersTaken()).isEqualTo(1_000);
    }

    @Oracle(80)
    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void howeverOftenItReturnsItTakesNoMoreThanAllIdentifiers(ProtocolVersion version) {
        FlowClient publisher = new FlowClient(server, version, "p");
        for (int i = 0; i < 70_000; i++) {
            if (i % 900 == 0) {
                publisher.resume();
            }
            publisher.publish("t", QoS.EXACTLY_ONCE, 1 + i % 65_535, "x");
            assertThat(publisher.read()).hasSize(1);
        }
        assertThat(identifiersTaken()).isEqualTo(65_535);
        publisher.connect(); // begins anew
        publisher.leave();
        requireNothingLeft();
    }

    private int identifiersTaken() {
        Recovered stored = server.store().recovered();
        assertThat(stored).isEqualTo(server.core().durableState());
        return stored.sessions().getFirst().identifiersTaken().size();
    }

    // ---- sessions whose clients never return
    // --------------------------------------------------------

    @Oracle(81)
    @ParameterizedTest
    @ValueSource(strings = {"drop-oldest", "drop-newest"})
    void queuesOfClientsThatNeverReturnHoldTheirLimitUntilTheyExpire(String policy) {
        MemoryServer small =
                Settings.server(
                        "limits.queued-messages-max=20",
                        "limits.session-expiry-interval-max=1h",
                        "queue-full-policy=" + policy);
        leaveBehind(small, 300);
        FlowClient publisher = new FlowClient(small, ProtocolVersion.MQTT_5, "p").connect();
        for (int i = 0; i < 50; i++) {
            publisher.deliver("t", QoS.AT_LEAST_ONCE, 1, "x".repeat(1_000));
        }
        assertThat(small.core().accounting().queuedCopies()).isEqualTo(300 * 20);
        assertThat(small.core().accounting().endedBy(Fate.QUEUE_FULL)).isEqualTo(300 * 30);
        assertThat(small.store().recovered().sessions())
                .hasSize(300)
                .allMatch(session -> session.queue().size() == 20);

        small.pass(3_599 * SECOND);
        assertThat(small.core().sessions()).isEqualTo(301); // the control arm: not yet
        small.pass(2 * SECOND);
        publisher.leave();
        requireNothingLeft(small);
        assertThat(small.core().accounting().endedBy(Fate.SESSION_ENDED)).isEqualTo(300 * 20);
        assertThat(small.core().accounting().balances()).isTrue();
    }

    @Oracle(81)
    @Test
    void allQueuesTogetherHoldTheirLimit() {
        MemoryServer small = Settings.server("limits.queued-bytes-in-all-max=1MB");
        leaveBehind(small, 100);
        FlowClient publisher = new FlowClient(small, ProtocolVersion.MQTT_5, "p").connect();
        for (int i = 0; i < 50; i++) {
            publisher.deliver("t", QoS.AT_LEAST_ONCE, 1, "x".repeat(1_000));
            assertThat(small.core().accounting().queuedBytes()).isLessThanOrEqualTo(1 << 20);
        }
        assertThat(small.core().accounting().endedBy(Fate.QUEUE_FULL)).isPositive();
        assertThat(small.core().accounting().balances()).isTrue();
    }

    private static void leaveBehind(MemoryServer server, int sessions) {
        for (int i = 0; i < sessions; i++) {
            FlowClient client =
                    new FlowClient(server, ProtocolVersion.values()[i % 3], "offline " + i);
            client.resume();
            client.subscribe("t", QoS.EXACTLY_ONCE);
            client.leave();
        }
    }

    // ---- one topic, a million times
    // -----------------------------------------------------------------

    @Oracle(82)
    @Test
    void overwritingOneRetainedMessageKeepsOne() {
        overwrite(20_000);
    }

    @Oracle(82)
    @Tag("long")
    @Test
    void overwritingOneRetainedMessageAMillionTimesKeepsOne() {
        overwrite(1_000_000);
    }

    private void overwrite(int times) {
        FlowClient publisher = new FlowClient(server, ProtocolVersion.MQTT_5, "p").connect();
        publisher.send(retained(0));
        long bytes = server.core().retainedBytes();
        for (int i = 1; i < times; i++) {
            publisher.send(retained(i));
        }
        assertThat(server.core().retainedMessages()).isEqualTo(1);
        assertThat(server.core().retainedBytes()).isEqualTo(bytes);
        assertThat(server.store().recovered().retained())
                .singleElement()
                .extracting(it -> FlowClient.text(it.publish()))
                .isEqualTo(text(times - 1));
        assertThat(server.buffersHeld()).isZero();
    }

    private static String text(int number) {
        return String.format("%0100d", number);
    }

    private static Publish retained(int number) {
        return new Publish(
                TopicName.of("t"),
                Payload.of(text(number)),
                QoS.AT_MOST_ONCE,
                true,
                false,
                0,
                Properties.NONE);
    }

    // ---- takeovers, comings and goings
    // --------------------------------------------------------------

    @Oracle(83)
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void tenThousandTakeoversLeaveOneConnection(boolean kept) {
        FlowClient publisher = new FlowClient(server, ProtocolVersion.MQTT_5, "p").connect();
        FlowClient one = new FlowClient(server, ProtocolVersion.MQTT_5, "s");
        FlowClient other = new FlowClient(server, ProtocolVersion.MQTT_3_1_1, "s");
        for (int i = 0; i < 10_000; i++) {
            FlowClient next = i % 2 == 0 ? one : other;
            if (kept) {
                next.resume();
            } else {
                next.connect();
            }
            next.subscribe("t/" + i % 3, QoS.AT_LEAST_ONCE);
            publisher.deliver("t/" + i % 3, QoS.AT_LEAST_ONCE, 1, "m" + i);
            if (i > 0) {
                FlowClient former = i % 2 == 0 ? other : one;
                assertThat(former.isClosed()).isTrue();
                former.read();
                former.leave();
            }
            if (i % 10 == 0) {
                next.answerAll();
            }
        }
        assertThat(server.core().connections()).isEqualTo(2);
        assertThat(server.core().connectedClients()).isEqualTo(2);
        assertThat(server.core().sessions()).isEqualTo(2);
        assertThat(server.core().subscriptions()).isEqualTo(kept ? 3 : 1);
        assertThat(server.core().deadlines()).isLessThan(4);
        one.connect();
        one.leave();
        other.leave();
        publisher.leave();
        requireNothingLeft();
    }

    @Oracle(83)
    @Test
    void aStormOfConnectionsLeavesNothing() {
        for (int i = 0; i < 10_000; i++) {
            FlowClient client =
                    new FlowClient(server, ProtocolVersion.values()[i % 3], "c" + i % 100);
            client.connect().subscribe("t", QoS.AT_LEAST_ONCE);
            if (i % 4 < 3) { // every fourth is cut without a word
                client.send(new Disconnect(ReasonCode.SUCCESS));
                client.read();
            }
            client.leave();
        }
        requireNothingLeft();
    }

    @Oracle({61, 83})
    @Test
    void subscriptionsThatComeAndGoLeaveNothing() {
        Seeds.run(seeds -> {
            List<FlowClient> clients = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                clients.add(
                        new FlowClient(server, ProtocolVersion.values()[i % 3], "c" + i).connect());
            }
            List<String> filters =
                    List.of("a", "a/b", "a/+", "a/#", "#", "+/b", "/a", "a//b", "a/b/c", "+/+/c");
            for (int i = 0; i < 20_000; i++) {
                FlowClient client = seeds.pick(clients);
                String filter = seeds.pick(filters);
                if (seeds.chance(0.5)) {
                    client.subscribe(filter, QoS.AT_LEAST_ONCE);
                } else {
                    client.send(
                            new Unsubscribe(1, List.of(TopicFilter.of(filter)), Properties.NONE));
                }
                if (i % 50 == 0) {
                    client.publish("a/b", QoS.AT_LEAST_ONCE, 1, "x"); // so that routes are cached
                }
            }
            for (FlowClient client : clients) {
                for (String filter : filters) {
                    client.send(
                            new Unsubscribe(1, List.of(TopicFilter.of(filter)), Properties.NONE));
                }
            }
            assertThat(server.core().subscriptions()).isZero();
            clients.forEach(FlowClient::leave);
            requireNothingLeft();
        });
    }

    private void requireNothingLeft() {
        requireNothingLeft(server);
    }

    private static void requireNothingLeft(MemoryServer server) {
        assertThat(server.core().connections()).isZero();
        assertThat(server.core().sessions()).isZero();
        assertThat(server.core().sessionBytes()).isZero();
        assertThat(server.core().subscriptions()).isZero();
        assertThat(server.core().deadlines()).isZero();
        assertThat(server.core().accounting().queuedCopies()).isZero();
        assertThat(server.core().accounting().queuedBytes()).isZero();
        assertThat(server.core().accounting().inFlightCopies()).isZero();
        assertThat(server.core().accounting().balances()).isTrue();
        assertThat(server.store().recovered().sessions()).isEmpty();
        assertThat(server.buffersHeld()).isZero();
    }
}
