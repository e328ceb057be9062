package org.vencejo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.client.Outcome.assertFailed;
import static org.vencejo.client.ScriptedServer.connack;
import static org.vencejo.client.ScriptedServer.lasting;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_5;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.protocol.ReasonCode;

/// What a server may do wrong ends in DISCONNECT with its code, a close, and an exception that says
/// why.
class MaliciousServerTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a second CONNACK            | 20 03 00 00 00                   | 82",
                "CONNECT                     | 10 0E 00 04 4D 51 54 54 05 02 00 00 00 00 01 63 | 82",
                "SUBSCRIBE                   | 82 02 00 01                      | 82",
                "PINGREQ                     | C0 00                            | 82",
                "AUTH that nobody asked for  | F0 02 18 00                      | 82",
                "alias 0                     | 30 08 00 01 74 03 23 00 00 61    | 94",
                "alias above the maximum     | 30 08 00 01 74 03 23 00 41 61    | 94",
                "alias that was not set      | 30 07 00 00 03 23 00 01 61       | 82",
                "PUBLISH of negative length  | 32 02 00 01                      | 81",
                "topic longer than the rest  | 30 04 00 09 74 61                | 81",
                "topic with a wildcard       | 30 05 00 01 23 00 61             | 90",
                "topic that is no UTF-8      | 30 06 00 02 C0 80 00 61          | 81",
                "QoS 3                       | 36 07 00 01 74 00 01 00 61       | 81",
                "Packet Identifier 0         | 32 07 00 01 74 00 00 00 61       | 82",
                "268 MB in one packet        | 30 FF FF FF 7F                   | 95",
                "five bytes of length        | 30 FF FF FF FF 01                | 81",
                "packet type 0               | 00 00                            | 81",
                "SUBACK with too few codes   | 90 04 00 01 00 00                | 82",
                "SUBACK with too many codes  | 90 06 00 01 00 00 00 00          | 82",
                "UNSUBACK for a SUBSCRIBE    | B0 05 00 01 00 00 00             | 82",
                "PUBACK for a SUBSCRIBE      | 40 02 00 01                      | 82",
                "PUBREC for a SUBSCRIBE      | 50 02 00 01                      | 82",
                "PUBCOMP for a SUBSCRIBE     | 70 02 00 01                      | 82",
                "DISCONNECT of a client      | E0 01 04                         | 82",
                "QoS 1 under a QoS 2 number"
                        + " | 34 07 00 01 74 00 05 00 61 32 07 00 01 74 00 05 00 61 | 82",
            })
    void aFaultEndsTheConnection(String what, String bytes, String code) {
        var server = ScriptedServer.connected(MQTT_5);
        Answer<?> subscribed = server.subscribe("a", "b"); // identifier 1
        server.received();
        server.sends(bytes);
        assertThat(server.received()).as(what).containsExactly("E0 01 " + code);
        assertThat(server.isClosed()).isTrue();
        assertFailed(
                subscribed,
                ReasonCode.of(Integer.parseInt(code, 16)),
                "the server broke the protocol: ");
        assertThat(server.session.accounting().balances()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PUBLISH with the last alias | 30 08 00 01 74 03 23 00 40 61",
                "SUBACK with its codes       | 90 05 00 01 00 00 80",
                "SUBACK for nothing          | 90 04 00 09 00 00",
                "UNSUBACK for nothing        | B0 04 00 09 00 00",
                "PINGRESP for nothing        | D0 00",
            })
    void whatIsNoFaultEndsNothing(String what, String bytes) {
        var server = ScriptedServer.connected(MQTT_5);
        server.subscribe("a", "b");
        server.received();
        server.sends(bytes);
        assertThat(server.received()).as(what).isEmpty();
        assertThat(server.isClosed()).isFalse();
    }

    @Test
    void before5TheConnectionIsJustClosed() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        server.sends("20 02 00 00");
        assertThat(server.received()).isEmpty();
        assertThat(server.isClosed()).isTrue();
        assertThatThrownBy(server::take).hasMessageContaining("[MQTT-3.2.0-2]");
    }

    @Test
    void before5AFaultBeforeConnackIsJustClosedAsWell() {
        var server = new ScriptedServer(lasting(MQTT_3_1_1));
        Answer<MqttConnected> answer = server.connect(false);
        server.received();
        server.sends("D0 00");
        assertThat(Outcome.failureOf(answer).sentence()).contains("[MQTT-3.2.0-1]");
        assertThat(server.received()).isEmpty();
        assertThat(server.isClosed()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "30 05 00 01 74 00 61, CONNACK, 82",
        "20 03 02 00 00,       Flags, 81",
        "20 03 00 01 00,       0x01, 81",
        "20 03 01 87 00,       Session Present, 82",
        "20 06 00 00 03 21 00 00, RECEIVE_MAXIMUM, 82",
        "20 07 00 00 04 15 00 01 78, MQTT-4.12.0-6, 82",
        "F0 02 18 00,          MQTT-4.12.0-6, 82",
        "F0 06 18 04 15 00 01 78, MQTT-4.12.0-6, 82"
    })
    void aFaultBeforeConnackEndsTheConnectionToo(String bytes, String why, String code) {
        var server = new ScriptedServer(lasting(MQTT_5));
        Answer<MqttConnected> answer = server.connect(false);
        server.received();
        server.sends(bytes);
        assertThat(Outcome.failureOf(answer).sentence()).contains("broke the protocol");
        assertThat(Outcome.failureOf(answer).sentence()).contains(why);
        assertThat(server.received()).containsExactly("E0 01 " + code);
        assertThat(server.isClosed()).isTrue();
    }

    @Test
    void afterAFaultTheSameClientConnectsAgain() {
        var server = ScriptedServer.connected(MQTT_5);
        server.sends("00 00");
        Answer<MqttConnected> again = server.connect(false);
        server.sends(connack(MQTT_5, true));
        assertThat(Outcome.of(again).sessionPresent()).isTrue();
    }

    @Test
    void whatAnOldConnectionBringsDoesNothing() {
        var server = ScriptedServer.connected(MQTT_5);
        Runnable late = server.lateBytes("E0 01 8B");
        server.reconnect(connack(MQTT_5, true));
        late.run();
        assertThat(server.session.isConnected()).isTrue();
    }
}
