package org.vencejo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.client.Outcome.assertFailed;
import static org.vencejo.client.ScriptedServer.lasting;
import static org.vencejo.protocol.ProtocolVersion.MQTT_5;

import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// Enhanced authentication again, on a connection that is open (4.12.1), as the client speaks it.
class ReauthenticationTest {
    private static final String METHOD = "15 00 01 4D ";

    private static final String MORE = "F0 0A 18 08 " + METHOD + "16 00 01 61";
    private static final String ANSWER = "F0 0A 18 08 15 00 01 4D 16 00 01 41";
    private static final String CONNACK = "20 0B 00 00 08 " + METHOD + "16 00 01 7A";
    private static final String AGAIN = "F0 0A 19 08 15 00 01 4D 16 00 01 66";
    private static final String DONE = "F0 0A 00 08 " + METHOD + "16 00 01 7A";

    private final ScriptedMechanism mechanism = new ScriptedMechanism();
    private final ScriptedServer server =
            new ScriptedServer(lasting(MQTT_5).authentication(mechanism).inboxMessagesMax(2));

    private void connected() {
        connected(CONNACK);
    }

    private void connected(String connack) {
        server.connect(false);
        server.sends(connack);
        assertThat(server.session.isConnected()).isTrue();
        server.received();
        mechanism.heard.clear();
    }

    @Test
    void aClientAuthenticatesAgainWhileAllElseGoesOn() {
        connected();
        Answer<Properties> answer = server.reauthenticate();
        assertThat(server.received()).containsExactly(AGAIN);
        server.sends("30 05 00 01 74 00 78");
        assertThat(server.take()).isEqualTo("x");
        server.sends(MORE);
        assertThat(server.received()).containsExactly(ANSWER);
        server.publish("t", "y", QoS.AT_MOST_ONCE);
        assertThat(server.received()).hasSize(1);
        assertThat(answer.isGiven()).isFalse();
        server.sends(DONE);
        assertThat(Outcome.of(answer).binary(Property.AUTHENTICATION_DATA)).containsExactly('z');
        assertThat(mechanism.heard).containsExactly("begins", "a", "accepted z");
        server.reauthenticate();
        assertThat(server.received()).containsExactly(AGAIN);
        assertThat(server.isClosed()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "AUTH without the method | F0 00                   | MQTT-4.12.0-5",
                "AUTH with another       | F0 06 18 04 15 00 01 4E | MQTT-4.12.0-5",
                "the end with another    | F0 06 00 04 15 00 01 4E | MQTT-4.12.0-5",
                "AUTH of a client        | F0 06 19 04 15 00 01 4D | MQTT-3.15.2-1",
                "CONNACK                 | 20 07 00 00 04 15 00 01 4D | MQTT-3.2.0-2",
            })
    void whatDoesNotFitEndsAnOpenConnectionToo(String what, String bytes, String statement) {
        connected();
        Answer<Properties> answer = server.reauthenticate();
        server.received();
        server.sends(bytes);
        assertThat(server.received()).as(what).containsExactly("E0 01 82");
        assertThat(server.isClosed()).isTrue();
        assertFailed(answer, ReasonCode.PROTOCOL_ERROR, statement);
    }

    @ParameterizedTest
    @CsvSource({"F0 06 18 04 15 00 01 4D", "F0 06 00 04 15 00 01 4D"})
    void aServerDoesNotBeginByItself(String bytes) {
        connected();
        server.sends(bytes);
        assertThat(server.received()).containsExactly("E0 01 82");
        assertThatThrownBy(server::take).hasMessageContaining("[MQTT-4.12.1-1]");

        connected();
        server.mechanismWaits = true;
        Answer<Properties> early = server.reauthenticate();
        server.sends(bytes);
        assertThat(server.received()).as("before AUTH 0x19").containsExactly("E0 01 82");
        assertFailed(early, ReasonCode.PROTOCOL_ERROR, "[MQTT-4.12.1-1]");
    }

    @Test
    void aRefusalOrALossIsTheEndOfIt() {
        connected();
        Answer<Properties> refused = server.reauthenticate();
        server.sends("E0 01 87");
        assertFailed(
                refused, ReasonCode.NOT_AUTHORIZED, "the server ended the connection: NOT_AUTH");
        connected();
        Answer<Properties> lost = server.reauthenticate();
        server.cut();
        assertFailed(lost, ReasonCode.UNSPECIFIED_ERROR, "the connection was lost");
        assertFailed(server.reauthenticate(), ReasonCode.UNSPECIFIED_ERROR, "was lost");
    }

