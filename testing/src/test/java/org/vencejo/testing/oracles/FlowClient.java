package org.vencejo.testing.oracles;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.conformance.Boundary;
import org.vencejo.protocol.Connack;
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
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.memory.MemoryConnection;
import org.vencejo.testing.memory.MemoryServer;

/// A client of a server in memory: packets go in as bytes, bytes that come are read as packets.
///
/// Confined to one thread. It answers nothing by itself.
final class FlowClient {
    private static final int NEVER = -1;

    private final MemoryServer server;
    private final ProtocolVersion version;
    private final String clientIdentifier;
    private final List<MemoryConnection> all = new ArrayList<>();
    private Properties asked = Properties.NONE;
    private @Nullable MemoryConnection connection;
    private @Nullable PacketDecoder decoder;
    private ByteBuf unread = Unpooled.buffer();
    private final ArrayDeque<Packet> heard = new ArrayDeque<>();

    FlowClient(MemoryServer server, ProtocolVersion version, String clientIdentifier) {
        this.server = server;
        this.version = version;
        this.clientIdentifier = clientIdentifier;
    }

    // ---- its connection
    // --------------------------------------------------------------------------

    /// Announces `property` from the next CONNECT on, in 5.0.
    FlowClient with(Property property, long number) {
        asked = asked.with(property, number);
        return this;
    }

    /// Begins a session that ends with its connection.
    FlowClient connect() {
        connect(true, 0);
        return this;
    }

    /// Resumes the session that is kept for it, or begins one; tells whether there was one.
    boolean resume() {
        return connect(false, NEVER).sessionPresent();
    }

    private Connack connect(boolean cleanStart, long expiry) {
        MemoryConnection before = connection;
        connection = server.accept();
        all.add(connection);
        decoder = PacketDecoder.ofClient(version, DecoderLimits.DEFAULT, new TopicCache(64));
        unread = Unpooled.buffer();
        heard.clear();
        Properties properties = asked;
        if (expiry == NEVER) {
            properties = properties.with(Property.SESSION_EXPIRY_INTERVAL, 0xFFFF_FFFFL);
        }
        send(
                new Connect(
                        version,
                        clientIdentifier,
                        cleanStart,
                        0,
                        null,
                        null,
                        null,
                        version.isMqtt5() ? properties : Properties.NONE));
        if (before != null) {
            before.take(); // what was said to the one that is taken over, or lost already
            before.cut("the socket was closed");
            server.settle();
        }
        return (Connack) readOne();
    }

    /// Loses its connection in this way; with a takeover the next one does it.
    FlowClient go(Boundary boundary) {
        switch (boundary) {
            case DISCONNECT -> send(new Disconnect(ReasonCode.SUCCESS));
            case RESET -> cut();
            case TAKEOVER -> {}
            case RESTART -> {
                server.crash(0);
                server.restart();
            }
        }
        return this;
    }

    void cut() {
        now().cut("reset by the client");
        server.settle();
    }

    /// None of its connections is there any more.
    void leave() {
        all.forEach(each -> each.cut("the client is gone"));
        all.clear();
        server.settle();
    }

    /// Whether the server ended its connection.
    boolean isClosed() {
        return now().isClosedByServer();
    }

    private MemoryConnection now() {
        if (connection == null) {
            throw new IllegalStateException("connect comes first");
        }
        return connection;
    }

    // ---- what it says
    // ----------------------------------------------------------------------------

    FlowClient send(Packet packet) {
        now().receive(bytes(packet));
        server.settle();
        return this;
    }

    byte[] bytes(Packet packet) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, version, out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    /// The bytes of a packet, or of many, as the network may break them.
    FlowClient sendBytes(byte[] bytes) {
        now().receive(bytes);
        server.settle();
        return this;
    }

    /// Subscribes, and hears the SUBACK; what comes behind it waits.
    FlowClient subscribe(String filter, QoS qos) {
        send(new Subscribe(1, List.of(Subscription.of(filter, qos)), Properties.NONE));
        readOne();
        return this;
    }

    FlowClient publish(String topic, QoS qos, int packetIdentifier, String payload) {
        return send(message(topic, qos, packetIdentifier, Payload.of(payload)));
    }

    static Publish message(String topic, QoS qos, int packetIdentifier, Payload payload) {
        return new Publish(
                TopicName.of(topic), payload, qos, false, false, packetIdentifier, Properties.NONE);
    }

    /// A whole exchange, to its end.
    FlowClient deliver(String topic, QoS qos, int packetIdentifier, String payload) {
        publish(topic, qos, packetIdentifier, payload);
        answerAll();
        return this;
    }

    FlowClient puback(int packetIdentifier) {
        return send(new Puback(packetIdentifier, ReasonCode.SUCCESS));
    }

    FlowClient pubrec(int packetIdentifier) {
        return send(new Pubrec(packetIdentifier, ReasonCode.SUCCESS));
    }

    FlowClient pubrel(int packetIdentifier) {
        return send(new Pubrel(packetIdentifier, ReasonCode.SUCCESS));
    }

    FlowClient pubcomp(int packetIdentifier) {
        return send(new Pubcomp(packetIdentifier, ReasonCode.SUCCESS));
    }

    // ---- what it hears
    // ---------------------------------------------------------------------------

    /// The packets that came since the last call.
    List<Packet> read() {
        return read(Long.MAX_VALUE);
    }

    /// Those of the first `most` bytes.
    List<Packet> read(long most) {
        fill(most);
        List<Packet> packets = List.copyOf(heard);
        heard.clear();
        return packets;
    }

    /// The messages among the packets that came since the last call.
    List<Publish> messages() {
        return read().stream().filter(Publish.class::isInstance).map(Publish.class::cast).toList();
    }

    /// The payload of a message as text.
    static String text(Publish publish) {
        return new String(publish.payload().toByteArray(), StandardCharsets.UTF_8);
    }

    /// Answers all that comes, to its end; returns the messages that came.
    List<Publish> answerAll() {
        List<Publish> messages = new ArrayList<>();
        for (List<Packet> packets = read(); !packets.isEmpty(); packets = read()) {
            for (Packet packet : packets) {
                if (packet instanceof Publish publish) {
                    messages.add(publish);
                }
                answer(packet);
            }
        }
        return messages;
    }

    /// The answer that this packet is owed, if it is owed one.
    void answer(Packet packet) {
        switch (packet) {
            case Publish p when p.qos() == QoS.AT_LEAST_ONCE -> puback(p.packetIdentifier());
            case Publish p when p.qos() == QoS.EXACTLY_ONCE -> pubrec(p.packetIdentifier());
            case Pubrec p -> pubrel(p.packetIdentifier());
            case Pubrel p -> pubcomp(p.packetIdentifier());
            default -> {}
        }
    }

    private Packet readOne() {
        fill(Long.MAX_VALUE);
        return heard.removeFirst();
    }

    private void fill(long most) {
        if (decoder == null) {
            throw new IllegalStateException("connect comes first");
        }
        unread.writeBytes(now().take(most));
        server.settle();
        for (Packet it = decoder.decode(unread); it != null; it = decoder.decode(unread)) {
            heard.add(it);
        }
        if (!unread.isReadable()) {
            unread = Unpooled.buffer(); // payloads are views of what was read
        }
    }
}
