package org.vencejo.testing.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.core.Server;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.Oracle;

/// After storms of ordinary things nothing is left: no session, subscription, deadline, connection
/// or buffer. That buffers are back is seen by [Victim#close()].
@Timeout(300)
@Isolated // The memory of the whole process is measured.
class NothingLeftTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final int MB = 1 << 20;

    /// The buffer that a loop reads into, and an answer or two on their way.
    private static final long BUFFERS_AT_REST_MAX = 68 << 10;

    @Test
    @Oracle(82)
    void aRetainedMessageOverwrittenManyTimesIsOneMessage() throws IOException {
        overwrite(100_000);
    }

    @Test
    @Tag("long")
    @Oracle(82)
    void aRetainedMessageOverwrittenAMillionTimesIsOneMessage() throws IOException {
        overwrite(1_000_000);
    }

    private static void overwrite(int times) throws IOException {
        try (Victim victim = Victim.start(1);
                HonestPair honest = new HonestPair(victim.address());
                Attacker attacker =
                        Attacker.connected(victim.address(), ProtocolVersion.MQTT_3_1_1, "terco")) {
            byte[] some = new byte[0];
            long heapBytes = 0;
            long retainedBytes = 0;
            for (int done = 0; done < times; done += 1_000) {
                if (done == 1_000) {
                    heapBytes = Victim.heapBytes();
                    retainedBytes = victim.ask(Server::retainedBytes);
                }
                some = retained(done);
                attacker.send(some);
                honest.roundTrip(QoS.AT_LEAST_ONCE);
            }
            assertThat(attacker.isServed()).isTrue();
            assertThat(victim.ask(Server::retainedMessages)).isEqualTo(1);
            assertThat(victim.ask(Server::retainedBytes)).isEqualTo(retainedBytes);
            assertThat(Victim.heapBytes() - heapBytes).as("heap").isLessThan(4 * MB);

            // The control arm: it is the last one that is kept.
            attacker.send(HexFormat.of().parseHex("8206000100016100"));
            attacker.awaitPackets(4);
            byte[] last = Arrays.copyOfRange(some, some.length - 105, some.length);
            assertThat(attacker.packets().getLast()).isEqualTo(last);
        }
    }

    /// A thousand messages for one topic, at QoS 0.
    private static byte[] retained(int number) {
        byte[] all = new byte[1_000 * 105];
        for (int i = 0; i < 1_000; i++) {
            byte[] body = new byte[103];
            body[1] = 1;
            body[2] = 'a';
            body[3] = (byte) i;
            body[4] = (byte) (number / 1_000);
            System.arraycopy(Frame.of(0x31, body), 0, all, i * 105, 105);
        }
        return all;
    }

    /// One identifier, thousands of clients one after the other, each taking over from the one
    /// before, which is told so.
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Oracle(83)
    void takeoversLeaveOneSession(int ioThreads) throws IOException {
        int takeovers = 3_000;
        try (Victim victim = Victim.start(ioThreads)) {
            try (HonestPair honest = new HonestPair(victim.address())) {
                long deadlines = victim.ask(Server::deadlines);
                Attacker before = null;
                for (int i = 0; i < takeovers; i++) {
                    Attacker next = Attacker.connected(victim.address(), V5, "uno");
                    next.send(HexFormat.of().parseHex("820900010000" + "03612f23" + "02"));
                    if (before != null) {
                        before.awaitEnd();
                        assertThat(HexFormat.of().formatHex(before.packets().getLast()))
                                .matches("e0..8e.*");
                        before.close();
                    }
                    before = next;
                    if (i % 100 == 0) {
                        honest.roundTrip(QoS.EXACTLY_ONCE);
                    }
                }
                assertThat(before.isServed()).as("the last one").isTrue();
                assertThat(victim.ask(Server::sessions)).isEqualTo(3);
                assertThat(victim.ask(Server::subscriptions)).isEqualTo(2);
                before.reset();
                victim.await(Server::sessions, 2);
                assertThat(victim.ask(Server::connections)).isEqualTo(2);
                assertThat(victim.ask(Server::deadlines)).isEqualTo(deadlines);
            }
            victim.await(Server::connections, 0);
            assertThat(victim.ask(Server::deadlines)).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Oracle(83)
    void aStormOfConnectionsAndSubscriptionsLeavesNothing(int ioThreads) throws IOException {
        int connections = 2_000;
        int subscriptions = 50;
        try (Victim victim = Victim.start(ioThreads)) {
            try (HonestPair honest = new HonestPair(victim.address())) {
                honest.roundTrips(10);
                long heapBytes = Victim.heapBytes();
                for (int i = 0; i < connections; i++) {
                    storm(victim, i, subscriptions);
                    if (i % 50 == 0) {
                        honest.roundTrip(QoS.EXACTLY_ONCE);
                    }
                }
                victim.await(Server::connections, 2);
                assertThat(victim.ask(Server::sessions)).isEqualTo(2);
                assertThat(victim.ask(Server::subscriptions)).isEqualTo(1);
                assertThat(victim.ask(Server::retainedMessages)).isZero();
                assertThat(Victim.heapBytes() - heapBytes).as("heap").isLessThan(8 * MB);
            }
            victim.awaitNoConnection();
            assertThat(victim.ask(Server::deadlines)).isZero();
        }
    }

    // A third of them says goodbye, a third closes, a third is cut.
    private static void storm(Victim victim, int number, int subscriptions) throws IOException {
        Attacker attacker = Attacker.connected(victim.address(), V5, "n" + number);
        for (int i = 0; i < subscriptions; i++) {
            String topic = "%02x".formatted('a' + i % 26) + "%02x".formatted('a' + number % 26);
            attacker.send(HexFormat.of().parseHex("820a00010000" + "04" + topic + "2f2b" + "01"));
            if (i % 2 == 0) {
                attacker.send(HexFormat.of().parseHex("a20900020000" + "04" + topic + "2f2b"));
            }
        }
        assertThat(attacker.isServed()).isTrue();
        switch (number % 3) {
            case 0 -> {
                attacker.send(HexFormat.of().parseHex("e000"));
                attacker.awaitEnd();
                attacker.close();
            }
            case 1 -> attacker.close();
            default -> attacker.reset();
        }
    }

    /// Each way in which a message is not delivered, with payloads that are copied and payloads
    /// that are passed by reference.
    @ParameterizedTest
    @ValueSource(ints = {100, 40_000})
    @Oracle(84)
    void whatIsNotDeliveredIsGivenBack(int length) throws IOException {
        try (Victim victim =
                Victim.start(
                        1,
                        "limits.queued-messages-max=3",
                        "limits.window-max=1",
                        "limits.out-buffer-high=64KB",
                        "limits.out-buffer-low=16KB")) {
            try (HonestPair honest = new HonestPair(victim.address());
                    HonestClient publisher = new HonestClient(victim.address(), V5, "fuente");
                    HonestClient witness = new HonestClient(victim.address(), V5, "testigo")) {
                witness.subscribe("t/#", QoS.AT_MOST_ONCE);
                honest.roundTrips(5);
                Attacker small = subscriber(victim, "pequeno", 60, 0);
                Attacker mute = subscriber(victim, "mudo", 0, 0);
                Attacker gone = subscriber(victim, "ausente", 0, 100);
                gone.reset();
                victim.await(Server::connectedClients, 6);
                byte[] payload = new byte[length];
                for (int i = 0; i < 20; i++) {
                    Arrays.fill(payload, (byte) i);
                    publisher.publish(TopicName.of("t/1"), payload, QoS.AT_LEAST_ONCE);
                    HonestClient.Message message = witness.nextMessage();
                    assertThat(Arrays.equals(message.payload(), payload)).isTrue();
                }
                for (Fate fate : List.of(Fate.TOO_LARGE, Fate.QUEUE_FULL)) {
                    assertThat(victim.ask(server -> server.accounting().endedBy(fate)))
                            .as("copies ended by %s", fate)
                            .isPositive();
                }
                small.send(HexFormat.of().parseHex("a20800020000" + "03742f23"));
                assertThat(small.isServed()).isTrue();
                small.reset();
                mute.reset();
                // Who was away comes back, wants nothing of it, and is cut in the middle.
                Attacker.connected(victim.address(), V5, "ausente").reset();
                victim.await(Server::sessions, 4);
                assertThat(victim.ask(server -> server.accounting().endedBy(Fate.SESSION_ENDED)))
                        .isPositive();
                assertThat(victim.ask(server -> server.accounting().queuedCopies())).isZero();
                assertThat(victim.bufferBytes()).as("buffers").isLessThan(BUFFERS_AT_REST_MAX);
            }
        }
    }

    private static Attacker subscriber(
            Victim victim, String client, int packetSizeMax, int sessionExpiryInterval)
            throws IOException {
        Properties.Builder properties = Properties.builder();
        if (packetSizeMax > 0) {
            properties.put(Property.MAXIMUM_PACKET_SIZE, packetSizeMax);
        }
        properties.put(Property.SESSION_EXPIRY_INTERVAL, sessionExpiryInterval);
        Attacker attacker = new Attacker(victim.address());
        attacker.send(new Connect(V5, client, true, 0, null, null, null, properties.build()), V5);
        attacker.send(
                new Subscribe(
                        1, List.of(Subscription.of("t/#", QoS.AT_LEAST_ONCE)), Properties.NONE),
                V5);
        assertThat(attacker.awaitPackets(2)).isTrue();
        return attacker;
    }

    /// What cannot be delivered in time is given back as well.
    @Test
    @Oracle(84)
    void whatExpiresIsGivenBack() throws IOException {
        try (Victim victim = Victim.start(1, "limits.window-max=1")) {
            try (HonestPair honest = new HonestPair(victim.address());
                    Attacker gone = subscriber(victim, "ausente", 0, 100)) {
                honest.roundTrips(5);
                Publish publish =
                        new Publish(
                                TopicName.of("t/1"),
                                Payload.of(new byte[40_000]),
                                QoS.AT_LEAST_ONCE,
                                false,
                                false,
                                1,
                                Properties.builder()
                                        .put(Property.MESSAGE_EXPIRY_INTERVAL, 0)
                                        .build());
                gone.reset();
                victim.await(Server::connectedClients, 2);
                try (Attacker publisher = Attacker.connected(victim.address(), V5, "fuente")) {
                    publisher.send(publish, V5);
                    assertThat(publisher.isServed()).isTrue();
                }
                victim.await(Server::connections, 2);
                assertThat(victim.ask(server -> server.accounting().endedBy(Fate.EXPIRED)))
                        .isEqualTo(1);
                assertThat(victim.bufferBytes()).as("buffers").isLessThan(BUFFERS_AT_REST_MAX);
            }
        }
    }
}
