package org.vencejo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.client.Outcome.assertFailed;
import static org.vencejo.client.ScriptedServer.lasting;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_5;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ReasonCode;

/// Enhanced authentication (4.12) as the client speaks it in CONNECT. The method is M, its data are
/// letters: f comes first, what the server says is answered in capitals.
class AuthenticationTest {
    private static final String METHOD = "15 00 01 4D ";

    private static final String CONNECT =
            "10 26 00 04 4D 51 54 54 05 00 00 00 18 11 00 00 00 3C 15 00 01 4D 16 00 01 66"
                    + " 21 03 E8 22 00 40 27 01 00 00 00 00 01 63";
    private static final String MORE = "F0 0A 18 08 " + METHOD + "16 00 01 61";
    private static final String ANSWER = "F0 0A 18 08 15 00 01 4D 16 00 01 41";
    private static final String CONNACK = "20 0B 00 00 08 " + METHOD + "16 00 01 7A";
    private static final String AGAIN = "F0 0A 19 08 15 00 01 4D 16 00 01 66";

    private final ScriptedMechanism mechanism = new ScriptedMechanism();
    private final ScriptedServer server =
            new ScriptedServer(
                    lasting(MQTT_5)
                            .authentication(mechanism)
                            .connectTimeout(Duration.ofSeconds(10)));

    private Answer<MqttConnected> asked() {
        Answer<MqttConnected> answer = server.connect(false);
        server.received();
        return answer;
    }

    // ---- CONNECT ----

    @Test
    void anExchangeGoesOnUntilConnack() {
        Answer<MqttConnected> answer = server.connect(false);
        assertThat(server.received()).containsExactly(CONNECT);
        server.sends(MORE);
        assertThat(server.received()).containsExactly(ANSWER);
        server.sends(MORE.replace("61", "62"));
        assertThat(server.received()).containsExactly(ANSWER.replace("41", "42"));
        assertThat(answer.isGiven()).isFalse();
        server.sends(CONNACK);
        assertThat(Outcome.of(answer).sessionPresent()).isFalse();
        assertThat(mechanism.heard).containsExactly("begins", "a", "b", "accepted z");
        assertThat(server.isClosed()).isFalse();
    }

