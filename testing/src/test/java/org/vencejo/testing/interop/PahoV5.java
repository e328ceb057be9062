package org.vencejo.testing.interop;

import java.util.logging.Level;
import java.util.logging.Logger;
import org.eclipse.paho.mqttv5.client.IMqttToken;
import org.eclipse.paho.mqttv5.client.MqttCallback;
import org.eclipse.paho.mqttv5.client.MqttClient;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.MqttDisconnectResponse;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.eclipse.paho.mqttv5.common.MqttException;
import org.eclipse.paho.mqttv5.common.MqttMessage;
import org.eclipse.paho.mqttv5.common.packet.MqttProperties;

/// Eclipse Paho's Java client for 5.0.
final class PahoV5 implements InteropClient, MqttCallback {
    /// Held, as a logger that nobody holds forgets its level: this one tells of every PUBREL.
    private static final Logger QUIET = Logger.getLogger("org.eclipse.paho.mqttv5.client");

    static {
        QUIET.setLevel(Level.WARNING);
    }

    private final MqttClient client;
    private final MqttConnectionOptions options = new MqttConnectionOptions();
    private final Arrivals<Message> arrivals = new Arrivals<>("message");

    PahoV5(Settings settings) throws MqttException {
        client =
                new MqttClient(
                        "tcp://127.0.0.1:" + settings.port(),
                        settings.clientIdentifier(),
                        new MemoryPersistence());
        client.setTimeToWait(30_000);
        client.setCallback(this);
        options.setCleanStart(!settings.kept());
        options.setSessionExpiryInterval(settings.kept() ? 600L : 0L);
        Message will = settings.will();
        if (will != null) {
            options.setWill(will.topic(), message(will));
        }
    }

    private static MqttMessage message(Message message) {
        return new MqttMessage(message.payload(), message.qos(), message.retain(), null);
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
        client.publish(message.topic(), message(message));
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
    public void disconnected(MqttDisconnectResponse response) {
        // A test that loses a connection knows of it.
    }

    @Override
    public void mqttErrorOccurred(MqttException failure) {
        arrivals.add(Message.of("the library failed", failure.toString(), 0));
    }

    @Override
    public void deliveryComplete(IMqttToken token) {
        // The call that published waits for it.
    }

    @Override
    public void connectComplete(boolean reconnect, String server) {
        // The call that connected waits for it.
    }

    @Override
    public void authPacketArrived(int reasonCode, MqttProperties properties) {
        // There is no enhanced authentication here.
    }
}
