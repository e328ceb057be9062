package org.vencejo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.client.Outcome.assertFailed;
import static org.vencejo.client.ScriptedServer.connack;
import static org.vencejo.client.ScriptedServer.lasting;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_5;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

class SubscribeTest {
    @ParameterizedTest
    @CsvSource({
        "MQTT_3_1,   82 06 00 01 00 01 61 02,    90 03 00 01 01",
        "MQTT_3_1_1, 82 06 00 01 00 01 61 02,    90 03 00 01 01",
        "MQTT_5,     82 07 00 01 00 00 01 61 02, 90 04 00 01 00 01"
    })
    void subackSaysWhatWasGranted(ProtocolVersion version, String subscribe, String suback) {
        var server = ScriptedServer.connected(version);
        Answer<List<ReasonCode>> answer = server.subscribe("a");
        assertThat(server.received()).containsExactly(subscribe);
        assertThat(answer.isGiven()).isFalse();
        server.sends(suback);
        assertThat(Outcome.of(answer)).containsExactly(ReasonCode.GRANTED_QOS_1);
    }

    @ParameterizedTest
    @CsvSource({
        "MQTT_3_1,   A2 05 00 01 00 01 61,    B0 02 00 01,       SUCCESS",
        "MQTT_3_1_1, A2 05 00 01 00 01 61,    B0 02 00 01,       SUCCESS",
        "MQTT_5,     A2 06 00 01 00 00 01 61, B0 04 00 01 00 11, NO_SUBSCRIPTION_EXISTED"
    })
    void unsubackEndsUnsubscribe(
            ProtocolVersion version, String unsubscribe, String unsuback, ReasonCode code) {
        var server = ScriptedServer.connected(version);
        Answer<List<ReasonCode>> answer = server.unsubscribe("a");
        assertThat(server.received()).containsExactly(unsubscribe);
        server.sends(unsuback);
        assertThat(Outcome.of(answer)).containsExactly(code);
    }

    @Test
    void eachFilterHasItsOwnCode() {
        var server = ScriptedServer.connected(MQTT_5);
        Answer<List<ReasonCode>> answer = server.subscribe("a", "b");
        server.sends("90 05 00 01 00 87 02");
        assertThat(Outcome.of(answer))
                .containsExactly(ReasonCode.NOT_AUTHORIZED, ReasonCode.GRANTED_QOS_2);
    }

    @Test
    void answersMayComeInAnyOrder() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        Answer<List<ReasonCode>> first = server.subscribe("a");
        Answer<List<ReasonCode>> second = server.unsubscribe("b");
        server.sends("B0 02 00 02");
        assertThat(Outcome.of(second)).hasSize(1);
        assertThat(first.isGiven()).isFalse();
        server.sends("90 03 00 01 00");
        assertThat(Outcome.of(first)).containsExactly(ReasonCode.SUCCESS);
    }

    @ParameterizedTest
    @EnumSource
    void aLostConnectionFailsTheRequestAndNothingIsSentAgain(ProtocolVersion version) {
        var server = ScriptedServer.connected(version);
        Answer<List<ReasonCode>> subscribed = server.subscribe("a");
        Answer<List<ReasonCode>> unsubscribed = server.unsubscribe("b");
        server.reconnect(connack(version, version != ProtocolVersion.MQTT_3_1));
        assertFailed(subscribed, ReasonCode.UNSPECIFIED_ERROR, "lost: cut by the test");
        assertFailed(unsubscribed, ReasonCode.UNSPECIFIED_ERROR, "lost: cut by the test");
        assertThat(server.received()).isEmpty();
        server.sends(version.isMqtt5() ? "90 04 00 01 00 00" : "90 03 00 01 00"); // too late
        assertThat(server.isClosed()).isFalse();
    }

    @Test
    void requestsAndMessagesShareTheIdentifiers() {
        var server = ScriptedServer.connected(MQTT_3_1_1);
        server.publish("t", "a", QoS.AT_LEAST_ONCE);
        server.subscribe("a");
        server.publish("t", "b", QoS.EXACTLY_ONCE);
        server.unsubscribe("a");
        assertThat(server.received())
                .containsExactly(
                        "32 06 00 01 74 00 01 61",
                        "82 06 00 02 00 01 61 02",
                        "34 06 00 01 74 00 03 62",
                        "A2 05 00 04 00 01 61");
    }

    @Test
    void theEndByTheApplicationIsToldToo() {
        var server = ScriptedServer.connected(lasting(MQTT_5), connack(MQTT_5, false));
        Answer<List<ReasonCode>> answer = server.subscribe("a");
        server.received();
        server.session.disconnect(ReasonCode.SUCCESS, server.nowNanos);
        assertThat(server.received()).containsExactly("E0 00");
        assertThat(server.isClosed()).isTrue();
        assertFailed(answer, ReasonCode.SUCCESS, "the application ended the connection");
    }
}
