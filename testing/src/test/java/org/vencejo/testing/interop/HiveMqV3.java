package org.vencejo.testing.interop;

import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt3.Mqtt3AsyncClient;
import com.hivemq.client.mqtt.mqtt3.Mqtt3Client;
import com.hivemq.client.mqtt.mqtt3.message.connect.Mqtt3Connect;
import com.hivemq.client.mqtt.mqtt3.message.publish.Mqtt3Publish;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/// HiveMQ's client for 3.1.1.
final class HiveMqV3 implements InteropClient {
    private final Mqtt3AsyncClient client;
    private final Mqtt3Connect connect;
    private final Arrivals<Message> arrivals = new Arrivals<>("message");

    HiveMqV3(Settings settings) {
        client =
                Mqtt3Client.builder()
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
                Mqtt3Connect.builder()
                        .cleanSession(!settings.kept())
                        .willPublish(will == null ? null : publishOf(will))
                        .build();
    }

    private static Mqtt3Publish publishOf(Message message) {
        return Mqtt3Publish.builder()
                .topic(message.topic())
                .qos(MqttQos.fromCode(message.qos()))
                .retain(message.retain())
                .payload(message.payload())
                .build();
    }

    static <T> T answer(CompletableFuture<T> future) throws Exception {
        return future.get(30, TimeUnit.SECONDS);
    }

    @Override
    public void connect() throws Exception {
        answer(client.connect(connect));
    }

    @Override
    public void subscribe(String topicFilter, int qos) throws Exception {
        answer(client.subscribeWith().topicFilter(topicFilter).qos(MqttQos.fromCode(qos)).send());
    }

    @Override
    public void publish(Message message) throws Exception {
        answer(client.publish(publishOf(message)));
    }

    @Override
    public Message receive() throws InterruptedException {
        return arrivals.next();
    }

    @Override
    public void disconnect() throws Exception {
        answer(client.disconnect());
    }

    @Override
    public void close() throws Exception {
        answer(client.disconnect().exceptionally(alreadyGone -> null));
    }
}
