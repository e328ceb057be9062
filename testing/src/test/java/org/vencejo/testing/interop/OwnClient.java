package org.vencejo.testing.interop;

import java.time.Duration;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttMessage;
import org.vencejo.client.MqttOptions;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;

/// Our own client library.
final class OwnClient implements InteropClient {
    private final MqttClient client;

    OwnClient(ProtocolVersion version, Settings settings) {
        Message will = settings.will();
        client =
                new MqttClient(
                        MqttOptions.builder()
                                .host("127.0.0.1")
                                .port(settings.port())
                                .version(version)
                                .clientIdentifier(settings.clientIdentifier())
                                .cleanStart(!settings.kept())
                                .sessionExpiryInterval(settings.kept() ? 600 : 0)
                                .will(
                                        will == null
                                                ? null
                                                : new Will(
                                                        TopicName.of(will.topic()),
                                                        Payload.of(will.payload()),
                                                        QoS.of(will.qos()),
                                                        will.retain(),
                                                        Properties.NONE))
                                .build());
    }

    @Override
    public void connect() {
        client.connect();
    }

    @Override
    public void subscribe(String topicFilter, int qos) {
        client.subscribe(topicFilter, QoS.of(qos));
    }

    @Override
    public void publish(Message message) {
        MqttMessage unretained =
                MqttMessage.of(message.topic(), message.payload(), QoS.of(message.qos()));
        client.publish(message.retain() ? unretained.retained() : unretained);
    }

    @Override
    public Message receive() {
        MqttMessage message = client.receive(Duration.ofSeconds(30));
        if (message == null) {
            throw new AssertionError("no message came in time");
        }
        return new Message(
                message.topicName(),
                message.payload().toByteArray(),
                message.qos().ordinal(),
                message.retain());
    }

    @Override
    public void disconnect() {
        client.disconnect();
    }

    @Override
    public void close() {
        client.close();
    }
}
