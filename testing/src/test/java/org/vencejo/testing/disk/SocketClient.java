package org.vencejo.testing.disk;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicName;

/// A connection to a broker, that says and hears packets and acknowledges nothing by itself.
/// Confined to one thread; waits for at most half a minute.
final class SocketClient implements AutoCloseable {
    private static final int WAIT_MILLIS = 30_000;
    private static final long FOR_LONG_SECONDS = 100_000;

    private final ProtocolVersion version;
    private final Socket socket;
    private final PacketDecoder decoder;
    private final ByteBuf incoming = Unpooled.buffer();
    private final byte[] read = new byte[64 << 10];

    /// Connects the socket, and says nothing yet.
    SocketClient(int port, ProtocolVersion version) throws IOException {
        this.version = version;
        decoder = PacketDecoder.ofClient(version, DecoderLimits.DEFAULT, new TopicCache());
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(WAIT_MILLIS);
    }

    ProtocolVersion version() {
        return version;
    }

    // ---- what it says
    // ----------------------------------------------------------------------------

    void send(Packet... packets) throws IOException {
        ByteBuf out = Unpooled.buffer();
        for (Packet packet : packets) {
            PacketEncoder.encode(packet, version, out);
        }
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        socket.getOutputStream().write(bytes);
    }

    /// A CONNECT that resumes or makes a session that is kept.
    static Connect kept(ProtocolVersion version, String clientIdentifier) {
        Properties properties =
                version.isMqtt5()
                        ? Properties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, FOR_LONG_SECONDS)
                        : Properties.NONE;
        return connect(version, clientIdentifier, false, properties);
    }

    /// A CONNECT for a session that ends with its connection.
    static Connect notKept(ProtocolVersion version, String clientIdentifier) {
        return connect(version, clientIdentifier, true, Properties.NONE);
    }

    private static Connect connect(
            ProtocolVersion version, String identifier, boolean clean, Properties properties) {
        return new Connect(version, identifier, clean, 0, null, null, null, properties);
    }

    static Publish publish(String topic, QoS qos, int packetIdentifier, String payload) {
        return publish(topic, qos, false, packetIdentifier, payload);
    }

    static Publish publish(
            String topic, QoS qos, boolean retain, int packetIdentifier, String payload) {
        return new Publish(
                TopicName.of(topic),
                Payload.of(payload),
                qos,
                retain,
                false,
                packetIdentifier,
                Properties.NONE);
    }

    static Subscribe subscribe(int packetIdentifier, String topicFilter, QoS qos) {
        return new Subscribe(
                packetIdentifier, List.of(Subscription.of(topicFilter, qos)), Properties.NONE);
    }

    // ---- what it hears
    // ---------------------------------------------------------------------------

    /// Sends this CONNECT; returns whether a session was there.
    boolean connect(Connect connect) throws IOException {
        send(connect);
        return ((Connack) require(next(), it -> it instanceof Connack c && isGood(c)))
                .sessionPresent();
    }

    private static boolean isGood(Connack connack) {
        return !connack.reasonCode().isError();
    }

    /// Sends a packet; returns its answer, which is the next to come.
    Packet ask(Packet packet) throws IOException {
        send(packet);
        return next();
    }

    /// All that came before the answer to a PINGREQ, that is sent now.
    List<Packet> beforePing() throws IOException {
        send(Pingreq.INSTANCE);
        List<Packet> before = new ArrayList<>();
        for (Packet it = next(); !(it instanceof Pingresp); it = next()) {
            before.add(it);
        }
        return before;
    }

    List<Packet> next(int count) throws IOException {
        List<Packet> packets = new ArrayList<>();
        while (packets.size() < count) {
            packets.add(next());
        }
        return packets;
    }

    Packet next() throws IOException {
        Packet packet = nextOrNull();
        if (packet == null) {
            throw new AssertionError("the broker closed the connection");
        }
        return packet;
    }

    /// Null when the broker, or its death, closed the connection.
    @Nullable Packet nextOrNull() throws IOException {
        Packet packet = decoder.decode(incoming);
        while (packet == null) {
            incoming.discardReadBytes();
            int count = readSome();
            if (count < 0) {
                return null;
            }
            incoming.writeBytes(read, 0, count);
            packet = decoder.decode(incoming);
        }
        return packet instanceof Publish it ? withPayloadOfItsOwn(it) : packet;
    }

    private int readSome() throws IOException {
        try {
            return socket.getInputStream().read(read);
        } catch (SocketException reset) {
            return -1;
        }
    }

    // What was decoded is a view of the bytes that the next ones replace.
    private static Publish withPayloadOfItsOwn(Publish it) {
        return new Publish(
                it.topicName(),
                Payload.of(it.payload().toByteArray()),
                it.qos(),
                it.retain(),
                it.dup(),
                it.packetIdentifier(),
                it.properties());
    }

    /// Whether bytes have come that nobody read.
    boolean hasHeard() throws IOException {
        return incoming.isReadable() || socket.getInputStream().available() > 0;
    }

    static <T extends Packet> T require(T packet, Predicate<T> wished) {
        if (!wished.test(packet)) {
            throw new AssertionError("unexpected " + packet);
        }
        return packet;
    }

    /// Cuts the connection; what has come is still heard.
    void cut() throws IOException {
        socket.shutdownOutput();
    }

    /// Cuts the connection; a session that is kept stays.
    @Override
    public void close() throws IOException {
        socket.close();
    }
}
