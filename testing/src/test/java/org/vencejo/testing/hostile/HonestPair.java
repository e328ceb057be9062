package org.vencejo.testing.hostile;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;

/// Two clients who only want to be served: what one publishes the other gets, whatever happens
/// beside them. Confined to one thread.
final class HonestPair implements AutoCloseable {
    /// Long and odd enough that no damage makes another topic into it.
    private static final TopicName TOPIC = TopicName.of("honrado/7f1c90b2e4d85a63");

    private final HonestClient publisher;
    private final HonestClient subscriber;
    private final Consumer<HonestClient.Message> foreign;
    private long trips;

    /// A subscriber to its own topic only.
    HonestPair(InetSocketAddress address) throws IOException {
        this(
                address,
                ProtocolVersion.MQTT_5,
                ProtocolVersion.MQTT_5,
                TOPIC.toString(),
                message -> {
                    throw new AssertionError("a message that nobody published: " + message);
                });
    }

    /// A subscriber to `topicFilter`; `foreign` is shown what is not from our publisher.
    HonestPair(
            InetSocketAddress address,
            ProtocolVersion publishing,
            ProtocolVersion subscribing,
            String topicFilter,
            Consumer<HonestClient.Message> foreign)
            throws IOException {
        this.publisher = new HonestClient(address, publishing, "honrado-2c8e-publica");
        this.subscriber = new HonestClient(address, subscribing, "honrado-2c8e-escucha");
        this.foreign = foreign;
        subscriber.subscribe(topicFilter, QoS.EXACTLY_ONCE);
    }

    /// A message there and back; what came before it is shown to `foreign`.
    void roundTrip(QoS qos) throws IOException {
        byte[] payload = ByteBuffer.allocate(64).putLong(56, ++trips).array();
        publisher.publish(TOPIC, payload, qos);
        HonestClient.Message message = subscriber.nextMessage();
        while (!Arrays.equals(message.topicName(), TOPIC.utf8())) {
            foreign.accept(message);
            message = subscriber.nextMessage();
        }
        if (!Arrays.equals(message.payload(), payload) || message.qos() != qos) {
            throw new AssertionError("expected message " + trips + ", given was another");
        }
    }

    /// About how many bytes the round trips have sent, to tell them from those of others.
    long bytesSent() {
        return trips * 400;
    }

    /// So many messages at QoS 1.
    void roundTrips(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            roundTrip(QoS.AT_LEAST_ONCE);
        }
    }

    @Override
    public void close() throws IOException {
        try (publisher) {
            subscriber.close();
        }
    }
}
