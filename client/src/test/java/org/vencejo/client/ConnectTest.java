package org.vencejo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.client.Outcome.assertFailed;
import static org.vencejo.client.ScriptedServer.connack;
import static org.vencejo.client.ScriptedServer.lasting;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_5;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;

class ConnectTest {
    @ParameterizedTest
    @CsvSource({
        "MQTT_3_1,   10 0F 00 06 4D 51 49 73 64 70 03 00 00 0A 00 01 63",
        "MQTT_3_1_1, 10 0D 00 04 4D 51 54 54 04 00 00 0A 00 01 63",
        "MQTT_5,     10 1E 00 04 4D 51 54 54 05 00 00 0A 10 11 00 00 00 3C 21 03 E8 22 00 40"
                + " 27 01 00 00 00 00 01 63"
    })
    void connectIsTheFirstPacketAndSaysWhatTheOptionsSay(ProtocolVersion version, String bytes) {
        var server = new ScriptedServer(lasting(version).keepAlive(10));
        server.connect(false);
        assertThat(server.received()).containsExactly(bytes);
    }

    @Test
    void willUserNameAndPasswordStandInTheirOrder() {
        var will =
                new Will(
                        TopicName.of("w"),
                        Payload.of("x"),
                        QoS.AT_LEAST_ONCE,
                        true,
                        Properties.NONE);
        var options =
                lasting(MQTT_3_1_1)
                        .will(will)
                        .userName("u")
                        .password("p".getBytes(StandardCharsets.UTF_8));
        var server = new ScriptedServer(options);
        server.connect(true);
        assertThat(server.received())
                .containsExactly(
                        "10 19 00 04 4D 51 54 54 04 EE 00 00"
                                + " 00 01 63 00 01 77 00 01 78 00 01 75 00 01 70");
    }

