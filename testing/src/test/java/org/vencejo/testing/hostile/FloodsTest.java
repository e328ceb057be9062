package org.vencejo.testing.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.Authenticator;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Peer;
import org.vencejo.core.Server;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.Seeds;

/// Clients that say too much, or hear too little: the server stops reading, drops or closes, and
/// what it holds for them stays within what it was told.
@Timeout(120)
@Isolated // The memory of the whole process is measured.
class FloodsTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final int MB = 1 << 20;
    private static final byte[] PINGREQS = repeated("c000");
    private static final byte[] PUBLISHES = repeated("30060001616c6c61");

    private static byte[] repeated(String packet) {
        return HexFormat.of().parseHex(packet.repeat(64 << 10));
    }

    // ---- before CONNECT

    @ParameterizedTest
    @ValueSource(strings = {"PINGREQ", "PUBLISH", "garbage"})
    void aFloodBeforeConnectEndsWithItsFirstByte(String kind) throws IOException {
        byte[] flood =
                switch (kind) {
                    case "PINGREQ" -> PINGREQS;
                    case "PUBLISH" -> PUBLISHES;
                    default -> {
                        byte[] garbage = Seeds.of(1).bytes(MB);
                        garbage[0] = 0x7F;
                        yield garbage;
                    }
                };
        try (Victim victim = Victim.start(1);
                HonestPair honest = new HonestPair(victim.address());
                Attacker attacker = new Attacker(victim.address())) {
            Flood seen = Flood.of(attacker, victim, honest, flood, 1_000);

            assertThat(seen.closed()).as("closed").isTrue();
            assertThat(attacker.awaitEnd()).as("the answer").isEmpty();
            assertThat(seen.bufferBytesMost()).isLessThan(512 << 10);
            victim.await(Server::connections, 2);
        }
    }

    /// Who pours before it is known is not read from, until it is known; then nothing is lost.
    @Test
    void aFloodBehindConnectWaitsUntilTheClientIsKnown() throws IOException {
        CountDownLatch known = new CountDownLatch(1);
        try (Victim victim =
                        Victim.start(1, new Undecided(known), "limits.pending-bytes-max=64KB");
                HonestPair honest = new HonestPair(victim.address());
                Attacker attacker = new Attacker(victim.address())) {
            long heapBytes = Victim.heapBytes();
            long received = victim.driver().traffic().bytesReceived();
            attacker.send(HonestClient.connect(V5, Undecided.CLIENT), V5);
            Flood seen = Flood.of(attacker, victim, honest, PINGREQS, 1_000);

            assertThat(seen.stopped()).as("not read from").isTrue();
            long read = victim.driver().traffic().bytesReceived() - received;
            assertThat(read - honest.bytesSent()).as("bytes read").isLessThan(256 << 10);
            assertThat(seen.bufferBytesMost()).isLessThan(512 << 10);
            assertThat(Victim.heapBytes() - heapBytes).as("heap").isLessThan(8 * MB);

            known.countDown();
            assertThat(attacker.awaitPingresps((int) (seen.taken() / 2))).isTrue();
        }
    }

    /// Lets everybody in but one client, whom it has to think about.
    private record Undecided(CountDownLatch known) implements Authenticator {
        static final String CLIENT = "quien";

        @Override
        public Work work(Peer peer, Authentication.Request request) {
            return Work.WAITS;
        }

        @Override
        public Authentication.Outcome authenticate(Peer peer, Authentication.Request request) {
            if (request instanceof Authentication.Credentials it
                    && it.clientIdentifier().equals(CLIENT)) {
                try {
                    known.await();
                } catch (InterruptedException stopped) {
                    Thread.currentThread().interrupt();
                }
            }
            return new Authentication.Accepted(Identity.ANONYMOUS, null);
        }
    }

    /// Little is read of who pours behind a CONNECT that is refused, and it is cut, with its answer
    /// there to be read. Who was let in is read from as ever, also to no effect when another has
    /// taken its session over.
    @ParameterizedTest
    @CsvSource({"REFUSED, 1", "REFUSED, 3", "LET_IN, 1", "TAKEN_OVER, 1", "TAKEN_OVER, 3"})
    void ofAFloodBehindARefusedConnectLittleIsRead(String what, int loops) throws IOException {
        boolean isRefused = what.equals("REFUSED");
        // Nothing is said to who is taken over in 3.1.1, so there is nothing to wait for.
        ProtocolVersion version =
                what.equals("TAKEN_OVER") ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1;
        byte[] connect =
                Frame.of(
                        HonestClient.connect(version, isRefused ? Choosy.REFUSED : "otro"),
                        version);
        try (Victim victim = Victim.start(loops, new Choosy());
                HonestPair honest = new HonestPair(victim.address());
                Attacker other = new Attacker(victim.address());
                Attacker attacker = new Attacker(victim.address())) {
            long received = victim.driver().traffic().bytesReceived();
            attacker.send(connect);
            if (!isRefused) {
                assertThat(attacker.awaitPackets(1)).as("let in").isTrue();
            }
            if (what.equals("TAKEN_OVER")) {
                other.send(connect);
                assertThat(attacker.awaitPackets(2)).as("told by DISCONNECT").isTrue();
            }
            Flood seen = Flood.of(attacker, victim, honest, PUBLISHES, isRefused ? 1_000 : 4);

            assertThat(seen.closed()).as("closed").isEqualTo(isRefused);
            if (isRefused) {
                long read = victim.driver().traffic().bytesReceived() - received;
                assertThat(read - honest.bytesSent()).as("bytes").isLessThan(256 << 10);
                assertThat(attacker.awaitEnd()).as("the answer").startsWith(0x20, 2, 0, 5);
            } else if (what.equals("LET_IN")) {
                assertThat(attacker.isServed()).as("answered behind all of it").isTrue();
            } else {
                attacker.halfClose();
                while (victim.driver().traffic().openConnections() > 3) {
                    honest.roundTrip(QoS.AT_LEAST_ONCE);
                }
                assertThat(victim.driver().traffic().bytesReceived() - received)
                        .as("bytes, those of the honest with them")
                        .isGreaterThanOrEqualTo(seen.taken());
            }
        }
    }

    /// Refuses one client, and lets all others in.
    private static final class Choosy implements Authenticator {
        static final String REFUSED = "nadie";

        @Override
        public Work work(Peer peer, Authentication.Request request) {
            return Work.NONE;
        }

        @Override
        public Authentication.Outcome authenticate(Peer peer, Authentication.Request request) {
            return request instanceof Authentication.Credentials it
                            && it.clientIdentifier().equals(REFUSED)
                    ? new Authentication.Refused(ReasonCode.NOT_AUTHORIZED, Properties.NONE)
                    : new Authentication.Accepted(Identity.ANONYMOUS, null);
        }
    }

    // ---- who does not listen

    /// Answers are never dropped, so who does not read them is not read from.
    @ParameterizedTest
    @CsvSource({
        "PINGREQ,                  c000,                   2",
        "QoS 1 that nobody gets,   3206000161000100,       4",
        "PUBREL of no exchange,    62020009,               5",
        "PUBREC of no exchange,    50020009,               5",
        "SUBSCRIBE of one filter,  820700010000016100,     6",
        "UNSUBSCRIBE of no filter, a206000100000161,       6",
    })
    void answersThatNobodyReadsAreBounded(String what, String packet, int answerBytes)
            throws IOException {
        try (Victim victim =
                        Victim.start(
                                1, "limits.out-buffer-high=64KB", "limits.out-buffer-low=16KB");
                HonestPair honest = new HonestPair(victim.address());
                Attacker attacker = Attacker.connected(victim.address(), V5, "sordo")) {
            int before = attacker.heard().length;
            byte[] flood = repeated(packet);
            Flood seen = Flood.of(attacker, victim, honest, flood, 1_000);

            assertThat(seen.stopped()).as("%s: not read from", what).isTrue();
            assertThat(seen.bufferBytesMost()).as(what).isLessThan(MB);

            long whole = seen.taken() / (packet.length() / 2);
            attacker.awaitBytes(before + whole * answerBytes);
            assertThat(attacker.heard().length).as(what).isEqualTo(before + whole * answerBytes);
        }
    }

    /// What was read of a flood and is beyond its rate is kept until its time comes, so little is
    /// read at once.
    @Test
    void whoIsHeldToItsRateLeavesLittleWithTheServer() throws IOException {
        int floods = 30;
        try (Victim victim = Victim.start(1, "limits.messages-in-rate-max=20");
                HonestPair honest = new HonestPair(victim.address())) {
            long before = victim.driver().traffic().bytesReceived();
            List<Attacker> attackers = new ArrayList<>();
            for (int i = 0; i < floods; i++) {
                Attacker attacker =
                        Attacker.connected(
                                victim.address(), ProtocolVersion.MQTT_3_1_1, "mucho" + i);
                attackers.add(attacker);
                assertThat(attacker.offer(ByteBuffer.wrap(PUBLISHES))).isGreaterThan(64 << 10);
            }
            victim.await(server -> server.statistics().timesHeldIn(), floods);
            honest.roundTrip(QoS.AT_LEAST_ONCE);

            long each = (victim.driver().traffic().bytesReceived() - before) / floods;
            assertThat(each).as("bytes read of each").isBetween(1L << 10, 18L << 10);
            assertThat(victim.bufferBytes()).isLessThan(MB);
            for (Attacker attacker : attackers) {
                attacker.close();
            }
        }
    }

    /// A flood for a client that reads nothing is dropped for it alone; when it reads again it is
    /// served again.
    @ParameterizedTest
    @ValueSource(ints = {1, 3})
    @Oracle(79)
    void aSlowSubscriberLosesWhatItDoesNotReadAndNobodyElseDoes(int ioThreads) throws IOException {
        int messages = 20_000;
        TopicName topicName = TopicName.of("rio");
        try (Victim victim =
                        Victim.start(
                                ioThreads,
                                "limits.out-buffer-high=256KB",
                                "limits.out-buffer-low=64KB");
                HonestPair honest = new HonestPair(victim.address());
                HonestClient publisher = new HonestClient(victim.address(), V5, "fuente");
                HonestClient quick = new HonestClient(victim.address(), V5, "atento");
                Attacker slow = Attacker.connected(victim.address(), V5, "lento")) {
            quick.subscribe("rio", QoS.AT_MOST_ONCE);
            slow.send(HexFormat.of().parseHex("820900010000037269" + "6f00"));
            slow.awaitPackets(2);
            byte[] payload = new byte[4 << 10];
            long bufferBytesMost = 0;
            for (int i = 0; i < messages; i++) {
                payload[0] = (byte) i;
                publisher.publish(topicName, payload, QoS.AT_MOST_ONCE);
                HonestClient.Message message = quick.nextMessage();
                assertThat(Arrays.equals(message.payload(), payload)).isTrue();
                if (i % 100 == 0) {
                    honest.roundTrip(QoS.AT_LEAST_ONCE);
                    bufferBytesMost = Math.max(bufferBytesMost, victim.bufferBytes());
                }
            }
            assertThat(bufferBytesMost).as("buffers of 80 MB unread").isLessThan(2 * MB);
            long dropped = victim.ask(server -> server.accounting().endedBy(Fate.QUEUE_FULL));
            assertThat(dropped).isPositive();

            // All that was not dropped is there, and then it is served as before.
            assertThat(slow.awaitPackets(2 + messages - (int) dropped)).isTrue();
            publisher.publish(topicName, payload, QoS.AT_MOST_ONCE);
            assertThat(slow.awaitPackets(3 + messages - (int) dropped)).isTrue();
            assertThat(victim.ask(server -> server.accounting().endedBy(Fate.QUEUE_FULL)))
                    .isEqualTo(dropped);
        }
    }

    // ---- who does not finish

    /// 5.0: one more than the Receive Maximum is told so.
    @Test
    @Oracle(80)
    void aPublisherThatNeverSendsPubrelHasAsManyOpenAsItWasTold() throws IOException {
        int most = 100;
        try (Victim victim = Victim.start(1, "limits.receive-maximum=" + most);
                HonestPair honest = new HonestPair(victim.address());
                Attacker attacker = Attacker.connected(victim.address(), V5, "sin-fin")) {
            for (int i = 1; i <= most; i++) {
                attacker.send(exactlyOnce(i, "00"));
            }
            assertThat(attacker.isServed()).as("as many as it was told").isTrue();
            attacker.send(exactlyOnce(most + 1, "00"));
            attacker.awaitEnd();
            assertThat(HexFormat.of().formatHex(attacker.packets().getLast())).matches("e0..93.*");
            honest.roundTrip(QoS.EXACTLY_ONCE);
        }
    }

    /// 3.1.1 knows no Receive Maximum: the identifiers are the bound, and each message is one.
    @Test
    @Oracle(80)
    void aPublisherThatNeverSendsPubrelTakesNoMoreThanItsIdentifiers() throws IOException {
        int rounds = 3;
        int identifiers = 65_535;
        try (Victim victim = Victim.start(1);
                HonestPair honest = new HonestPair(victim.address());
                Attacker attacker =
                        Attacker.connected(
                                victim.address(), ProtocolVersion.MQTT_3_1_1, "sin-fin")) {
            long before = Victim.heapBytes();
            int heard = attacker.heard().length;
            for (int round = 1; round <= rounds; round++) {
                for (int i = 1; i <= identifiers; i++) {
                    attacker.send(exactlyOnce(i, ""));
                    if (i % 1_000 == 0) {
                        honest.roundTrip(QoS.AT_LEAST_ONCE);
                        attacker.isOver(); // and so reads what came
                    }
                }
                attacker.awaitBytes(heard + 4L * round * identifiers);
            }
            long heapBytes = Victim.heapBytes() - before - attacker.heard().length;
            assertThat(heapBytes).as("heap of all identifiers").isLessThan(8 * MB);
            assertThat(attacker.isServed()).isTrue();
        }
    }

    private static byte[] exactlyOnce(int identifier, String properties) {
        return Frame.of(
                0x34, HexFormat.of().parseHex("000161%04x%s41".formatted(identifier, properties)));
    }
}
