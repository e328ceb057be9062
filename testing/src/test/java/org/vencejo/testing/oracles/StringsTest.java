package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.testing.oracles.RawClient.bytes;
import static org.vencejo.testing.oracles.RawClient.packet;
import static org.vencejo.testing.oracles.RawClient.properties;
import static org.vencejo.testing.oracles.RawClient.string;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.memory.MemoryServer;

/// Every string that a client can send outside of Properties, with what is no string, in every
/// version: the connection ends, in 5.0 with 0x81, before it without a word.
///
/// Those in Properties are in [PropertiesTest]. The control arms are the same packet with what is a
/// string, and the same bytes where no string is asked for.
@Oracle({70, 76})
class StringsTest {
    /// Letters of one to four bytes, and U+FEFF, which is no mark here [MQTT-1.5.4-3].
    private static final byte[] WELL_FORMED =
            "A\u00F1\uFEFF\uD800\uDF48".getBytes(StandardCharsets.UTF_8);

    /// Where a string stands.
    enum Field {
        CLIENT_IDENTIFIER,
        WILL_TOPIC,
        USER_NAME,
        TOPIC_NAME,
        FILTER_OF_SUBSCRIBE,
        SECOND_FILTER_OF_SUBSCRIBE,
        FILTER_OF_UNSUBSCRIBE;

        boolean isOfConnect() {
            return compareTo(USER_NAME) <= 0;
        }
    }

    /// Where bytes stand that may be anything.
    enum NoString {
        WILL_PAYLOAD,
        PASSWORD,
        PAYLOAD
    }

    record Cell(ProtocolVersion version, Field field, String content) {}

    @ParameterizedTest
    @MethodSource
    void whatIsNoStringEndsTheConnection(Cell cell) {
        RawClient client = new RawClient(new MemoryServer(MemoryServer.Setup.defaults()));
        RawClient control = new RawClient(new MemoryServer(MemoryServer.Setup.defaults()));

        connect(control, cell);
        control.send(packetWith(cell, WELL_FORMED));
        control.send("C000");
        assertThat(control.heard()).as("the control arm").last().isEqualTo("D000");

        connect(client, cell);
        List<String> before = client.heard();
        client.send(packetWith(cell, bytes(cell.content())));
        client.send("C000");
        List<String> after = client.heard();

        assertThat(client.isGone()).isTrue();
        assertThat(before).hasSize(cell.field().isOfConnect() ? 0 : 1);
        if (!cell.version().isMqtt5()) {
            assertThat(after).isEmpty(); // not one byte
        } else if (cell.field().isOfConnect()) {
            assertThat(after).singleElement().asString().matches("20..0081.*"); // (A2)
        } else {
            assertThat(after).singleElement().asString().matches("E0..81.*");
        }
    }

    static Stream<Cell> whatIsNoStringEndsTheConnection() {
        List<Cell> cells = new ArrayList<>();
        for (ProtocolVersion version : ProtocolVersion.values()) {
            for (Field field : Field.values()) {
                for (String content : PropertiesTest.ILL_FORMED) {
                    cells.add(new Cell(version, field, content));
                }
            }
        }
        return cells.stream();
    }

    @ParameterizedTest
    @MethodSource
    void whatIsNotAskedToBeAStringMayBeAnything(ProtocolVersion version, NoString where) {
        for (String content : PropertiesTest.ILL_FORMED) {
            RawClient client = new RawClient(new MemoryServer(MemoryServer.Setup.defaults()));
            byte[] anything = string(bytes(content));
            byte[] none = properties(version);
            client.send(
                    packet(
                            0x10,
                            nameAndLevel(version),
                            bytes("C6 0000"),
                            none,
                            string("A"),
                            none,
                            string("w"),
                            where == NoString.WILL_PAYLOAD ? anything : string("x"),
                            string("ann"),
                            where == NoString.PASSWORD ? anything : string("x")));
            client.send(packet(0x30, string("t"), none, anything));
            client.send("C000");
            assertThat(client.heard()).hasSize(2).last().isEqualTo("D000");
        }
    }

    static Stream<Arguments> whatIsNotAskedToBeAStringMayBeAnything() {
        return Arrays.stream(ProtocolVersion.values())
                .flatMap(version ->
                        Arrays.stream(NoString.values())
                                .map(where -> Arguments.of(version, where)));
    }

    // What is wrong in a CONNECT is the first packet; else a CONNECT in order comes before it.
    private static void connect(RawClient client, Cell cell) {
        if (!cell.field().isOfConnect()) {
            client.send(
                    packet(
                            0x10,
                            nameAndLevel(cell.version()),
                            bytes("02 0000"),
                            properties(cell.version()),
                            string("A")));
        }
    }

    private static byte[] packetWith(Cell cell, byte[] content) {
        byte[] text = string(content);
        byte[] none = properties(cell.version());
        byte[] level = nameAndLevel(cell.version());
        byte[] identifier = bytes("0001");
        byte[] qos = bytes("00");
        return switch (cell.field()) {
            case CLIENT_IDENTIFIER -> packet(0x10, level, bytes("02 0000"), none, text);
            case WILL_TOPIC ->
                    packet(
                            0x10,
                            level,
                            bytes("06 0000"),
                            none,
                            string("A"),
                            none,
                            text,
                            string("x"));
            case USER_NAME -> packet(0x10, level, bytes("82 0000"), none, string("A"), text);
            case TOPIC_NAME -> packet(0x30, text, none);
            case FILTER_OF_SUBSCRIBE -> packet(0x82, identifier, none, text, qos);
            case SECOND_FILTER_OF_SUBSCRIBE ->
                    packet(0x82, identifier, none, string("t"), qos, text, qos);
            case FILTER_OF_UNSUBSCRIBE -> packet(0xA2, identifier, none, text);
        };
    }

    private static byte[] nameAndLevel(ProtocolVersion version) {
        return switch (version) {
            case MQTT_3_1 -> bytes("0006 4D5149736470 03");
            case MQTT_3_1_1 -> bytes("0004 4D515454 04");
            case MQTT_5 -> bytes("0004 4D515454 05");
        };
    }
}
