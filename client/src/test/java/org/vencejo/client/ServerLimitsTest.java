package org.vencejo.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.client.Outcome.assertFailed;
import static org.vencejo.client.ScriptedServer.lasting;
import static org.vencejo.protocol.ProtocolVersion.MQTT_5;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscription;

/// What CONNACK forbids fails here, and nothing of it is sent (D9, U5-38).
class ServerLimitsTest {
    private static ScriptedServer withLimit(String property) {
        int length = (property.length() + 1) / 3;
        String connack = String.format("20 %02X 00 00 %02X %s", length + 3, length, property);
        return ScriptedServer.connected(lasting(MQTT_5), connack);
    }

    @Test
    void maximumQoS() {
        var server = withLimit("24 01");
        assertFailed(
                server.publish("t", "a", QoS.EXACTLY_ONCE),
                ReasonCode.QOS_NOT_SUPPORTED,
                "up to QoS 1, given was QoS 2");
        assertThat(server.received()).isEmpty();
        server.publish("t", "a", QoS.AT_LEAST_ONCE);
        assertThat(server.received()).hasSize(1);
    }

    @Test
    void retainAvailable() {
        var server = withLimit("25 00");
        assertFailed(
                server.publish(MqttMessage.of("t", "a", QoS.AT_MOST_ONCE).retained()),
                ReasonCode.RETAIN_NOT_SUPPORTED,
                "retains no messages");
        assertThat(server.received()).isEmpty();
        server.publish(MqttMessage.of("t", "a", QoS.AT_MOST_ONCE));
        assertThat(server.received()).hasSize(1);
    }

    @Test
    void maximumPacketSize() {
        var server = withLimit("27 00 00 00 0A");
        assertFailed(
                server.publish("t", "12345", QoS.AT_LEAST_ONCE),
                ReasonCode.PACKET_TOO_LARGE,
                "up to 10 bytes, given was one of 13");
        assertFailed(server.subscribe("abcde"), ReasonCode.PACKET_TOO_LARGE, "given was one of 13");
        assertFailed(
                server.unsubscribe("abcde"), ReasonCode.PACKET_TOO_LARGE, "given was one of 12");
        assertThat(server.received()).isEmpty();
        server.publish("t", "12", QoS.AT_LEAST_ONCE);
        assertThat(server.received()).as("as large as allowed").hasSize(1);
    }

    @Test
    void wildcardSubscriptionAvailable() {
        var server = withLimit("28 00");
        assertFailed(
                server.subscribe("a/#"),
                ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED,
                "given was a/#");
        assertThat(server.received()).isEmpty();
        server.subscribe("a");
        assertThat(server.received()).hasSize(1);
    }

    @Test
    void sharedSubscriptionAvailable() {
        var server = withLimit("2A 00");
        assertFailed(
                server.subscribe("$share/g/a"),
                ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
                "given was $share/g/a");
        assertThat(server.received()).isEmpty();
        server.subscribe("a");
        assertThat(server.received()).hasSize(1);
    }

    @Test
    void subscriptionIdentifierAvailable() {
        var server = withLimit("29 00");
        var answer = new Answer<List<ReasonCode>>();
        var identified = Properties.NONE.with(Property.SUBSCRIPTION_IDENTIFIER, 7);
        var subscriptions = List.of(Subscription.of("a", QoS.AT_MOST_ONCE));
        server.session.subscribe(subscriptions, identified, answer, server.nowNanos);
        assertFailed(
                answer, ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED, "has no Subscription");
        assertThat(server.received()).isEmpty();
        server.subscribe("a");
        assertThat(server.received()).hasSize(1);
    }

    @Test
    void aMessageThatTheServerHasBecomeTooSmallForIsGivenUpOnResume() {
        var server = ScriptedServer.connected(MQTT_5);
        server.publish("t", "1234567890", QoS.AT_LEAST_ONCE);
        server.publish("t", "1", QoS.AT_LEAST_ONCE);
        server.reconnect("20 08 01 00 05 27 00 00 00 0A");
        assertThat(server.received()).containsExactly("3A 07 00 01 74 00 02 00 31");
        assertThat(server.session.accounting().balances()).isTrue();
    }

    // ---- what no server takes ----

    @Test
    void aMessageThatNoServerTakesIsRefusedBeforeItIsOne() {
        assertRefused(MqttMessage.of("a/+", "x", QoS.AT_MOST_ONCE), "no wildcard");
        assertRefused(MqttMessage.of("", "x", QoS.AT_MOST_ONCE), "at least one character");
        assertRefused(MqttMessage.of("$share/g/t", "x", QoS.AT_MOST_ONCE), "$share/");
        var message = MqttMessage.of("t", "x", QoS.AT_MOST_ONCE);
        assertRefused(
                message.with(Properties.NONE.with(Property.RESPONSE_TOPIC, "a/#")),
                "Response Topic");
        assertRefused(message.with(Properties.NONE.with(Property.TOPIC_ALIAS, 1)), "Topic Aliases");
        assertRefused(
                message.with(Properties.NONE.with(Property.SUBSCRIPTION_IDENTIFIER, 1)),
                "Subscription Identifier");
        assertThat(message.with(Properties.NONE.with(Property.RESPONSE_TOPIC, "a/b")).toPublish())
                .isNotNull();
    }

    private static void assertRefused(MqttMessage message, String why) {
        assertThatThrownBy(message::toPublish)
                .isInstanceOf(MqttException.class)
                .hasMessageContaining(why);
    }
}