    @ParameterizedTest
    @EnumSource
    void connackCompletesTheConnect(ProtocolVersion version) {
        var server = new ScriptedServer(lasting(version));
        Answer<MqttConnected> answer = server.connect(false);
        assertThat(answer.isGiven()).isFalse();
        server.sends(connack(version, false));
        assertThat(Outcome.of(answer).sessionPresent()).isFalse();
        assertThat(Outcome.of(answer).clientIdentifier()).isEqualTo("c");
        assertThat(server.isClosed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({
        "MQTT_3_1,   20 02 00 05,          NOT_AUTHORIZED",
        "MQTT_3_1_1, 20 02 00 04,          BAD_USER_NAME_OR_PASSWORD",
        "MQTT_3_1_1, 20 02 00 03,          SERVER_UNAVAILABLE",
        "MQTT_5,     20 03 00 97 00,       QUOTA_EXCEEDED",
        "MQTT_5,     20 09 00 9C 06 1C 00 03 62 3A 31, USE_ANOTHER_SERVER"
    })
    void aRefusalIsAnExceptionWithTheServersCode(
            ProtocolVersion version, String connack, ReasonCode code) {
        var server = new ScriptedServer(lasting(version));
        Answer<MqttConnected> answer = server.connect(false);
        server.sends(connack);
        assertFailed(answer, code, "the server refused the connection: " + code);
        assertThat(server.isClosed()).isTrue();
    }

    @Test
    void aRefusalNamesTheReasonStringAndTheOtherServer() {
        var server = new ScriptedServer(lasting(MQTT_5));
        Answer<MqttConnected> answer = server.connect(false);
        server.sends("20 0E 00 9C 0B 1F 00 02 6E 6F 1C 00 03 62 3A 31");
        assertFailed(answer, ReasonCode.USE_ANOTHER_SERVER, "(0x9C), no, use b:1");
    }

    @Test
    void theAssignedClientIdentifierIsUsedFromThenOn() {
        var server = new ScriptedServer(lasting(MQTT_5).clientIdentifier(""));
        Answer<MqttConnected> answer = server.connect(true);
        server.received();
        server.sends("20 08 00 00 05 12 00 02 61 37"); // a7
        assertThat(Outcome.of(answer).clientIdentifier()).isEqualTo("a7");
        server.cut();
        server.connect(false);
        assertThat(server.received()).singleElement().asString().endsWith("00 02 61 37");
    }

    @Test
    void theServersKeepAliveIsTold() {
        var server = new ScriptedServer(lasting(MQTT_5).keepAlive(60));
        Answer<MqttConnected> answer = server.connect(true);
        server.sends("20 06 00 00 03 13 00 02");
        assertThat(Outcome.of(answer).keepAlive()).isEqualTo(2);
    }

    // ---- Session Present ----

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    void aSessionThatThisClientDoesNotKnowEndsTheConnection(ProtocolVersion version) {
        var server = new ScriptedServer(lasting(version));
        Answer<MqttConnected> answer = server.connect(false);
        server.received();
        server.sends(connack(version, true));
        assertFailed(answer, ReasonCode.UNSPECIFIED_ERROR, "this client knows nothing of");
        assertThat(server.received()).containsExactly("E0 00");
        assertThat(server.isClosed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    void aSessionThatThisClientDoesNotKnowIsTakenByOption(ProtocolVersion version) {
        var server = new ScriptedServer(lasting(version).foreignSessionAccepted(true));
        Answer<MqttConnected> answer = server.connect(false);
        server.sends(connack(version, true));
        assertThat(Outcome.of(answer).sessionPresent()).isTrue();
        assertThat(server.isClosed()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    void aKnownSessionIsResumed(ProtocolVersion version) {
        var server = ScriptedServer.connected(version);
        Answer<MqttConnected> answer = server.reconnect(connack(version, true));
        assertThat(Outcome.of(answer).sessionPresent()).isTrue();
        assertThat(server.isClosed()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(names = {"MQTT_3_1_1", "MQTT_5"})
    void aSessionAfterCleanStartIsAFaultOfTheServer(ProtocolVersion version) {
        var server = new ScriptedServer(lasting(version).foreignSessionAccepted(true));
        Answer<MqttConnected> answer = server.connect(true);
        server.sends(connack(version, true));
        assertFailed(answer, ReasonCode.PROTOCOL_ERROR, "[MQTT-3.2.2-2]");
        assertThat(server.isClosed()).isTrue();
    }

    // ---- what does not come about ----

    @Test
    void noConnackInTimeEndsTheConnect() {
        var server = new ScriptedServer(lasting(MQTT_5).connectTimeout(Duration.ofSeconds(10)));
        Answer<MqttConnected> answer = server.connect(false);
        server.passes(9);
        assertThat(answer.isGiven()).isFalse();
        server.passes(1);
        assertFailed(answer, ReasonCode.SERVER_UNAVAILABLE, "did not answer CONNECT in 10000 ms");
        assertThat(server.isClosed()).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void aCloseBeforeConnackEndsTheConnect(ProtocolVersion version) {
        var server = new ScriptedServer(lasting(version));
        Answer<MqttConnected> answer = server.connect(false);
        server.cut();
        assertFailed(answer, ReasonCode.UNSPECIFIED_ERROR, "closed before CONNACK");
    }

    @Test
    void aSecondConnectMeanwhileFailsAndTheFirstGoesOn() {
        var server = new ScriptedServer(lasting(MQTT_5));
        server.connect(false);
        Answer<MqttConnected> second = server.connect(false);
        assertFailed(second, ReasonCode.UNSPECIFIED_ERROR, "connected already");
        assertThat(server.isClosed()).isTrue();
        assertThat(server.session.nanosToNext(server.nowNanos)).isNotEqualTo(KeepAlive.NEVER);
    }

    @Test
    void nothingIsSentWithoutAConnection() {
        var server = new ScriptedServer(lasting(MQTT_5));
        assertFailed(
                server.publish("t", "a", QoS.AT_LEAST_ONCE),
                ReasonCode.UNSPECIFIED_ERROR,
                "not connected");
        assertFailed(server.subscribe("t"), ReasonCode.UNSPECIFIED_ERROR, "not connected");
    }

    @ParameterizedTest
    @CsvSource({"MQTT_3_1, true", "MQTT_3_1, false", "MQTT_3_1_1, false"})
    void aClientIdentifierIsNeededWhereTheServerMayNotAssignOne(
            ProtocolVersion version, boolean cleanStart) {
        var options = lasting(version).clientIdentifier("").build();
        assertThatThrownBy(() -> options.connect("", cleanStart))
                .isInstanceOf(MqttException.class)
                .hasMessageContaining("needs a Client Identifier");
        assertThat(options.connect("c", cleanStart).clientIdentifier()).isEqualTo("c");
    }

    @Test
    void before5APasswordNeedsAUserName() {
        byte[] password = {1};
        for (ProtocolVersion old : new ProtocolVersion[] {MQTT_3_1, MQTT_3_1_1}) {
            assertThatThrownBy(() -> lasting(old).password(password).build())
                    .hasMessageContaining("needs a user name");
            assertThat(lasting(old).userName("u").password(password).build()).isNotNull();
        }
        assertThat(lasting(MQTT_5).password(password).build()).isNotNull();
    }

    @Test
    void whatNoServerCouldReadIsRefusedWhenItIsAskedFor() {
        assertThatThrownBy(() -> lasting(MQTT_5).userName("a\0b").build())
                .isInstanceOf(MqttException.class)
                .hasMessageContaining("U+0000");
        var options = lasting(MQTT_5).build();
        assertThatThrownBy(() -> options.connect("a\0b", true))
                .isInstanceOf(MqttException.class)
                .hasMessageContaining("U+0000");
    }

    @ParameterizedTest
    @EnumSource
    void passwordAndWillAreAtMost65535BytesLong(ProtocolVersion version) {
        for (int length : new int[] {65_535, 65_536}) {
            byte[] bytes = new byte[length];
            var password = lasting(version).userName("u").password(bytes);
            var will =
                    lasting(version)
                            .will(
                                    new Will(
                                            TopicName.of("w"),
                                            Payload.of(bytes),
                                            QoS.AT_MOST_ONCE,
                                            false,
                                            Properties.NONE));
            for (MqttOptions.Builder options : List.of(password, will)) {
                if (length == 65_535) {
                    assertThat(options.build().connect("c", false)).isNotNull();
                } else {
                    assertThatThrownBy(options::build)
                            .isInstanceOf(MqttException.class)
                            .hasMessageContaining("65535");
                }
            }
        }
    }

    @Test
    void anOptionOutOfRangeIsNamed() {
        assertThatThrownBy(() -> lasting(MQTT_5).receiveMaximum(0).build())
                .hasMessage("receiveMaximum is 1 to 65535, given was 0");
    }

    @ParameterizedTest
    @EnumSource(names = {"SERVER_SHUTTING_DOWN", "BAD_AUTHENTICATION_METHOD", "GRANTED_QOS_1"})
    void whatOnlyServersSayIsNotSaidInDisconnect(ReasonCode code) {
        try (var client = new MqttClient(lasting(MQTT_5).build())) {
            client.disconnect(ReasonCode.DISCONNECT_WITH_WILL_MESSAGE);
            assertThatThrownBy(() -> client.disconnect(code))
                    .isInstanceOf(MqttException.class)
                    .hasMessage("a client's DISCONNECT does not say " + code);
        }
    }

    @Test
    void optionsKeepThePasswordToThemselves() {
        byte[] password = "cerrojo".getBytes(StandardCharsets.UTF_8);
        var options = lasting(MQTT_5).userName("u").password(password).build();
        assertThat(options.toString()).contains("hidden").doesNotContain("cerrojo");
    }
}
