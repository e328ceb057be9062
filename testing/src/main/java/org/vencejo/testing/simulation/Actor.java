package org.vencejo.testing.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketEncoder;
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
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Unsubscribe;
import org.vencejo.protocol.Will;
import org.vencejo.testing.memory.MemoryConnection;

/// A client that is played by hand: it sends what it is told to, and keeps what comes.
///
/// Confined to one thread.
public final class Actor {
    private static final long KEPT_SECONDS = 1_000;

    private final Stage stage;
    private final String clientIdentifier;
    private ProtocolVersion version = ProtocolVersion.MQTT_5;
    private Properties properties =
            Properties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, KEPT_SECONDS);
    private boolean cleanStart;
    private int keepAlive;
    private @Nullable Will will;
    private long sequence;

    private @Nullable MemoryConnection connection;
    private final List<MemoryConnection> all = new ArrayList<>();
    private @Nullable PacketDecoder decoder;

    Actor(Stage stage, String clientIdentifier) {
        this.stage = stage;
        this.clientIdentifier = clientIdentifier;
    }

    // ---- what it says of itself when it connects
    // -----------------------------------------------------

    public Actor in(ProtocolVersion spoken) {
        version = spoken;
        return this;
    }

    /// Announces `property` in CONNECT.
    public Actor with(Property property, long number) {
        properties = properties.with(property, number);
        return this;
    }

    /// Its session ends with its connection.
    public Actor notKept() {
        properties = properties.without(Property.SESSION_EXPIRY_INTERVAL);
        return this;
    }

    public Actor cleanStart(boolean clean) {
        cleanStart = clean;
        return this;
    }

    public Actor keepAlive(int seconds) {
        keepAlive = seconds;
        return this;
    }

    /// Leaves a will at QoS 1, to be published after so many seconds.
    public Actor will(String topic, int delaySeconds) {
        will =
                new Will(
                        TopicName.of(topic),
                        new Stamp("will of " + clientIdentifier, ++sequence).payload(0),
                        QoS.AT_LEAST_ONCE,
                        false,
                        delaySeconds == 0
                                ? Properties.NONE
                                : Properties.NONE.with(Property.WILL_DELAY_INTERVAL, delaySeconds));
        return this;
    }

    // ---- what it does
    // ---------------------------------------------------------------------------------

    /// Connects, on a new connection; one that it has stays as it is.
    public Actor connect() {
        connection = stage.server().accept();
        all.add(connection);
        decoder = PacketDecoder.ofClient(version, DecoderLimits.DEFAULT, new TopicCache(64));
        return send(
                new Connect(
                        version,
                        clientIdentifier,
                        cleanStart,
                        keepAlive,
                        will,
                        null,
                        null,
                        version.isMqtt5() ? properties : Properties.NONE));
    }

    /// Sends `packet`, and lets the server do what it can.
    public Actor send(Packet packet) {
        sendOnly(packet);
        stage.step();
        return this;
    }

    /// Sends `packet`; what is due stays due.
    public Actor sendOnly(Packet packet) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, version, out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        now().receive(bytes);
        return this;
    }

    private MemoryConnection now() {
        return Objects.requireNonNull(connection, "connect comes first");
    }

    public Actor subscribe(String filter, QoS qos) {
        return send(new Subscribe(100, List.of(Subscription.of(filter, qos)), Properties.NONE));
    }

    public Actor unsubscribe(String filter) {
        return send(new Unsubscribe(101, List.of(TopicFilter.of(filter)), Properties.NONE));
    }

    /// Publishes a new message.
    public Actor publish(String topic, QoS qos, int identifier) {
        return send(message(topic, qos, identifier));
    }

    /// A new message, to be sent later or changed.
    public Publish message(String topic, QoS qos, int identifier) {
        return new Publish(
                TopicName.of(topic),
                new Stamp(clientIdentifier, ++sequence).payload(0),
                qos,
                false,
                false,
                identifier,
                Properties.NONE);
    }

    /// A new message that is retained.
    public Publish retained(String topic, QoS qos, int identifier) {
        Publish plain = message(topic, qos, identifier);
        return new Publish(
                plain.topicName(), plain.payload(), qos, true, false, identifier, Properties.NONE);
    }

    /// Takes back what is retained on `topic`.
    public Actor clear(String topic) {
        return send(
                new Publish(
                        TopicName.of(topic),
                        Payload.EMPTY,
                        QoS.AT_MOST_ONCE,
                        true,
                        false,
                        0,
                        Properties.NONE));
    }

    public Actor disconnect() {
        send(new Disconnect(ReasonCode.SUCCESS));
        lost();
        return this;
    }

    /// Its connection breaks.
    public Actor cut() {
        now().cut("the link broke");
        lost();
        stage.step();
        return this;
    }

    /// It has no connection any more.
    void lost() {
        connection = null;
    }

    // ---- what comes
    // ----------------------------------------------------------------------------------

    /// The packets that came since the last call.
    public List<Packet> got() {
        return read(Long.MAX_VALUE);
    }

    /// The same, of the first `most` bytes that wait.
    public List<Packet> read(long most) {
        List<Packet> packets = new ArrayList<>();
        ByteBuf in = Unpooled.wrappedBuffer(now().take(most));
        PacketDecoder of = Objects.requireNonNull(decoder);
        for (Packet packet = of.decode(in); packet != null; packet = of.decode(in)) {
            packets.add(packet);
        }
        stage.step();
        return packets;
    }

    /// The messages among the packets that came since the last call.
    public List<Publish> messages() {
        return got().stream().filter(Publish.class::isInstance).map(Publish.class::cast).toList();
    }

    /// Answers everything that comes to its end; returns the messages that came.
    public List<Publish> answerAll() {
        List<Publish> messages = new ArrayList<>();
        for (List<Packet> packets = got(); !packets.isEmpty(); packets = got()) {
            for (Packet packet : packets) {
                answer(packet, messages);
            }
        }
        return messages;
    }

    private void answer(Packet packet, List<Publish> messages) {
        if (packet instanceof Publish publish) {
            messages.add(publish);
            switch (publish.qos()) {
                case AT_MOST_ONCE -> {}
                case AT_LEAST_ONCE ->
                        send(new Puback(publish.packetIdentifier(), ReasonCode.SUCCESS));
                case EXACTLY_ONCE ->
                        send(new Pubrec(publish.packetIdentifier(), ReasonCode.SUCCESS));
            }
        } else if (packet instanceof Pubrel pubrel) {
            send(new Pubcomp(pubrel.packetIdentifier(), ReasonCode.SUCCESS));
        } else if (packet instanceof Pubrec pubrec) {
            send(new Pubrel(pubrec.packetIdentifier(), ReasonCode.SUCCESS));
        }
    }

    /// Whether the server ended its connection.
    public boolean isClosed() {
        return now().isClosedByServer();
    }

    /// Ends its session.
    void leaveForGood() {
        will = null;
        cleanStart(true).notKept().keepAlive(0).connect();
        got();
        disconnect();
        all.forEach(each -> each.cut("left for good"));
        stage.step();
    }
}
