package org.vencejo.client;

import java.nio.charset.StandardCharsets;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// An Application Message, to be published or received. Immutable.
///
/// The properties are those that MQTT 5.0 gives a PUBLISH; before 5.0 they are not sent.
public record MqttMessage(
        String topicName, Payload payload, QoS qos, boolean retain, Properties properties) {

    /// A message of text, not to be retained.
    public static MqttMessage of(String topicName, String text, QoS qos) {
        return new MqttMessage(topicName, Payload.of(text), qos, false, Properties.NONE);
    }

    /// A message of bytes, which are copied; not to be retained.
    public static MqttMessage of(String topicName, byte[] bytes, QoS qos) {
        Payload payload = Payload.of(bytes.clone());
        return new MqttMessage(topicName, payload, qos, false, Properties.NONE);
    }

    /// This message, to be retained by the server.
    public MqttMessage retained() {
        return new MqttMessage(topicName, payload, qos, true, properties);
    }

    /// This message with these properties.
    public MqttMessage with(Properties others) {
        return new MqttMessage(topicName, payload, qos, retain, others);
    }

    /// The payload as text.
    public String text() {
        return new String(payload.toByteArray(), StandardCharsets.UTF_8);
    }

    /// Says now what publishing this would say before anything is sent.
    ///
    /// @throws MqttException if no server could take it
    public void requirePublishable() {
        toPublish();
    }

    static MqttMessage of(Publish publish) {
        return new MqttMessage(
                publish.topicName().toString(),
                publish.payload().stored(),
                publish.qos(),
                publish.retain(),
                publish.properties());
    }

    /// The PUBLISH of this message.
    ///
    /// @throws MqttException if no server could take it
    Publish toPublish() {
        try {
            TopicName name = TopicName.of(topicName);
            if (name.startsWithShare()) {
                throw new MqttException(
                        ReasonCode.TOPIC_NAME_INVALID,
                        "$share/ begins only Topic Filters, given was the Topic Name " + name);
            }
            requireOfClient();
            return new Publish(name, payload.stored(), qos, retain, false, 0, properties);
        } catch (ProtocolViolation violation) {
            throw MqttException.of(violation);
        }
    }

    private void requireOfClient() {
        if (properties.has(Property.SUBSCRIPTION_IDENTIFIER)) { // [MQTT-3.3.4-6]
            throw new MqttException(
                    ReasonCode.PROTOCOL_ERROR,
                    "a client's PUBLISH has no Subscription Identifier, given was one");
        }
        if (properties.has(Property.TOPIC_ALIAS)) {
            throw new MqttException(
                    ReasonCode.PROTOCOL_ERROR,
                    "the client chooses Topic Aliases by itself, given was one");
        }
        String responseTopic = properties.text(Property.RESPONSE_TOPIC);
        if (responseTopic != null && TopicFilter.of(responseTopic).hasWildcard()) {
            throw new MqttException( // [MQTT-3.3.2-14]
                    ReasonCode.PROTOCOL_ERROR, "a Response Topic has no wildcard, given was one");
        }
    }
}