    @Test
    void onceAtATimeIsEnough() {
        connected();
        Answer<Properties> first = server.reauthenticate();
        assertFailed(
                server.reauthenticate(),
                ReasonCode.UNSPECIFIED_ERROR,
                "authenticating again already");
        server.sends(DONE);
        assertThat(Outcome.of(first)).isNotNull();
    }

    /// What it says when nobody waits any more is not taken for the next one's word.
    @Test
    void aMechanismThatTakesTooLongIsGivenUpAndTheConnectionGoesOn() {
        connected();
        server.mechanismWaits = true;
        Answer<Properties> slow = server.reauthenticate();
        Runnable late = server.lateMechanism();
        server.passes(9);
        assertThat(slow.isGiven()).isFalse();
        server.passes(1);
        assertFailed(
                slow,
                ReasonCode.SERVER_UNAVAILABLE,
                "the authentication by M did not go on in 10000 ms");
        assertThat(server.isClosed()).isFalse();

        Answer<Properties> next = server.reauthenticate();
        late.run();
        assertThat(server.received()).as("this one has not spoken yet").isEmpty();
        server.mechanismSpeaks();
        assertThat(server.received()).containsExactly(AGAIN);
        server.sends(DONE);
        assertThat(next.isGiven()).isTrue();
        server.passes(60);
        assertThat(server.isClosed()).isFalse();
    }

    @Test
    void aServerThatDoesNotAnswerIsLeft() {
        connected();
        Answer<Properties> answer = server.reauthenticate();
        server.received();
        server.passes(9);
        assertThat(server.isClosed()).isFalse();
        server.passes(1);
        assertFailed(
                answer,
                ReasonCode.SERVER_UNAVAILABLE,
                "the server did not answer AUTH in 10000 ms");
        assertThat(server.received()).containsExactly("E0 01 80");
        assertThat(server.isClosed()).isTrue();
    }

    @Test
    void whoHasNoMechanismHasNothingToAuthenticateBy() {
        var plain = ScriptedServer.connected(MQTT_5);
        assertFailed(
                plain.reauthenticate(),
                ReasonCode.BAD_AUTHENTICATION_METHOD,
                "nothing to authenticate again by");
        assertThat(plain.received()).isEmpty();
        assertThat(plain.isClosed()).isFalse();
    }

    @Test
    void whatHasNotBegunCostsNoConnection() {
        connected();
        mechanism.atFirst = new IOException("no token");
        assertFailed(server.reauthenticate(), ReasonCode.UNSPECIFIED_ERROR, "no token");
        assertThat(server.received()).isEmpty();
        assertThat(server.isClosed()).isFalse();

        mechanism.atFirst = null;
        Answer<Properties> next = server.reauthenticate();
        assertThat(server.received()).containsExactly(AGAIN);
        mechanism.atNext = new IOException("no card");
        server.sends(MORE);
        assertFailed(next, ReasonCode.UNSPECIFIED_ERROR, "no card");
        assertThat(server.received()).containsExactly("E0 01 80");
        assertThat(server.isClosed()).isTrue();
    }

    @Test
    void aServerThatIsNotTheOneAnyMoreIsLeft() {
        connected();
        Answer<Properties> answer = server.reauthenticate();
        server.received();
        mechanism.atEnd = new MqttException(ReasonCode.NOT_AUTHORIZED, "not the server");
        server.sends(DONE);
        assertFailed(answer, ReasonCode.NOT_AUTHORIZED, "not the server");
        assertThat(server.received()).containsExactly("E0 01 80");
        assertThat(server.isClosed()).isTrue();
    }

    @Test
    void moreThanTheServerTakesIsNotSent() {
        connected("20 10 00 00 0D 27 00 00 00 0C " + METHOD + "16 00 01 7A"); // 12 bytes
        mechanism.first = new byte[2]; // 13
        assertFailed(server.reauthenticate(), ReasonCode.PACKET_TOO_LARGE, "up to 12 bytes");
        assertThat(server.isClosed()).isFalse();
        mechanism.first = new byte[] {'f'};
        server.reauthenticate();
        assertThat(server.received()).containsExactly(AGAIN);
    }

    @Test
    void anAnswerIsReadHoweverMuchWaitsToBeTaken() {
        connected();
        server.sends("30 05 00 01 74 00 78 30 05 00 01 74 00 79");
        assertThat(server.isReadingPaused()).isTrue();
        Answer<Properties> answer = server.reauthenticate();
        assertThat(server.isReadingPaused()).isFalse();
        server.sends(DONE);
        assertThat(answer.isGiven()).isTrue();
        assertThat(server.isReadingPaused()).isTrue();
    }
}
