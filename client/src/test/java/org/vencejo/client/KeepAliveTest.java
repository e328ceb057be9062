package org.vencejo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.client.ScriptedServer.connack;
import static org.vencejo.client.ScriptedServer.lasting;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1_1;
import static org.vencejo.protocol.ProtocolVersion.MQTT_5;

import org.junit.jupiter.api.Test;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

class KeepAliveTest {
    private static final String PINGREQ = "C0 00";
    private static final String PINGRESP = "D0 00";

    private static ScriptedServer withKeepAlive(int seconds) {
        return ScriptedServer.connected(
                lasting(MQTT_3_1_1).keepAlive(seconds), connack(MQTT_3_1_1, false));
    }

    @Test
    void anIdleClientPingsWithinTheInterval() {
        var server = withKeepAlive(10);
        server.passes(8);
        assertThat(server.received()).isEmpty();
        server.passes(1);
        assertThat(server.received()).containsExactly(PINGREQ);
        server.sends(PINGRESP);
        server.passes(9);
        assertThat(server.received()).containsExactly(PINGREQ);
    }

    @Test
    void whoSendsNeedNotPing() {
        var server = withKeepAlive(10);
        for (int round = 0; round < 5; round++) {
            server.passes(8);
            server.publish("t", "a", QoS.AT_MOST_ONCE);
        }
        assertThat(server.received()).hasSize(5).doesNotContain(PINGREQ);
    }

    @Test
    void whatTheServerSendsDoesNotStandForAPing() {
        var server = withKeepAlive(10);
        for (int second = 0; second < 9; second++) {
            server.passes(1);
            server.sends("30 04 00 01 74 61");
        }
        assertThat(server.received()).containsExactly(PINGREQ);
    }

    @Test
    void aMissingPingrespEndsTheConnection() {
        var server = withKeepAlive(10);
        server.passes(9);
        server.passes(9);
        assertThat(server.isClosed()).isFalse();
        server.passes(1);
        assertThat(server.isClosed()).isTrue();
        assertThatThrownBy(server::take)
                .isInstanceOfSatisfying(
                        MqttException.class,
                        e -> assertThat(e.reasonCode()).isEqualTo(ReasonCode.KEEP_ALIVE_TIMEOUT));
    }

    @Test
    void aServerThatSendsIsNotGone() {
        var server = withKeepAlive(10);
        for (int second = 0; second < 60; second++) {
            server.passes(1);
            server.sends("30 04 00 01 74 61");
        }
        assertThat(server.isClosed()).isFalse();
        server.passes(10);
        assertThat(server.isClosed()).isTrue();
    }

    @Test
    void keepAliveZeroNeverPings() {
        var server = withKeepAlive(0);
        assertThat(server.session.nanosToNext(server.nowNanos)).isEqualTo(KeepAlive.NEVER);
        server.passes(100);
        assertThat(server.received()).isEmpty();
        assertThat(server.isClosed()).isFalse();
    }

    @Test
    void theServersKeepAliveIsKept() {
        var server =
                ScriptedServer.connected(lasting(MQTT_5).keepAlive(60), "20 06 00 00 03 13 00 02");
        server.passes(2);
        assertThat(server.received()).containsExactly(PINGREQ);
        server.passes(2);
        assertThat(server.isClosed()).isTrue();
    }

    @Test
    void whileWeDoNotReadNoPingrespIsMissed() {
        var server =
                ScriptedServer.connected(
                        lasting(MQTT_3_1_1).keepAlive(10).inboxMessagesMax(1),
                        connack(MQTT_3_1_1, false));
        server.sends("30 04 00 01 74 61");
        assertThat(server.isReadingPaused()).isTrue();
        server.passes(100);
        assertThat(server.received()).as("the server must not miss us").hasSize(11);
        assertThat(server.isClosed()).isFalse();
        server.take();
        assertThat(server.isReadingPaused()).isFalse();
        server.passes(9);
        assertThat(server.isClosed()).as("time to read PINGRESP").isFalse();
        server.passes(1);
        assertThat(server.isClosed()).isTrue();
    }
}
