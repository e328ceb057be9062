package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.conformance.Boundary;
import org.vencejo.core.Permissions;
import org.vencejo.core.ServerSettings;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Unsubscribe;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.Seeds;
import org.vencejo.testing.memory.LateStore;
import org.vencejo.testing.memory.MemoryServer;

/// Payloads from end to end: each byte as it was published, whatever way it went, and no buffer
/// held behind any way that ends in nothing.
///
/// A payload of more than 4 KB is sent by reference to what was received, a smaller one is copied.
@Oracle(84)
class PayloadsTest {
    private static final String LARGE = "x".repeat(10_000);
    private static final long SECOND = 1_000_000_000L;

    private MemoryServer server = new MemoryServer(MemoryServer.Setup.defaults());

    // ---- every byte
    // ------------------------------------------------------------------------------

    @Test
    void everySubscriberGetsTheBytesThatWerePublished() {
        Seeds.run(seeds -> {
            List<Reader> readers = new ArrayList<>();
            for (ProtocolVersion version : ProtocolVersion.values()) {
                for (QoS qos : QoS.values()) {
                    for (String manner : List.of("at once", "by bits", "later", "kept")) {
                        readers.add(new Reader(version, qos, manner));
                    }
                }
            }
            FlowClient publisher =
                    new FlowClient(server, seeds.pick(List.of(ProtocolVersion.values())), "p");
            publisher.connect();
            List<byte[]> published = new ArrayList<>();
            for (int size : List.of(0, 1, 127, 4_095, 4_096, 4_097, 20_000, 70_000)) {
                for (QoS qos : QoS.values()) {
                    byte[] payload = seeds.bytes(size);
                    published.add(payload);
                    publishInBits(publisher, qos, payload, seeds);
                    readers.forEach(Reader::readAsItDoes);
                }
            }
            for (Reader reader : readers) {
                reader.readAll();
                assertThat(reader.got)
                        .as("%s", reader)
                        .usingElementComparator(Arrays::compare)
                        .isEqualTo(reader.wanted(published));
                reader.client.leave();
            }
            publisher.leave();
            assertThat(server.buffersHeld()).isZero();
        });
    }

    private static void publishInBits(FlowClient publisher, QoS qos, byte[] payload, Seeds seeds) {
        int identifier = qos == QoS.AT_MOST_ONCE ? 0 : 7;
        byte[] packet =
                publisher.bytes(FlowClient.message("t", qos, identifier, Payload.of(payload)));
        for (int at = 0; at < packet.length; ) {
            int end = Math.min(packet.length, at + 1 + seeds.below(packet.length));
            publisher.sendBytes(Arrays.copyOfRange(packet, at, end));
            at = end;
        }
        publisher.answerAll();
    }

    /// One who subscribed, and reads in its manner.
    private final class Reader {
        final FlowClient client;
        final List<byte[]> got = new ArrayList<>();
        private final QoS qos;
        private final String name;
        private final String manner;

        Reader(ProtocolVersion version, QoS qos, String manner) {
            this.qos = qos;
            this.manner = manner;
            name = version + ", " + qos + ", " + manner;
            client = new FlowClient(server, version, name);
            client.resume();
            client.subscribe("t", qos);
            if (manner.equals("kept")) {
                client.go(Boundary.DISCONNECT);
            }
        }

        void readAsItDoes() {
            switch (manner) {
                case "at once" -> take(client.answerAll());
                case "by bits" -> {
                    List<Packet> packets = client.read(1_500);
                    take(publishes(packets));
                    packets.forEach(client::answer);
                }
                default -> {}
            }
        }

        void readAll() {
            if (manner.equals("kept")) {
                client.resume();
            }
            for (List<Publish> some = client.answerAll();
                    !some.isEmpty();
                    some = client.answerAll()) {
                take(some);
            }
        }

        private void take(List<Publish> messages) {
            messages.forEach(it -> got.add(it.payload().toByteArray()));
        }

