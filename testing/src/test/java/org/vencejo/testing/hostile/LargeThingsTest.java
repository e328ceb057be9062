package org.vencejo.testing.hostile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.core.Server;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.UserProperty;
import org.vencejo.testing.Oracle;

/// The largest things that the protocol can say, and lengths that are wrong: refused by what is
/// declared, before anything is stored.
@Timeout(120)
@Isolated // The memory of the whole process is measured.
class LargeThingsTest {
    private static final ProtocolVersion V5 = ProtocolVersion.MQTT_5;
    private static final int MB = 1 << 20;

    // ---- lengths that are only declared

    /// The refusal comes by the first bytes; 64 MB behind them go nowhere.
    @ParameterizedTest
    @CsvSource({
        // first bytes, connected before, the answer begins with
        "10ffffff7f 00044d51545405, false, 20",
        "10ffffff7f 00044d51545404, false, ''",
        "30ffffff7f, true, e0",
        "82ffffff7f, true, e0",
        "3080808008, true, e0",
    })
    @Oracle(74)
    void aLengthThatIsOnlyDeclaredIsRefusedBeforeItsBytesAreStored(
            String first, boolean connected, String answer) throws IOException {
        try (Victim victim = Victim.start(1);
                HonestPair honest = new HonestPair(victim.address());
                Attacker attacker =
                        connected
                                ? Attacker.connected(victim.address(), V5, "largo")
                                : new Attacker(victim.address())) {
            int before = attacker.heard().length;
            attacker.send(HexFormat.of().parseHex(first.replace(" ", "")));
            Flood flood = Flood.of(attacker, victim, honest, new byte[MB], 64);

            String heard = HexFormat.of().formatHex(attacker.awaitEnd()).substring(2 * before);
            assertThat(heard).startsWith(answer);
            assertThat(heard.contains("95")).as("0x95 is told").isEqualTo(!answer.isEmpty());
            assertThat(flood.bufferBytesMost()).as("buffers").isLessThan(MB);
            assertThat(victim.driver().traffic().bytesReceived()).isLessThan(80L * MB);
        }
    }

    /// The control arm: as large as the limit allows.
    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void aPacketOfTheLimitIsTakenAndOneByteMoreIsNot(int more) throws IOException {
        try (Victim victim = Victim.start(1, "limits.packet-size-max=1MB");
                Attacker attacker = Attacker.connected(victim.address(), V5, "justo")) {
            byte[] body = new byte[MB - 4 + more];
            body[1] = 1;
            body[2] = 'a';
            body[4] = 1; // Packet Identifier
            attacker.send(Frame.of(0x32, body));
            attacker.awaitPackets(2);
            assertThat(HexFormat.of().formatHex(attacker.packets().getLast()))
                    .startsWith(more == 0 ? "4002" : "e0")
                    .contains(more == 0 ? "0001" : "95");
        }
    }

    /// Even where packets may be as large as the protocol knows, what counts is what has arrived.
    @Test
    void aLengthThatIsAllowedCostsWhatHasArrived() throws IOException {
        int clients = 100;
        int begun = 100_000;
        try (Victim victim =
                        Victim.start(
                                1,
                                "limits.packet-size-max=256MB",
                                "limits.partial-packets-bytes-max=8MB");
                HonestPair honest = new HonestPair(victim.address())) {
            List<Attacker> attackers = new ArrayList<>();
            for (int i = 0; i < clients; i++) {
                Attacker attacker = Attacker.connected(victim.address(), V5, "grande" + i);
                attackers.add(attacker);
                attacker.send(Frame.of(0x30, 250_000_000, new byte[] {0, 1, 'a', 0}));
                attacker.send(new byte[begun]);
                honest.roundTrip(QoS.EXACTLY_ONCE);
            }
            long bufferBytes = 0;
            for (int i = 0; i < 100; i++) {
                honest.roundTrip(QoS.EXACTLY_ONCE);
                bufferBytes = Math.max(bufferBytes, victim.bufferBytes());
            }
            assertThat(bufferBytes).isGreaterThan(MB).isLessThan(clients * 2L * begun);
            for (Attacker attacker : attackers) {
                attacker.reset();
            }
            victim.await(Server::connections, 2);
        }
    }