    @Test
    void noDataIsAnAnswerAsWell() {
        mechanism.first = null;
        Answer<MqttConnected> answer = server.connect(false);
        assertThat(server.received()).singleElement().asString().contains(METHOD + "21 03 E8");
        server.sends("F0 06 18 04 " + METHOD);
        assertThat(server.received()).containsExactly("F0 06 18 04 " + METHOD.strip());
        server.sends("20 07 00 00 04 " + METHOD);
        assertThat(answer.isGiven()).isTrue();
        assertThat(mechanism.heard).containsExactly("begins", "nothing", "accepted nothing");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CONNACK without the method  | 20 03 00 00 00                       | MQTT-4.12.0-5",
                "CONNACK with another        | 20 07 00 00 04 15 00 01 4E           | MQTT-4.12.0-5",
                "AUTH without the method     | F0 02 18 00                          | MQTT-4.12.0-5",
                "AUTH with nothing           | F0 00                                | MQTT-4.12.0-2",
                "AUTH with another           | F0 06 18 04 15 00 01 4E              | MQTT-4.12.0-5",
                "AUTH that ends it           | F0 06 00 04 15 00 01 4D              | MQTT-4.12.0-2",
                "AUTH of a client            | F0 06 19 04 15 00 01 4D              | MQTT-3.15.2-1",
                "AUTH with data alone        | F0 06 18 04 16 00 01 61              | U5-9",
                "a packet of a connected one | D0 00                                | MQTT-3.2.0-1",
            })
    void whatDoesNotFitEndsTheConnection(String what, String bytes, String statement) {
        Answer<MqttConnected> answer = asked();
        server.sends(bytes);
        assertThat(server.received()).as(what).containsExactly("E0 01 82");
        assertThat(server.isClosed()).isTrue();
        assertFailed(answer, ReasonCode.PROTOCOL_ERROR, statement);
        assertThat(mechanism.heard).containsExactly("begins");

        Answer<MqttConnected> again = server.connect(false);
        server.sends(CONNACK);
        assertThat(Outcome.of(again).sessionPresent()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"F0 06 18 04 15 00 01 4D, AUTH", "20 07 00 00 04 15 00 01 4D, CONNACK"})
    void aServerWaitsForItsAnswer(String bytes, String packet) {
        Answer<MqttConnected> answer = asked();
        server.mechanismWaits = true;
        server.sends(MORE);
        server.sends(bytes);
        assertFailed(answer, ReasonCode.PROTOCOL_ERROR, packet + " before the client had its say");
        assertThat(server.received()).containsExactly("E0 01 82");
        server.mechanismSpeaks();
        assertThat(server.received()).isEmpty();
    }

    @Test
    void nothingIsSentBeforeConnect() {
        server.mechanismWaits = true;
        Answer<MqttConnected> answer = server.connect(false);
        server.sends(CONNACK);
        assertFailed(answer, ReasonCode.PROTOCOL_ERROR, "before the client had its say");
        assertThat(server.received()).isEmpty();
        assertThat(server.isClosed()).isTrue();
    }

    @Test
    void aRefusalIsTheServersWhenEverItComes() {
        Answer<MqttConnected> atOnce = asked();
        server.sends("20 03 00 8C 00");
        assertFailed(
                atOnce,
                ReasonCode.BAD_AUTHENTICATION_METHOD,
                "BAD_AUTHENTICATION_METHOD (0x8C); it was asked for M");
        Answer<MqttConnected> later = asked();
        server.sends(MORE);
        server.sends("20 03 00 86 00");
        assertFailed(later, ReasonCode.BAD_USER_NAME_OR_PASSWORD, "refused the connection");
        Answer<MqttConnected> meanwhile = asked();
        server.mechanismWaits = true;
        server.sends(MORE);
        server.sends("20 03 00 88 00");
        assertFailed(meanwhile, ReasonCode.SERVER_UNAVAILABLE, "refused the connection");
        assertThat(mechanism.heard).doesNotContain("accepted nothing");
    }

    // ---- the mechanism ----

    @Test
    void aMechanismWithoutWordsConnectsNobody() {
        mechanism.atFirst = new IOException("no token");
        Answer<MqttConnected> answer = server.connect(false);
        assertFailed(
                answer,
                ReasonCode.UNSPECIFIED_ERROR,
                "the authentication by M failed: java.io.IOException: no token");
        assertThat(server.received()).as("before CONNECT nothing is sent").isEmpty();
        assertThat(server.isClosed()).isTrue();
    }

    @Test
    void aMechanismThatBreaksOffTellsTheServer() {
        mechanism.atNext = new MqttException(ReasonCode.NOT_AUTHORIZED, "not with this one");
        Answer<MqttConnected> answer = asked();
        server.sends(MORE);
        assertFailed(answer, ReasonCode.NOT_AUTHORIZED, "not with this one");
        assertThat(server.received()).containsExactly("E0 01 80");
        assertThat(server.isClosed()).isTrue();
    }

    @Test
    void aServerThatDoesNotShowWhoItIsIsNotSpokenWith() {
        mechanism.atEnd = new MqttException(ReasonCode.NOT_AUTHORIZED, "not the server");
        Answer<MqttConnected> answer = asked();
        server.sends(CONNACK);
        assertFailed(answer, ReasonCode.NOT_AUTHORIZED, "not the server");
        assertThat(server.received()).containsExactly("E0 01 80");
        assertThat(server.isClosed()).isTrue();
        assertThat(server.session.isConnected()).isFalse();
        assertThatThrownBy(server::take).hasMessageContaining("not connected");
    }

    @Test
    void dataThatNoPacketHoldsAreNotSent() {
        mechanism.first = new byte[65_536];
        assertFailed(server.connect(false), ReasonCode.PROTOCOL_ERROR, "65535");
        assertThat(server.received()).isEmpty();
        mechanism.first = new byte[65_535];
        server.connect(false);
        assertThat(server.received()).hasSize(1);
    }

    @Test
    void whoTakesTooLongIsNamed() {
        server.mechanismWaits = true;
        Answer<MqttConnected> ours = server.connect(false);
        server.passes(9);
        assertThat(ours.isGiven()).isFalse();
        server.passes(1);
        assertFailed(
                ours,
                ReasonCode.SERVER_UNAVAILABLE,
                "the authentication by M did not go on in 10000 ms");
        server.mechanismWaits = false;
        Answer<MqttConnected> theirs = asked();
        server.passes(5);
        server.sends(MORE);
        server.passes(5);
        assertFailed(theirs, ReasonCode.SERVER_UNAVAILABLE, "did not answer CONNECT in 10000 ms");
    }

    @Test
    void eachConnectionBeginsAnewAndTheOldOneSaysNothing() {
        server.mechanismWaits = true;
        server.connect(false);
        Runnable late = server.lateMechanism();
        server.cut();
        server.connect(false);
        late.run();
        assertThat(server.received()).as("this one has not spoken yet").isEmpty();
        server.mechanismSpeaks();
        assertThat(server.received()).containsExactly(CONNECT);
        server.sends(CONNACK);
        assertThat(server.session.isConnected()).isTrue();
        assertThat(mechanism.heard).containsExactly("begins", "begins", "accepted z");
    }

    // ---- the options ----

    @Test
    void before5ThereIsNoAuthenticationByMethod() {
        for (ProtocolVersion old : new ProtocolVersion[] {MQTT_3_1, MQTT_3_1_1}) {
            assertThatThrownBy(() -> lasting(old).authentication(mechanism).build())
                    .isInstanceOf(MqttException.class)
                    .hasMessage("M needs MQTT 5.0, given was " + old);
        }
        assertThat(lasting(MQTT_5).authentication(mechanism).build()).isNotNull();
    }

    @Test
    void thereIsOneWayToSayIt() {
        for (Properties properties :
                List.of(
                        Properties.builder().put(Property.AUTHENTICATION_METHOD, "x").build(),
                        Properties.builder()
                                .put(Property.AUTHENTICATION_DATA, new byte[1])
                                .build())) {
            assertThatThrownBy(() -> lasting(MQTT_5).properties(properties).build())
                    .isInstanceOf(MqttException.class)
                    .hasMessageContaining("the option authentication");
        }
    }

    @Test
    void scramDoesNotSendThePasswordBesides() {
        byte[] password = "clave".getBytes(StandardCharsets.UTF_8);
        MqttOptions.Builder options =
                lasting(MQTT_5).authentication(MqttScram.sha256("ana", password));
        assertThat(options.build().toString())
                .contains("authentication=SCRAM-SHA-256")
                .doesNotContain("clave");
        assertThatThrownBy(() -> options.password(password).build())
                .isInstanceOf(MqttException.class)
                .hasMessageContaining("does not send the password");
        assertThat(lasting(MQTT_5).authentication(mechanism).password(password).build())
                .isNotNull();
    }

    // ---- tokens ----

    @Test
    void aTokenIsAskedForEachTime() {
        List<String> tokens = new ArrayList<>(List.of("t", "u"));
        var options =
                lasting(MQTT_5)
                        .authentication(
                                MqttToken.of(
                                        "M",
                                        () ->
                                                tokens.removeFirst()
                                                        .getBytes(StandardCharsets.UTF_8)));
        var to = new ScriptedServer(options);
        Answer<MqttConnected> answer = to.connect(false);
        assertThat(to.received()).containsExactly(CONNECT.replace("00 01 66", "00 01 74"));
        to.sends("20 07 00 00 04 " + METHOD);
        assertThat(answer.isGiven()).isTrue();
        Answer<Properties> again = to.reauthenticate();
        assertThat(to.received()).containsExactly(AGAIN.replace("66", "75"));
        to.sends("F0 06 00 04 " + METHOD);
        assertThat(again.isGiven()).isTrue();
        assertThat(options.build().authentication()).hasToString("MqttToken[M]");
        assertThat(MqttToken.jwt(() -> new byte[1]).method()).isEqualTo("OAUTH2-JWT");
    }

    @Test
    void aServerThatWantsMoreThanTheTokenGetsNothing() {
        var to =
                new ScriptedServer(
                        lasting(MQTT_5).authentication(MqttToken.of("M", () -> new byte[1])));
        Answer<MqttConnected> answer = to.connect(false);
        to.received();
        to.sends(MORE);
        assertFailed(answer, ReasonCode.NOT_AUTHORIZED, "wants more than the token");
        assertThat(to.received()).containsExactly("E0 01 80");
    }
}
