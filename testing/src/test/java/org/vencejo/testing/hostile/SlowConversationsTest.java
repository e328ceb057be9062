package org.vencejo.testing.hostile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.broker.config.Machine;
import org.vencejo.core.Server;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;
import org.vencejo.testing.Oracle;

/// Clients that say too little, too slowly, or stop in the middle: they cost little and go when
/// their time is over.
@Timeout(120)
@Isolated // The memory of the whole process is measured.
class SlowConversationsTest {
    private static final int SLOW = 300;
    private static final int SILENT = 2_000;
    private static final long SILENT_HEAP_BYTES_MAX = 8 << 10;

    /// The beginning of a CONNECT that declares 500,000 bytes.
    private static final byte[] LONG_CONNECT =
            Frame.of(0x10, 500_000, HexFormat.of().parseHex("00044d515454050200000000ff00"));

    /// Each sends a byte now and then: the deadline counts from the transport connection, and what
    /// is declared is not what is taken.
    @Test
    @Oracle(74)
    void slowConnectsEndAtTheirDeadlineHoweverTheyTrickle() throws IOException {
        try (Victim victim = Victim.start(1, "limits.connect-timeout=1s");
                HonestPair honest = new HonestPair(victim.address());
                Attacker inTime = new Attacker(victim.address())) {
            List<Attacker> slow = new ArrayList<>();
            for (int i = 0; i < SLOW; i++) {
                slow.add(new Attacker(victim.address()));
            }
            byte[] connect =
                    Frame.of(
                            HonestClient.connect(ProtocolVersion.MQTT_5, "a-tiempo"),
                            ProtocolVersion.MQTT_5);
            long bufferBytes = 0;
            List<Attacker> left = new ArrayList<>(slow);
            for (int round = 0; !left.isEmpty(); round++) {
                if (round < connect.length) {
                    inTime.send(connect[round]);
                }
                byte next = round < LONG_CONNECT.length ? LONG_CONNECT[round] : (byte) 'x';
                left.removeIf(attacker -> attacker.isOver() || !attacker.send(next));
                honest.roundTrip(QoS.AT_LEAST_ONCE);
                bufferBytes = Math.max(bufferBytes, victim.bufferBytes());
            }

            for (Attacker attacker : slow) {
                assertThat(attacker.awaitEnd()).as("what a slow CONNECT is answered").isEmpty();
                attacker.close();
            }
            assertThat(bufferBytes)
                    .as("buffers for %d slow CONNECTs that declare 500,000 bytes each", SLOW)
                    .isLessThan((SLOW << 10) + (512 << 10));
            assertThat(inTime.isServed()).as("a slow CONNECT that was in time").isTrue();
        }
    }

    /// The same answers, in whatever order the disk's were ready.
    @ParameterizedTest
    @EnumSource
    void aConversationByteByByteIsAnsweredAsIfItCameAtOnce(ProtocolVersion version)
            throws IOException {
        try (Victim victim = Victim.start(1)) {
            byte[] all = conversation(version);
            List<String> atOnce;
            try (Attacker attacker = new Attacker(victim.address())) {
                attacker.send(all);
                attacker.awaitEnd();
                atOnce = sorted(attacker);
            }
            assertThat(atOnce).as("answers").hasSizeGreaterThan(8);
            try (HonestPair honest = new HonestPair(victim.address());
                    Attacker attacker = new Attacker(victim.address())) {
                for (byte b : all) {
                    attacker.send(b);
                    honest.roundTrip(QoS.EXACTLY_ONCE);
                }
                attacker.awaitEnd();
                assertThat(sorted(attacker)).isEqualTo(atOnce);
            }
        }
    }

    /// CONNECT, a subscription to what is then published at every QoS, and DISCONNECT.
    private static byte[] conversation(ProtocolVersion version) {
        String properties = version.isMqtt5() ? "00" : "";
        return Frame.joined(
                Frame.of(HonestClient.connect(version, "letra-a-letra"), version),
                packet(0x82, "0001" + properties + "0001" + "61" + "02"),
                packet(0x30, "0001" + "61" + properties + "3030"),
                packet(0x32, "0001" + "61" + "0002" + properties + "3131"),
                packet(0x34, "0001" + "61" + "0003" + properties + "3232"),
                packet(0x62, "0003"),
                packet(0xA2, "0004" + properties + "0001" + "61"),
                packet(0xC0, ""),
                packet(0xE0, ""));
    }

    private static byte[] packet(int first, String body) {
        return Frame.of(first, HexFormat.of().parseHex(body));
    }

    private static List<String> sorted(Attacker attacker) {
        return attacker.packets().stream().map(HexFormat.of()::formatHex).sorted().toList();
    }

    /// How far a client came before it said that it would send nothing more.
    enum Stage {
        NOTHING(false, false),
        HALF_A_CONNECT(false, false),
        CONNECTED(false, true),
        HALF_A_PUBLISH(false, true),
        PUBLISHED(true, true),
        /// The control arm: who says goodbye has no will.
        DISCONNECTED(true, false);

        private final boolean published;
        private final boolean willed;

