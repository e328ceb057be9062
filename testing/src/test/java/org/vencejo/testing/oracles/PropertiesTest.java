package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.testing.oracles.RawClient.bytes;
import static org.vencejo.testing.oracles.RawClient.joined;
import static org.vencejo.testing.oracles.RawClient.packet;
import static org.vencejo.testing.oracles.RawClient.properties;
import static org.vencejo.testing.oracles.RawClient.string;

import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.TopicCache;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.memory.MemoryServer;

/// Every property in every packet: once, twice, out of range, cut short; the answer is the one of
/// the standard's table, which stands here as it stands there (2.2.2.2).
///
/// What clients send goes to a whole server, what servers send to the decoder of the client. The
/// control arm of each cell is the same packet without the property.
@Oracle({62, 70})
class PropertiesTest {
    private static final int ACCEPTED = 0;
    private static final int MALFORMED = 0x81;
    private static final int PROTOCOL_ERROR = 0x82;
    private static final int TOPIC_ALIAS_INVALID = 0x94;

    /// Where properties stand.
    enum Where {
        CONNECT,
        WILL,
        CONNACK,
        PUBLISH,
        PUBACK,
        PUBREC,
        PUBREL,
        PUBCOMP,
        SUBSCRIBE,
        SUBACK,
        UNSUBSCRIBE,
        UNSUBACK,
        DISCONNECT,
        AUTH
    }

    private static final Set<Where> OF_CLIENT_ALONE =
            EnumSet.of(Where.CONNECT, Where.WILL, Where.SUBSCRIBE, Where.UNSUBSCRIBE);
    private static final Set<Where> OF_SERVER_ALONE =
            EnumSet.of(Where.CONNACK, Where.SUBACK, Where.UNSUBACK);

    /// Identifier, value that is in order, where the property may stand.
    private static final String TABLE =
            """
            01 00          PUBLISH WILL
            02 00000005    PUBLISH WILL
            03 000176      PUBLISH WILL
            08 000176      PUBLISH WILL
            09 0001FF      PUBLISH WILL
            0B 05          PUBLISH SUBSCRIBE
            11 00000000    CONNECT CONNACK DISCONNECT
            12 000176      CONNACK
            13 0005        CONNACK
            15 00016D      CONNECT CONNACK AUTH
            16 0001FF      CONNECT CONNACK AUTH
            17 00          CONNECT
            18 00000005    WILL
            19 00          CONNECT
            1A 000176      CONNACK
            1C 000176      CONNACK DISCONNECT
            1F 000176      CONNACK PUBACK PUBREC PUBREL PUBCOMP SUBACK UNSUBACK DISCONNECT AUTH
            21 0005        CONNECT CONNACK
            22 0005        CONNECT CONNACK
            23 0005        PUBLISH
            24 01          CONNACK
            25 00          CONNACK
            26 00016B000176 CONNECT WILL CONNACK PUBLISH PUBACK PUBREC PUBREL PUBCOMP SUBSCRIBE \
            SUBACK UNSUBSCRIBE UNSUBACK DISCONNECT AUTH
            27 00010000    CONNECT CONNACK
            28 00          CONNACK
            29 00          CONNACK
            2A 00          CONNACK
            """;

    /// Values out of range, by property, with what they are answered by.
    private static final Map<Integer, Map<String, Integer>> OUT_OF_RANGE =
            Map.ofEntries(
                    Map.entry(0x01, zeroOrOne()),
                    Map.entry(0x17, zeroOrOne()),
                    Map.entry(0x19, zeroOrOne()),
                    Map.entry(0x24, zeroOrOne()),
                    Map.entry(0x25, zeroOrOne()),
                    Map.entry(0x28, zeroOrOne()),
                    Map.entry(0x29, zeroOrOne()),
                    Map.entry(0x2A, zeroOrOne()),
                    Map.entry(
                            0x0B,
                            Map.of(
                                    "00", PROTOCOL_ERROR, // U5-19
                                    "8500", MALFORMED, // [MQTT-1.5.5-1]
                                    "FFFFFFFF01", MALFORMED)), // U5-1
                    Map.entry(0x21, Map.of("0000", PROTOCOL_ERROR)), // U5-6
                    Map.entry(0x27, Map.of("00000000", PROTOCOL_ERROR)), // U5-7
                    Map.entry(0x23, Map.of("0000", TOPIC_ALIAS_INVALID)), // U5-16
                    Map.entry(
                            0x08,
                            Map.of(
                                    "0003 612F23", PROTOCOL_ERROR, // [MQTT-3.3.2-14]
                                    "0001 2B", PROTOCOL_ERROR)));

