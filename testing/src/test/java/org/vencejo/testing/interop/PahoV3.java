package org.vencejo.testing.interop;

import org.eclipse.paho.client.mqttv3.IMqttDeliveryToken;
import org.eclipse.paho.client.mqttv3.MqttCallback;
import org.eclipse.paho.client.mqttv3.MqttClient;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.client.mqttv3.MqttException;
import org.eclipse.paho.client.mqttv3.MqttMessage;
import org.eclipse.paho.client.mqttv3.persist.MemoryPersistence;

/// Eclipse Paho's Java client for 3.1 and 3.1.1.
final class PahoV3 implements InteropClient, MqttCallback {
    static final int V_3_1 = MqttConnectOptions.MQTT_VERSION_3_1;
    static final int V_3_1_1 = MqttConnectOptions.MQTT_VERSION_3_1_1;

    private final MqttClient client;
    private final MqttConnectOptions options = new MqttConnectOptions();
    private final Arrivals<Message> arrivals = new Arrivals<>("message");

    PahoV3(int version, Settings settings) throws MqttException {
        client =
                new MqttClient(
                        "tcp://127.0.0.1:" + settings.port(),
                        settings.clientIdentifier(),
                        new MemoryPersistence());
        client.setTimeToWait(30_000);
        client.setCallback(this);
        options.setMqttVersion(version);
        options.setMaxInflight(1_000); // it counts one out only after publish has returned
        options.setCleanSession(!settings.kept());
        Message will = settings.will();
        if (will != null) {
            options.setWill(will.topic(), will.payload(), will.qos(), will.retain());
        }
    }

    @Override
    public void connect() throws MqttException {
        client.connect(options);
    }

    @Override
    public void subscribe(String topicFilter, int qos) throws MqttException {
        client.subscribe(topicFilter, qos);
    }

    @Override
    public void publish(Message message) throws MqttException {
        client.publish(message.topic(), message.payload(), message.qos(), message.retain());
    }

    @Override
    public Message receive() throws InterruptedException {
        return arrivals.next();
    }

    @Override
    public void disconnect() throws MqttException {
        client.disconnect();
    }

    @Override
    public void close() throws MqttException {
        try {
            if (client.isConnected()) {
                client.disconnect(0);
            }
        } catch (MqttException failure) {
            // Its own thread may just now find out that it was cut.
            if (client.isConnected()) {
                throw failure;
            }
        }
        client.close(true);
    }

    @Override
    public void messageArrived(String topic, MqttMessage message) {
        arrivals.add(
                new Message(topic, message.getPayload(), message.getQos(), message.isRetained()));
    }

    @Override
    public void connectionLost(Throwable cause) {
        // A test that loses a connection knows of it.
    }

    @Override
    public void deliveryComplete(IMqttDeliveryToken token) {
        // The call that published waits for it.
    }
}
