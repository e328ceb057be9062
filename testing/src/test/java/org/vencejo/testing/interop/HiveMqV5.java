package org.vencejo.testing.interop;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.message.connect.Mqtt5Connect;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5Publish;
import com.hivemq.client.mqtt.mqtt5.message.publish.Mqtt5PublishResult;

/// HiveMQ's client for 5.0.
final class HiveMqV5 implements InteropClient {
    private final Mqtt5AsyncClient client;
    private final Mqtt5Connect connect;
    private final Arrivals<Message> arrivals = new Arrivals<>("message");

    HiveMqV5(Settings settings) {
        client =
                Mqtt5Client.builder()
                        .serverHost("127.0.0.1")
                        .serverPort(settings.port())
                        .identifier(settings.clientIdentifier())
                        .buildAsync();
        client.publishes(
                MqttGlobalPublishFilter.ALL,
                publish ->
                        arrivals.add(
                                new Message(
                                        publish.getTopic().toString(),
                                        publish.getPayloadAsBytes(),
                                        publish.getQos().getCode(),
                                        publish.isRetain())));
        Message will = settings.will();
        connect =
                Mqtt5Connect.builder()
                        .cleanStart(!settings.kept())
                        .sessionExpiryInterval(settings.kept() ? 600 : 0)
                        .willPublish(will == null ? null : publishOf(will))
                        .build();
    }

    private static Mqtt5Publish publishOf(Message message) {
        return Mqtt5Publish.builder()
                .topic(message.topic())
                .qos(MqttQos.fromCode(message.qos()))
                .retain(message.retain())
                .payload(message.payload())
                .build();
    }

    @Override
    public void connect() throws Exception {
        HiveMqV3.answer(client.connect(connect));
    }

    @Override
    public void subscribe(String topicFilter, int qos) throws Exception {
        HiveMqV3.answer(
                client.subscribeWith().topicFilter(topicFilter).qos(MqttQos.fromCode(qos)).send());
    }

    @Override
    public void publish(Message message) throws Exception {
        Mqtt5PublishResult result = HiveMqV3.answer(client.publish(publishOf(message)));
        if (result.getError().isPresent()) {
            throw new AssertionError("the server refused " + message, result.getError().get());
        }
    }

    @Override
    public Message receive() throws InterruptedException {
        return arrivals.next();
    }

    @Override
    public void disconnect() throws Exception {
        HiveMqV3.answer(client.disconnect());
    }

    @Override
    public void close() throws Exception {
        HiveMqV3.answer(client.disconnect().exceptionally(alreadyGone -> null));
    }
}