    /// What is no string [MQTT-1.5.4-1], [MQTT-1.5.4-2].
    static final List<String> ILL_FORMED =
            List.of("C328", "EDA080", "EDBFBF", "C0AF", "C080", "F4908080", "E282", "FF", "610062");

    private static final List<String> UNKNOWN =
            List.of("00", "04", "0A", "2B", "7F", "8001", "A600");

    record Property(int identifier, byte[] value, Set<Where> allowed) {
        boolean isString() {
            return Set.of(0x03, 0x08, 0x12, 0x15, 0x1A, 0x1C, 0x1F).contains(identifier);
        }

        boolean isPair() {
            return identifier == 0x26;
        }

        byte[] with(byte[] other) {
            return joined(new byte[] {(byte) identifier}, other);
        }

        byte[] bytes() {
            return with(value);
        }
    }

    /// A packet with these properties, from a client or from a server, and the answer to expect.
    record Cell(String name, Where where, boolean fromClient, byte[] properties, int expected) {
        @Override
        public String toString() {
            return "%s from a %s: %s is answered by %02X"
                    .formatted(where, fromClient ? "client" : "server", name, expected);
        }
    }

    private static Map<String, Integer> zeroOrOne() {
        return Map.of("02", PROTOCOL_ERROR, "FF", PROTOCOL_ERROR); // U5-5
    }

    // ---- the tests
    // -------------------------------------------------------------------------------

    @ParameterizedTest
    @MethodSource
    void withoutThemThePacketIsAccepted(Cell cell) {
        assertThat(answer(cell)).isEqualTo(cell.expected());
    }

    @ParameterizedTest
    @MethodSource
    void aPropertyStandsWhereTheTableSaysSoAndNowhereElse(Cell cell) {
        assertThat(answer(cell)).isEqualTo(cell.expected());
    }

    @ParameterizedTest
    @MethodSource
    void onlyUserPropertiesAndIdentifiersOfAServerRepeat(Cell cell) {
        assertThat(answer(cell)).isEqualTo(cell.expected());
    }

    @ParameterizedTest
    @MethodSource
    void aValueIsInItsRange(Cell cell) {
        assertThat(answer(cell)).isEqualTo(cell.expected());
    }

    @ParameterizedTest
    @MethodSource
    void aValueIsWhole(Cell cell) {
        assertThat(answer(cell)).isEqualTo(cell.expected());
    }

    @ParameterizedTest
    @MethodSource
    void anIdentifierThatTheTableDoesNotHaveIsNone(Cell cell) {
        assertThat(answer(cell)).isEqualTo(cell.expected());
    }

    // ---- their cells
    // -----------------------------------------------------------------------------

    static Stream<Cell> withoutThemThePacketIsAccepted() {
        return places((where, fromClient) ->
                Stream.of(new Cell("nothing", where, fromClient, base(where, 0), ACCEPTED)));
    }

    static Stream<Cell> aPropertyStandsWhereTheTableSaysSoAndNowhereElse() {
        return cells(PropertiesTest::once);
    }

    private static Stream<Cell> once(Where where, boolean fromClient, Property property) {
        int expected =
                !property.allowed().contains(where)
                        ? MALFORMED // U5-2
                        : isRefused(where, fromClient, property) ? PROTOCOL_ERROR : ACCEPTED;
        return Stream.of(cell(where, fromClient, property, "once", property.bytes(), expected));
    }

    // The two that the table allows in a packet of one side alone.
    private static boolean isRefused(Where where, boolean fromClient, Property property) {
        return switch (property.identifier()) {
            case 0x0B -> where == Where.PUBLISH && fromClient; // [MQTT-3.3.4-6]
            case 0x11 -> where == Where.DISCONNECT && !fromClient; // [MQTT-3.14.2-2]
            default -> false;
        };
    }

    static Stream<Cell> onlyUserPropertiesAndIdentifiersOfAServerRepeat() {
        return allowedCells((where, fromClient, property) -> {
            byte[] twice = joined(property.bytes(), property.bytes());
            boolean repeats =
                    property.identifier() == 0x26
                            || (property.identifier() == 0x0B && where == Where.PUBLISH);
            int expected =
                    repeats && !isRefused(where, fromClient, property)
                            ? ACCEPTED
                            : PROTOCOL_ERROR; // U5-3
            return Stream.of(cell(where, fromClient, property, "twice", twice, expected));
        });
    }

