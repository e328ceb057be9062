package org.vencejo.client;

import org.vencejo.core.session.PacketIdentifiers;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;

/// What the server takes, as its CONNACK says (3.2.2.3): checked here, so that the application
/// hears of a limit before the server cuts the connection over it (D9, U5-38). Immutable.
record ServerLimits(
        ProtocolVersion version,
        QoS maximumQoS,
        boolean retainAvailable,
        long maximumPacketSize,
        int receiveMaximum,
        int topicAliasMaximum,
        boolean wildcardSubscriptionAvailable,
        boolean subscriptionIdentifierAvailable,
        boolean sharedSubscriptionAvailable) {

    /// The limits in the properties of a CONNACK; before 5.0 it has none, and so no limits.
    static ServerLimits of(ProtocolVersion version, Properties connack) {
        return new ServerLimits(
                version,
                QoS.of((int) connack.number(Property.MAXIMUM_QOS, 2)),
                connack.flag(Property.RETAIN_AVAILABLE, true),
                connack.number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE),
                (int) connack.number(Property.RECEIVE_MAXIMUM, PacketIdentifiers.MAX),
                (int) connack.number(Property.TOPIC_ALIAS_MAXIMUM, 0),
                connack.flag(Property.WILDCARD_SUBSCRIPTION_AVAILABLE, true),
                connack.flag(Property.SUBSCRIPTION_IDENTIFIER_AVAILABLE, true),
                connack.flag(Property.SHARED_SUBSCRIPTION_AVAILABLE, true));
    }

    /// @throws MqttException if the server does not take `publish`
    void require(Publish publish) {
        if (publish.qos().compareTo(maximumQoS) > 0) { // [MQTT-3.2.2-11]
            throw new MqttException(
                    ReasonCode.QOS_NOT_SUPPORTED,
                    "the server takes messages up to QoS "
                            + maximumQoS.value()
                            + ", given was QoS "
                            + publish.qos().value());
        }
        if (publish.retain() && !retainAvailable) { // [MQTT-3.2.2-14]
            throw new MqttException(
                    ReasonCode.RETAIN_NOT_SUPPORTED,
                    "the server retains no messages, given was one to be retained");
        }
        // With its whole name, as that is how it would have to be sent again (B23).
        requireSize(PacketEncoder.publishSize(publish, version, 0));
    }

    /// @throws MqttException if the server does not take `subscribe`
    void require(Subscribe subscribe) {
        if (subscribe.properties().has(Property.SUBSCRIPTION_IDENTIFIER)
                && !subscriptionIdentifierAvailable) {
            throw new MqttException(
                    ReasonCode.SUBSCRIPTION_IDENTIFIERS_NOT_SUPPORTED,
                    "the server has no Subscription Identifiers, given was one");
        }
        for (Subscription subscription : subscribe.subscriptions()) {
            require(subscription);
        }
        requireSize(subscribe);
    }

    private void require(Subscription subscription) {
        if (subscription.topicFilter().isShared() && !sharedSubscriptionAvailable) {
            throw new MqttException(
                    ReasonCode.SHARED_SUBSCRIPTIONS_NOT_SUPPORTED,
                    "the server has no Shared Subscriptions, given was "
                            + subscription.topicFilter());
        }
        if (subscription.topicFilter().hasWildcard() && !wildcardSubscriptionAvailable) {
            throw new MqttException(
                    ReasonCode.WILDCARD_SUBSCRIPTIONS_NOT_SUPPORTED,
                    "the server has no subscriptions with wildcards, given was "
                            + subscription.topicFilter());
        }
    }

    /// @throws MqttException if `packet` is larger than the server takes
    void requireSize(Packet packet) {
        requireSize(PacketEncoder.size(packet, version));
    }

    private void requireSize(int size) {
        if (size > maximumPacketSize) { // [MQTT-3.2.2-15]
            throw new MqttException(
                    ReasonCode.PACKET_TOO_LARGE,
                    "the server takes packets of up to "
                            + maximumPacketSize
                            + " bytes, given was one of "
                            + size);
        }
    }
}