    /// What is wrong inside, after CONNECT: told with its Reason Code, and closed.
    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "Remaining Length of two bytes for none,    c08000,               81",
        "Remaining Length of five bytes,            308080808001,         81",
        "type 0,                                    0000,                 81",
        "type 0 with a body,                        0002aaaa,             81",
        "flags of PINGREQ,                          c100,                 81",
        "flags of SUBSCRIBE,                        8006000100000161,     81",
        "QoS 3,                                     360700016100010000,   81",
        "PINGREQ with a body,                       c00100,               81",
        "PUBLISH of no bytes,                       3000,                 81",
        "PUBLISH shorter than its topic,            3003000561,           81",
        "QoS 1 that ends after its topic,           3203000161,           81",
        "QoS 1 that ends in its identifier,         320400016100,         81",
        "QoS 1 that ends after its identifier,      32050001610001,       81",
        "properties that end behind the packet,     3004000161 05,        81",
        "property in pieces,                       3005000161 0101,      81",
        "topic of no bytes,                         3003000000,           82",
        "SUBSCRIBE that ends after its identifier,  8202 0001,            81",
        "SUBSCRIBE without a filter,                8203 000100,          82",
        "filter without options,                    8206 000100000161,    81",
        "filter longer than the packet,             8207 000100000961 00, 81",
        "UNSUBSCRIBE without a filter,              a203 000100,          82",
        "PUBACK of one byte,                        400100,               81",
        "PUBREL without flags,                      60020001,             81",
        "bytes behind DISCONNECT's properties,      e003 000001,          81",
    })
    @Oracle({71, 72})
    void whatIsWrongInsideIsRefusedByItsCode(String what, String bytes, String code)
            throws IOException {
        try (Victim victim = Victim.start(1);
                HonestPair honest = new HonestPair(victim.address());
                Attacker attacker = Attacker.connected(victim.address(), V5, "torcido")) {
            attacker.send(HexFormat.of().parseHex(bytes.replace(" ", "")));
            attacker.awaitEnd();
            String answer = HexFormat.of().formatHex(attacker.packets().getLast());
            assertThat(answer).as(what).startsWith("e0").matches("e0..(01)?" + code + ".*");
            honest.roundTrip(QoS.EXACTLY_ONCE);
        }
    }

    /// The control arm: the same packets, whole.
    @Test
    void whatIsRightInsideIsAnswered() throws IOException {
        try (Victim victim = Victim.start(1);
                Attacker attacker = Attacker.connected(victim.address(), V5, "recto")) {
            attacker.send(
                    HexFormat.of()
                            .parseHex(
                                    "c000"
                                            + "30050001610041"
                                            + "3206000161000100"
                                            + "820700010000016100"
                                            + "a206000200000161"
                                            + "40020009"
                                            + "62020009"));
            assertThat(attacker.awaitPackets(6)).isTrue();
            assertThat(attacker.isServed()).isTrue();
        }
    }

    // ---- long texts, many properties

    @ParameterizedTest
    @CsvSource({"256, 65535, 85", "256, 257, 85", "256, 256, 00", "65535, 65535, 00"})
    @Oracle(74)
    void aClientIdentifierMayBeAsLongAsTheLimit(int limit, int length, String code)
            throws IOException {
        try (Victim victim = Victim.start(1, "limits.client-identifier-bytes-max=" + limit);
                HonestPair honest = new HonestPair(victim.address());
                Attacker attacker = new Attacker(victim.address())) {
            attacker.send(HonestClient.connect(V5, "c".repeat(length)), V5);
            attacker.awaitPackets(1);
            assertThat(HexFormat.of().toHexDigits(attacker.packets().getFirst()[3]))
                    .isEqualTo(code);
            honest.roundTrip(QoS.EXACTLY_ONCE);
            assertThat(victim.ask(Server::sessions)).isEqualTo(code.equals("00") ? 3 : 2);
        }
    }

    @ParameterizedTest
    @CsvSource({"10000, 95", "1001, 95", "1000, 00"})
    @Oracle(74)
    void userPropertiesMayBeAsManyAsTheLimit(int count, String code) throws IOException {
        Properties.Builder many = Properties.builder();
        for (int i = 0; i < count; i++) {
            many.add(new UserProperty("k", "v" + i));
        }
        try (Victim victim = Victim.start(1);
                HonestPair honest = new HonestPair(victim.address())) {
            try (Attacker attacker = new Attacker(victim.address())) {
                attacker.send(new Connect(V5, "many", true, 0, null, null, null, many.build()), V5);
                attacker.awaitPackets(1);
                assertThat(HexFormat.of().toHexDigits(attacker.packets().getFirst()[3]))
                        .isEqualTo(code);
            }
            try (Attacker attacker = Attacker.connected(victim.address(), V5, "more")) {
                Publish publish =
                        new Publish(
                                TopicName.of("a"),
                                Payload.EMPTY,
                                QoS.AT_LEAST_ONCE,
                                false,
                                false,
                                7,
                                many.build());
                attacker.send(publish, V5);
                attacker.awaitPackets(2);
                assertThat(HexFormat.of().formatHex(attacker.packets().getLast()))
                        .startsWith(code.equals("00") ? "40020007" : "e0")
                        .contains(code);
            }
            honest.roundTrip(QoS.EXACTLY_ONCE);
        }
    }
}