        /// Who is away gets no QoS 0.
        List<byte[]> wanted(List<byte[]> published) {
            List<byte[]> wanted = new ArrayList<>();
            for (int i = 0; i < published.size(); i++) {
                boolean atMostOnce = i % 3 == 0 || qos == QoS.AT_MOST_ONCE;
                if (!manner.equals("kept") || !atMostOnce) {
                    wanted.add(published.get(i));
                }
            }
            return wanted;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static List<Publish> publishes(List<Packet> packets) {
        return packets.stream().filter(Publish.class::isInstance).map(Publish.class::cast).toList();
    }

    // ---- every way that ends in nothing
    // -------------------------------------------------------------

    @Test
    void nobodySubscribed() {
        publisher().deliver("t", QoS.AT_LEAST_ONCE, 1, LARGE);
        requireEnded(Fate.NO_SUBSCRIBER);
    }

    @Test
    void theSubscriberIsAwayAtQoS0() {
        subscriberThatIsAway("t", QoS.AT_MOST_ONCE);
        publisher().publish("t", QoS.AT_MOST_ONCE, 0, LARGE);
        requireEnded(Fate.OFFLINE);
    }

    @ParameterizedTest
    @CsvSource({
        "limits.queued-messages-max=2, drop-oldest, QUEUE_FULL",
        "limits.queued-messages-max=2, drop-newest, QUEUE_FULL",
        "limits.queued-messages-max=2, end-session, SESSION_ENDED",
        "limits.queued-bytes-max=25KB, drop-oldest, QUEUE_FULL",
    })
    void theQueueIsFull(String limit, String policy, Fate fate) {
        server = Settings.server(limit, "queue-full-policy=" + policy);
        subscriberThatIsAway("t", QoS.AT_LEAST_ONCE);
        FlowClient publisher = publisher();
        for (int i = 0; i < 5; i++) {
            publisher.deliver("t", QoS.AT_LEAST_ONCE, 1, LARGE);
        }
        requireEnded(fate);
    }

    @Test
    void itExpiredInTheQueue() {
        FlowClient subscriber = subscriberThatIsAway("t", QoS.AT_LEAST_ONCE);
        FlowClient publisher = publisher();
        publisher.send(expiring(QoS.AT_LEAST_ONCE, 1)).answerAll();
        server.pass(2 * SECOND);
        subscriber.resume();
        assertThat(subscriber.messages()).isEmpty();
        requireEnded(Fate.EXPIRED);
    }

    @Test
    void itExpiredInTheRetainedStore() {
        FlowClient publisher = publisher();
        Publish plain = expiring(QoS.AT_LEAST_ONCE, 1);
        publisher
                .send(
                        new Publish(
                                plain.topicName(),
                                plain.payload(),
                                plain.qos(),
                                true,
                                false,
                                1,
                                plain.properties()))
                .answerAll();
        assertThat(server.core().retainedMessages()).isEqualTo(1);
        server.pass(2 * SECOND);
        FlowClient subscriber = new FlowClient(server, ProtocolVersion.MQTT_5, "s").connect();
        subscriber.subscribe("t", QoS.AT_LEAST_ONCE);
        assertThat(subscriber.messages()).isEmpty();
        assertThat(server.core().retainedMessages()).isZero();
        assertThat(server.buffersHeld()).isZero();
    }

    private static Publish expiring(QoS qos, int identifier) {
        return FlowClient.message("t", qos, identifier, Payload.of(LARGE))
                .with(TopicName.of("t"), Properties.NONE.with(Property.MESSAGE_EXPIRY_INTERVAL, 1));
    }

    @ParameterizedTest
    @CsvSource({"AT_MOST_ONCE, 0", "AT_LEAST_ONCE, 1", "EXACTLY_ONCE, 1"})
    void itIsTooLargeForTheSubscriber(QoS qos, int identifier) {
        FlowClient subscriber =
                new FlowClient(server, ProtocolVersion.MQTT_5, "s")
                        .with(Property.MAXIMUM_PACKET_SIZE, 5_000);
        subscriber.connect().subscribe("t", qos);
        publisher().publish("t", qos, identifier, LARGE).answerAll();
        assertThat(subscriber.messages()).isEmpty();
        requireEnded(Fate.TOO_LARGE);
    }

    @Test
    void theSubscriberRefusesIt() {
        FlowClient subscriber = new FlowClient(server, ProtocolVersion.MQTT_5, "s");
        subscriber.resume();
        subscriber.subscribe("t", QoS.EXACTLY_ONCE);
        FlowClient publisher = publisher();
        publisher.deliver("t", QoS.AT_LEAST_ONCE, 1, LARGE);
        publisher.deliver("t", QoS.EXACTLY_ONCE, 1, LARGE);
        for (Publish publish : subscriber.messages()) {
            int identifier = publish.packetIdentifier();
            subscriber.send(
                    publish.qos() == QoS.AT_LEAST_ONCE
                            ? new Puback(identifier, ReasonCode.QUOTA_EXCEEDED)
                            : new Pubrec(identifier, ReasonCode.QUOTA_EXCEEDED));
        }
        assertThat(server.core().accounting().endedBy(Fate.REFUSED)).isEqualTo(2);
        requireEnded(Fate.REFUSED);
    }

    @Test
    void nobodyMayReceiveIt() {
        server =
                new MemoryServer(
                        new MemoryServer.Setup(
                                ServerSettings.DEFAULTS,
                                subject ->
                                        new Permissions() {
                                            @Override
                                            public boolean mayPublish(
                                                    TopicName name, QoS qos, boolean retain) {
                                                return true;
                                            }

                                            @Override
                                            public boolean maySubscribe(
                                                    TopicFilter filter, QoS qos) {
                                                return true;
                                            }

                                            @Override
                                            public boolean mayReceive(
                                                    TopicName name, QoS qos, boolean shared) {
                                                return false;
                                            }
                                        },
                                MemoryServer.Authenticator.EVERYBODY,
                                LateStore.prompt(),
                                1));
        FlowClient subscriber = new FlowClient(server, ProtocolVersion.MQTT_5, "s").connect();
        subscriber.subscribe("t", QoS.EXACTLY_ONCE);
        publisher().deliver("t", QoS.EXACTLY_ONCE, 1, LARGE);
        requireEnded(Fate.ACCESS_DENIED);
    }

    @ParameterizedTest(name = "in flight {0}, by expiry {1}")
    @CsvSource({"false, false", "false, true", "true, false", "true, true"})
    void theSessionEnds(boolean inFlight, boolean byExpiry) {
        server = Settings.server("limits.session-expiry-interval-max=1h");
        FlowClient subscriber = new FlowClient(server, ProtocolVersion.MQTT_5, "s");
        subscriber.resume();
        subscriber.subscribe("t", QoS.EXACTLY_ONCE);
        if (!inFlight) {
            subscriber.cut();
        }
        FlowClient publisher = publisher();
        for (int i = 0; i < 10; i++) {
            publisher.deliver("t", QoS.EXACTLY_ONCE, 1, LARGE);
        }
        if (inFlight) {
            subscriber.cut(); // nothing of it was read
        }
        if (byExpiry) {
            server.pass(3_601 * SECOND);
        } else {
            subscriber.connect(); // with a clean start
        }
        assertThat(server.core().accounting().endedBy(Fate.SESSION_ENDED)).isEqualTo(10);
        requireEnded(Fate.SESSION_ENDED);
    }

    @Test
    void theSubscriptionIsGoneMeanwhile() {
        FlowClient subscriber = new FlowClient(server, ProtocolVersion.MQTT_5, "s");
        subscriber.with(Property.RECEIVE_MAXIMUM, 1).resume();
        subscriber.subscribe("t", QoS.AT_LEAST_ONCE);
        FlowClient publisher = publisher();
        for (int i = 0; i < 3; i++) {
            publisher.deliver("t", QoS.AT_LEAST_ONCE, 1, LARGE);
        }
        subscriber.send(new Unsubscribe(9, List.of(TopicFilter.of("t")), Properties.NONE));
        assertThat(subscriber.answerAll()).hasSize(3); // what was queued is delivered (C31)
        publisher.deliver("t", QoS.AT_LEAST_ONCE, 1, LARGE);
        assertThat(subscriber.answerAll()).isEmpty();
        requireEnded(Fate.NO_SUBSCRIBER);
    }

    @Test
    void aSlowReaderOfQoS0LosesTheNewest() {
        FlowClient subscriber = new FlowClient(server, ProtocolVersion.MQTT_5, "s").connect();
        subscriber.subscribe("t", QoS.AT_MOST_ONCE);
        FlowClient publisher = publisher();
        for (int i = 0; i < 300; i++) {
            publisher.publish("t", QoS.AT_MOST_ONCE, 0, LARGE);
        }
        assertThat(server.buffersHeld()).isPositive(); // by reference, until it is read
        int got = subscriber.messages().size();
        assertThat(got).isBetween(1, 299);
        assertThat(server.core().accounting().endedBy(Fate.QUEUE_FULL)).isEqualTo(300 - got);
        requireEnded(Fate.QUEUE_FULL);
    }

    @ParameterizedTest
    @CsvSource({"RESET", "TAKEOVER", "RESTART"})
    void whatWasSentIsNeverRead(Boundary boundary) {
        FlowClient subscriber = new FlowClient(server, ProtocolVersion.MQTT_5, "s");
        subscriber.resume();
        subscriber.subscribe("t", QoS.AT_LEAST_ONCE);
        FlowClient publisher = publisher();
        publisher.deliver("t", QoS.AT_LEAST_ONCE, 1, LARGE);
        publisher.publish("t", QoS.AT_MOST_ONCE, 0, LARGE);
        assertThat(server.buffersHeld()).isPositive();
        subscriber.go(boundary).resume();
        assertThat(subscriber.answerAll())
                .singleElement()
                .satisfies(it -> assertThat(FlowClient.text(it)).isEqualTo(LARGE));
        assertThat(server.buffersHeld()).isZero();
        assertThat(server.core().accounting().balances()).isTrue();
    }

    @Test
    void theLastMemberOfASharedSubscriptionLeaves() {
        FlowClient member = new FlowClient(server, ProtocolVersion.MQTT_5, "s");
        member.resume();
        member.subscribe("$share/g/t", QoS.AT_LEAST_ONCE).go(Boundary.DISCONNECT);
        publisher().deliver("t", QoS.AT_LEAST_ONCE, 1, LARGE);
        assertThat(server.core().accounting().queuedCopies()).isEqualTo(1);
        member.connect(); // with a clean start: the session ends, and with it the group
        requireEnded(Fate.SESSION_ENDED);
    }

    @Test
    void aRetainedMessageIsReplacedAndCleared() {
        FlowClient publisher = publisher();
        for (String payload : List.of(LARGE, "y".repeat(20_000), "")) {
            publisher.send(
                    new Publish(
                            TopicName.of("t"),
                            Payload.of(payload),
                            QoS.AT_LEAST_ONCE,
                            true,
                            false,
                            1,
                            Properties.NONE));
            assertThat(server.core().retainedMessages()).isEqualTo(payload.isEmpty() ? 0 : 1);
        }
        requireEnded(Fate.NO_SUBSCRIBER);
        assertThat(server.core().retainedBytes()).isZero();
    }

    @Test
    void aPacketIsNeverWhole() {
        FlowClient publisher = publisher();
        byte[] packet =
                publisher.bytes(FlowClient.message("t", QoS.AT_LEAST_ONCE, 1, Payload.of(LARGE)));
        publisher.sendBytes(Arrays.copyOf(packet, packet.length - 1));
        assertThat(server.buffersHeld()).isPositive();
        publisher.cut();
        assertThat(server.buffersHeld()).isZero();
    }

    private FlowClient publisher() {
        return new FlowClient(server, ProtocolVersion.MQTT_5, "p").connect();
    }

    private FlowClient subscriberThatIsAway(String filter, QoS qos) {
        FlowClient subscriber = new FlowClient(server, ProtocolVersion.MQTT_5, "s");
        subscriber.resume();
        subscriber.subscribe(filter, qos).go(Boundary.DISCONNECT);
        subscriber.read();
        return subscriber;
    }

    private void requireEnded(Fate fate) {
        assertThat(server.core().accounting().endedBy(fate)).isPositive();
        assertThat(server.core().accounting().balances()).isTrue();
        assertThat(server.buffersHeld()).isZero();
    }
}
