package org.vencejo.testing.oracles;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Unsubscribe;
import org.vencejo.testing.memory.MemoryConnection;
import org.vencejo.testing.memory.MemoryServer;

/// A client of a [MemoryServer] that says and hears packets of 5.0. Confined to one thread.
///
/// It does what a test tells it and nothing by itself: no acknowledgement, no PINGREQ.
final class PacketClient {
    private final MemoryServer server;
    private final MemoryConnection connection;
    private final PacketDecoder decoder =
            PacketDecoder.ofClient(ProtocolVersion.MQTT_5, DecoderLimits.DEFAULT, new TopicCache());
    private ByteBuf received = Unpooled.buffer();
    private final List<Packet> behindConnack = new ArrayList<>();
    private int lastIdentifier;

    private PacketClient(MemoryServer server) {
        this.server = server;
        this.connection = server.accept();
    }

    /// One whose CONNECT was accepted.
    static PacketClient connected(
            MemoryServer server, String identifier, boolean cleanStart, Properties properties) {
        PacketClient client = new PacketClient(server);
        client.send(
                new Connect(
                        ProtocolVersion.MQTT_5,
                        identifier,
                        cleanStart,
                        0,
                        null,
                        null,
                        null,
                        properties));
        server.settle();
        List<Packet> heard = client.heard();
        if (!(heard.getFirst() instanceof Connack connack)
                || connack.reasonCode() != ReasonCode.SUCCESS) {
            throw new AssertionError(identifier + " was not accepted");
        }
        client.behindConnack.addAll(heard.subList(1, heard.size()));
        return client;
    }

    static PacketClient connected(MemoryServer server, String identifier) {
        return connected(server, identifier, true, Properties.NONE);
    }

    // ---- what it says
    // ----------------------------------------------------------------------------

    /// Sends it; the server handles it and nothing else until it is told to.
    void send(Packet packet) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, ProtocolVersion.MQTT_5, out);
        connection.receive(ByteBufUtil.getBytes(out));
    }

    void publish(String topic, QoS qos, boolean retain, String payload) {
        publish(topic, qos, retain, payload.getBytes(StandardCharsets.UTF_8));
    }

    void publish(String topic, QoS qos, boolean retain, byte[] payload) {
        send(
                new Publish(
                        TopicName.of(topic),
                        Payload.of(payload),
                        qos,
                        retain,
                        false,
                        qos == QoS.AT_MOST_ONCE ? 0 : nextIdentifier(),
                        Properties.NONE));
    }

    /// Subscribes with a Subscription Identifier, 0 for none; returns the Packet Identifier.
    int subscribe(int subscriptionIdentifier, Subscription... subscriptions) {
        int identifier = nextIdentifier();
        Properties.Builder properties = Properties.builder();
        if (subscriptionIdentifier > 0) {
            properties.addSubscriptionIdentifier(subscriptionIdentifier);
        }
        send(new Subscribe(identifier, List.of(subscriptions), properties.build()));
        return identifier;
    }

    void subscribe(String filter, QoS qos) {
        subscribe(0, Subscription.of(filter, qos));
        server.settle();
    }

    int unsubscribe(String filter) {
        int identifier = nextIdentifier();
        send(new Unsubscribe(identifier, List.of(TopicFilter.of(filter)), Properties.NONE));
        return identifier;
    }

    void acknowledge(Publish publish) {
        send(new Puback(publish.packetIdentifier(), ReasonCode.SUCCESS));
    }

    private int nextIdentifier() {
        lastIdentifier = lastIdentifier % 0xFFFF + 1;
        return lastIdentifier;
    }

    // ---- what it hears
    // ---------------------------------------------------------------------------

    /// The packets that came since the last call.
    List<Packet> heard() {
        return heard(Long.MAX_VALUE);
    }

    /// The packets in the next bytes, at most `most`.
    List<Packet> heard(long most) {
        received.writeBytes(connection.take(most));
        List<Packet> heard = new ArrayList<>(behindConnack);
        behindConnack.clear();
        for (Packet it = decoder.decode(received); it != null; it = decoder.decode(received)) {
            heard.add(
                    it instanceof Publish publish
                            ? new Publish(
                                    publish.topicName(),
                                    publish.payload().stored(),
                                    publish.qos(),
                                    publish.retain(),
                                    publish.dup(),
                                    publish.packetIdentifier(),
                                    publish.properties())
                            : it);
        }
        received = Unpooled.buffer().writeBytes(received);
        return heard;
    }

    /// The messages among them.
    List<Publish> messages() {
        return heard().stream().filter(Publish.class::isInstance).map(Publish.class::cast).toList();
    }

    boolean isGone() {
        return connection.isGone();
    }

    MemoryConnection connection() {
        return connection;
    }

    static String text(Publish publish) {
        return new String(publish.payload().toByteArray(), StandardCharsets.UTF_8);
    }
}