    static Stream<Cell> aValueIsInItsRange() {
        return allowedCells((where, fromClient, property) -> {
            if (isRefused(where, fromClient, property)) {
                return Stream.of();
            }
            List<Cell> cells = new ArrayList<>();
            OUT_OF_RANGE
                    .getOrDefault(property.identifier(), Map.of())
                    .forEach((value, expected) ->
                            cells.add(
                                    cell(
                                            where,
                                            fromClient,
                                            property,
                                            "as " + value,
                                            property.with(bytes(value)),
                                            expected)));
            if (property.identifier() == 0x23 && fromClient) { // above what CONNACK said
                cells.add(
                        cell(
                                where,
                                true,
                                property,
                                "as 0041",
                                property.with(bytes("0041")),
                                TOPIC_ALIAS_INVALID));
            }
            for (String bad : ILL_FORMED) {
                byte[] text = string(bytes(bad));
                if (property.isString()) {
                    cells.add(bad(where, fromClient, property, bad, text));
                } else if (property.isPair()) { // [MQTT-1.5.7-1]
                    cells.add(bad(where, fromClient, property, bad, joined(text, string("value"))));
                    cells.add(bad(where, fromClient, property, bad, joined(string("name"), text)));
                }
            }
            return cells.stream();
        });
    }

    private static Cell bad(
            Where where, boolean fromClient, Property property, String bad, byte[] value) {
        return cell(where, fromClient, property, "as " + bad, property.with(value), MALFORMED);
    }

    static Stream<Cell> aValueIsWhole() {
        return allowedCells((where, fromClient, property) -> {
            if (isRefused(where, fromClient, property)) {
                return Stream.of();
            }
            List<Cell> cells = new ArrayList<>();
            for (int length = 0; length < property.value().length; length++) {
                byte[] cut = Arrays.copyOf(property.value(), length);
                cells.add(
                        cell(
                                where,
                                fromClient,
                                property,
                                "cut to " + length,
                                property.with(cut),
                                MALFORMED)); // U5-4
            }
            return cells.stream();
        });
    }

    static Stream<Cell> anIdentifierThatTheTableDoesNotHaveIsNone() {
        return places((where, fromClient) ->
                UNKNOWN.stream()
                        .map(unknown ->
                                new Cell(
                                        "identifier " + unknown,
                                        where,
                                        fromClient,
                                        joined(base(where, 0), bytes(unknown + "00")),
                                        MALFORMED)));
    }

    private interface OfPlace {
        Stream<Cell> cells(Where where, boolean fromClient);
    }

    private interface OfProperty {
        Stream<Cell> cells(Where where, boolean fromClient, Property property);
    }

    private static Stream<Cell> places(OfPlace cells) {
        return Arrays.stream(Where.values())
                .flatMap(where ->
                        Stream.of(true, false)
                                .filter(fromClient ->
                                        !(fromClient ? OF_SERVER_ALONE : OF_CLIENT_ALONE)
                                                .contains(where))
                                .flatMap(fromClient -> cells.cells(where, fromClient)));
    }

    private static Stream<Cell> cells(OfProperty cells) {
        List<Property> table = table();
        return places((where, fromClient) ->
                table.stream().flatMap(property -> cells.cells(where, fromClient, property)));
    }

    private static Stream<Cell> allowedCells(OfProperty cells) {
        return cells((where, fromClient, property) ->
                property.allowed().contains(where)
                        ? cells.cells(where, fromClient, property)
                        : Stream.of());
    }

    private static Cell cell(
            Where where,
            boolean fromClient,
            Property property,
            String how,
            byte[] properties,
            int expected) {
        String name = HexFormat.of().withUpperCase().toHexDigits((byte) property.identifier());
        return new Cell(
                name + " " + how,
                where,
                fromClient,
                joined(base(where, property.identifier()), properties),
                expected);
    }

    // AUTH has a method, and Authentication Data never comes without one.
    private static byte[] base(Where where, int identifier) {
        boolean needsMethod =
                (where == Where.AUTH && identifier != 0x15)
                        || (identifier == 0x16
                                && (where == Where.CONNECT || where == Where.CONNACK));
        return needsMethod ? bytes("15 0001 6D") : new byte[0];
    }