        Stage(boolean published, boolean willed) {
            this.published = published;
            this.willed = willed;
        }

        byte[] bytes() {
            byte[] connect = Frame.of(withWill(), ProtocolVersion.MQTT_5);
            byte[] publish = packet(0x32, "0003" + "612f62" + "0001" + "00" + "686f6c61");
            return switch (this) {
                case NOTHING -> new byte[0];
                case HALF_A_CONNECT -> Arrays.copyOf(connect, connect.length / 2);
                case CONNECTED -> connect;
                case HALF_A_PUBLISH -> Frame.joined(connect, Arrays.copyOf(publish, 9));
                case PUBLISHED -> Frame.joined(connect, publish);
                case DISCONNECTED -> Frame.joined(connect, publish, packet(0xE0, ""));
            };
        }

        private static Connect withWill() {
            return new Connect(
                    ProtocolVersion.MQTT_5,
                    "media-voz",
                    true,
                    0,
                    new Will(
                            TopicName.of("a/will"),
                            Payload.of("adios"),
                            QoS.AT_LEAST_ONCE,
                            false,
                            Properties.NONE),
                    null,
                    null,
                    Properties.NONE);
        }
    }

    /// A half-closed connection is a lost one: what was said before is heard, the will goes out,
    /// and the server closes its half at once, without waiting for the client to close.
    @ParameterizedTest
    @EnumSource
    void aHalfClosedConnectionIsOver(Stage stage) throws IOException {
        List<String> heard = new ArrayList<>();
        try (Victim victim = Victim.start(1);
                HonestPair honest = witness(victim, heard);
                Attacker attacker = new Attacker(victim.address())) {
            attacker.send(stage.bytes());
            attacker.halfClose();

            attacker.awaitEnd();
            victim.await(Server::connections, 2);
            honest.roundTrip(QoS.EXACTLY_ONCE);
            assertThat(heard.remove("a/b hola")).isEqualTo(stage.published);
            assertThat(heard.remove("a/will adios")).isEqualTo(stage.willed);
            assertThat(heard).isEmpty();
        }
    }

    /// A megabyte and its end come together: nothing of it is lost.
    @Test
    void everythingThatWasSaidBeforeTheEndIsHeard() throws IOException {
        int messages = 2_000;
        List<String> heard = new ArrayList<>();
        try (Victim victim = Victim.start(1);
                HonestPair honest = witness(victim, heard);
                Attacker attacker =
                        Attacker.connected(victim.address(), ProtocolVersion.MQTT_3_1_1, "prisa")) {
            byte[] publish = Frame.of(0x30, Arrays.copyOf(new byte[] {0, 3, 'a', '/', 'b'}, 505));
            ByteBuffer all = ByteBuffer.allocate(messages * publish.length);
            for (int i = 0; i < messages; i++) {
                all.put(publish);
            }
            attacker.send(all.array());
            attacker.halfClose();
            attacker.awaitEnd();
            victim.await(Server::connections, 2);
            honest.roundTrip(QoS.EXACTLY_ONCE);
            assertThat(heard).hasSize(messages);
        }
    }

    private static HonestPair witness(Victim victim, List<String> heard) throws IOException {
        return new HonestPair(
                victim.address(),
                ProtocolVersion.MQTT_5,
                ProtocolVersion.MQTT_5,
                "#",
                message ->
                        heard.add(
                                new String(message.topicName(), StandardCharsets.UTF_8)
                                        + " "
                                        + new String(message.payload(), StandardCharsets.UTF_8)));
    }

    /// Thousands of connections that never say anything hold no buffer, little else, and go.
    @Test
    void silentConnectionsCostLittleAndGo() throws IOException {
        assumeTrue(
                Machine.here().descriptors() > 2 * SILENT + 1_000,
                "thousands of silent connections: too few file descriptors");
        try (Victim victim = Victim.start(1, "limits.connect-timeout=5s");
                HonestPair honest = new HonestPair(victim.address())) {
            honest.roundTrips(10);
            long bufferBytes = victim.bufferBytes();
            long heapBytes = Victim.heapBytes();
            List<SocketChannel> silent = new ArrayList<>();
            for (int i = 0; i < SILENT; i++) {
                silent.add(SocketChannel.open(victim.address()));
            }
            while (victim.driver().traffic().acceptedConnections() < SILENT + 2) {
                honest.roundTrip(QoS.AT_LEAST_ONCE);
            }
            long heapOfEach = (Victim.heapBytes() - heapBytes) / SILENT;
            long bufferBytesMore = victim.bufferBytes() - bufferBytes;

            ByteBuffer one = ByteBuffer.allocate(1);
            for (SocketChannel channel : silent) {
                assertThat(channel.read(one)).as("the end of a silent connection").isEqualTo(-1);
                channel.close();
            }
            assertThat(heapOfEach).as("heap of a connection").isLessThan(SILENT_HEAP_BYTES_MAX);
            assertThat(bufferBytesMore).as("buffers of all").isLessThan(SILENT);
            victim.await(Server::connections, 2);
            honest.roundTrip(QoS.AT_LEAST_ONCE);
        }
    }
}
