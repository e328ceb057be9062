package org.vencejo.core;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Unsubscribe;
import org.vencejo.protocol.Will;

/// The packets that tests of the core send, written short.
final class Packets {
    private Packets() {}

    /// 5.0, Clean Start 0, Keep Alive 60.
    static Connect connect(String clientIdentifier, long expirySeconds) {
        return new Connect(
                ProtocolVersion.MQTT_5,
                clientIdentifier,
                false,
                60,
                null,
                null,
                null,
                Properties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, expirySeconds));
    }

    /// 3.1 or 3.1.1, Keep Alive 60.
    static Connect connect3(ProtocolVersion version, String clientIdentifier, boolean clean) {
        return new Connect(version, clientIdentifier, clean, 60, null, null, null, Properties.NONE);
    }

    static Connect cleanStart(Connect connect) {
        return Change.of(connect, "cleanStart", true);
    }

    static Connect with(Connect connect, Property property, long number) {
        return Change.of(connect, "properties", connect.properties().with(property, number));
    }

    static Connect with(Connect connect, Property property, String text) {
        return Change.of(connect, "properties", connect.properties().with(property, text));
    }

    static Connect with(Connect connect, Will will) {
        return Change.of(connect, "will", will);
    }

    static Will will(String topic, QoS qos, long delaySeconds) {
        return new Will(
                TopicName.of(topic),
                Payload.of("will"),
                qos,
                false,
                delaySeconds == 0
                        ? Properties.NONE
                        : Properties.NONE.with(Property.WILL_DELAY_INTERVAL, delaySeconds));
    }

    static Publish publish(String topic, QoS qos, int identifier) {
        return publish(topic, qos, identifier, "21.5");
    }

    static Publish publish(String topic, QoS qos, int identifier, String payload) {
        return new Publish(
                TopicName.of(topic),
                Payload.of(payload),
                qos,
                false,
                false,
                identifier,
                Properties.NONE);
    }

    static Publish retained(String topic, QoS qos, int identifier, String payload) {
        return Change.of(publish(topic, qos, identifier, payload), "retain", true);
    }

    static Publish with(Publish publish, Property property, long number) {
        return publish.with(publish.topicName(), publish.properties().with(property, number));
    }

    static Subscribe subscribe(String filter, QoS qos) {
        return subscribe(1, Subscription.of(filter, qos));
    }

    static Subscribe subscribe(int identifier, Subscription... subscriptions) {
        return new Subscribe(identifier, List.of(subscriptions), Properties.NONE);
    }

    static Subscribe with(Subscribe subscribe, int subscriptionIdentifier) {
        return new Subscribe(
                subscribe.packetIdentifier(),
                subscribe.subscriptions(),
                Properties.NONE.with(Property.SUBSCRIPTION_IDENTIFIER, subscriptionIdentifier));
    }

    static Unsubscribe unsubscribe(int identifier, String filter) {
        return new Unsubscribe(identifier, List.of(TopicFilter.of(filter)), Properties.NONE);
    }

    static Puback puback(int identifier) {
        return new Puback(identifier, ReasonCode.SUCCESS);
    }

    static Pubrec pubrec(int identifier) {
        return new Pubrec(identifier, ReasonCode.SUCCESS);
    }

    static Pubrel pubrel(int identifier) {
        return new Pubrel(identifier, ReasonCode.SUCCESS);
    }

    static Pubcomp pubcomp(int identifier) {
        return new Pubcomp(identifier, ReasonCode.SUCCESS);
    }

    static String text(Publish publish) {
        return new String(publish.payload().toByteArray(), StandardCharsets.UTF_8);
    }
}