    private static List<Property> table() {
        List<Property> table = new ArrayList<>();
        for (String line : TABLE.lines().toList()) {
            String[] words = line.split(" +", -1);
            Set<Where> allowed = EnumSet.noneOf(Where.class);
            for (String word : Arrays.copyOfRange(words, 2, words.length)) {
                allowed.add(Where.valueOf(word.toUpperCase(Locale.ROOT)));
            }
            table.add(new Property(Integer.parseInt(words[0], 16), bytes(words[1]), allowed));
        }
        return table;
    }

    // ---- the answers
    // -----------------------------------------------------------------------------

    private static int answer(Cell cell) {
        byte[] packet = packetOf(cell);
        return cell.fromClient() ? answerOfServer(cell.where(), packet) : answerOfClient(packet);
    }

    private static byte[] packetOf(Cell cell) {
        byte[] block = properties(ProtocolVersion.MQTT_5, cell.properties());
        byte[] identifier = bytes("0001");
        byte[] t = string("t");
        return switch (cell.where()) {
            case CONNECT -> packet(0x10, bytes("00044D515454 05 02 0000"), block, string("A"));
            case WILL ->
                    packet(
                            0x10,
                            bytes("00044D515454 05 06 0000 00"),
                            string("A"),
                            block,
                            t,
                            bytes("0000"));
            case CONNACK -> packet(0x20, bytes("0000"), block);
            case PUBLISH -> packet(0x30, t, block);
            case PUBACK -> packet(0x40, identifier, bytes("00"), block);
            case PUBREC -> packet(0x50, identifier, bytes("00"), block);
            case PUBREL -> packet(0x62, identifier, bytes("00"), block);
            case PUBCOMP -> packet(0x70, identifier, bytes("00"), block);
            case SUBSCRIBE -> packet(0x82, identifier, block, t, bytes("00"));
            case SUBACK -> packet(0x90, identifier, block, bytes("00"));
            case UNSUBSCRIBE -> packet(0xA2, identifier, block, t);
            case UNSUBACK -> packet(0xB0, identifier, block, bytes("00"));
            case DISCONNECT -> packet(0xE0, bytes("00"), block);
            case AUTH -> packet(0xF0, bytes(cell.fromClient() ? "19" : "18"), block);
        };
    }

    /// The Reason Code with which a server ends the connection, or 0 if it goes on.
    private static int answerOfServer(Where where, byte[] packet) {
        MemoryServer server = new MemoryServer(MemoryServer.Setup.defaults());
        RawClient client = new RawClient(server);
        if (where == Where.CONNECT || where == Where.WILL) {
            client.send(packet);
            String connack = client.heard().getFirst();
            int code = Integer.parseInt(connack.substring(6, 8), 16);
            assertThat(client.isGone()).isEqualTo(code >= 0x80);
            return code;
        }
        String method = where == Where.AUTH ? "04 15 0001 6D" : "00";
        client.send(packet(0x10, bytes("00044D515454 05 02 0000" + method), string("A")));
        assertThat(client.heard()).singleElement().asString().startsWith("20");
        client.send(packet);
        client.send("C000");
        List<String> heard = client.heard();
        boolean goesOn = heard.contains("D000");
        boolean disconnected = !heard.isEmpty() && heard.getLast().startsWith("E0");
        if (where == Where.DISCONNECT && !disconnected) {
            assertThat(heard).isEmpty();
            assertThat(client.isGone()).isTrue();
            return ACCEPTED;
        }
        assertThat(goesOn).as("%s", heard).isEqualTo(!disconnected).isEqualTo(!client.isGone());
        return goesOn ? ACCEPTED : Integer.parseInt(heard.getLast().substring(4, 6), 16);
    }

    /// The Reason Code that a client answers a server with, or 0 if it understands.
    private static int answerOfClient(byte[] packet) {
        PacketDecoder decoder =
                PacketDecoder.ofClient(
                        ProtocolVersion.MQTT_5, DecoderLimits.DEFAULT, new TopicCache());
        try {
            assertThat(decoder.decode(Unpooled.wrappedBuffer(packet))).isNotNull();
            return ACCEPTED;
        } catch (ProtocolViolation violation) {
            return violation.reasonCode().value();
        }
    }
}
