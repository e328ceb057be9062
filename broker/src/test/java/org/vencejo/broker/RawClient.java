package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.util.List;
import org.jspecify.annotations.Nullable;
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
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicName;

/// A blocking socket with a codec: a 5.0 client that does nothing by itself. Confined to one
/// thread.
final class RawClient implements AutoCloseable {
    private static final ProtocolVersion VERSION = ProtocolVersion.MQTT_5;
    private static final int WAIT_MILLIS = 30_000;

    private final Socket socket;
    private final PacketDecoder decoder =
            PacketDecoder.ofClient(VERSION, DecoderLimits.DEFAULT, new TopicCache());
    private final ByteBuf incoming = Unpooled.buffer();
    private final byte[] read = new byte[1 << 16];
    private @Nullable Packet last;

    /// A transport connection, on which nothing was sent yet.
    RawClient(InetSocketAddress address) throws IOException {
        this(new Socket(address.getAddress(), address.getPort()));
    }

    /// The same on a socket of the test's own.
    RawClient(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(WAIT_MILLIS);
    }

    /// A client that was accepted.
    static RawClient connected(InetSocketAddress address, String clientIdentifier)
            throws IOException {
        RawClient client = new RawClient(address);
        client.connectAs(clientIdentifier);
        return client;
    }

    /// Sends CONNECT, and is accepted.
    void connectAs(String clientIdentifier) throws IOException {
        send(connect(clientIdentifier));
        assertThat(next())
                .isInstanceOfSatisfying(
                        Connack.class,
                        it -> assertThat(it.reasonCode()).isEqualTo(ReasonCode.SUCCESS));
    }

    static Connect connect(String clientIdentifier) {
        return new Connect(VERSION, clientIdentifier, true, 0, null, null, null, Properties.NONE);
    }

    static Publish message(String topic, byte[] payload, QoS qos, int packetIdentifier) {
        return new Publish(
                TopicName.of(topic),
                Payload.of(payload),
                qos,
                false,
                false,
                packetIdentifier,
                Properties.NONE);
    }

    static byte[] bytes(Packet packet) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, VERSION, out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    void send(Packet packet) throws IOException {
        send(bytes(packet));
    }

    void send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
    }

    void subscribe(String topicFilter, QoS qos) throws IOException {
        send(new Subscribe(1, List.of(Subscription.of(topicFilter, qos)), Properties.NONE));
        assertThat(next()).isInstanceOf(Suback.class);
    }

    /// Publishes at QoS 1 and waits for the PUBACK; nothing else may come before it.
    void publishAndAwait(String topic, byte[] payload) throws IOException {
        send(message(topic, payload, QoS.AT_LEAST_ONCE, 1));
        assertThat(next()).isInstanceOf(Puback.class);
    }

    /// The next PUBLISH, acknowledged if that is wanted; it is valid until the next call.
    Publish nextMessage() throws IOException {
        assertThat(next()).isInstanceOf(Publish.class);
        Publish publish = (Publish) last;
        if (publish.qos() == QoS.AT_LEAST_ONCE) {
            send(new Puback(publish.packetIdentifier(), ReasonCode.SUCCESS));
        }
        return publish;
    }

    /// The next packet, or null at the end of the stream.
    @Nullable Packet next() throws IOException {
        last = decoder.decode(incoming);
        while (last == null) {
            incoming.discardReadBytes();
            int count = socket.getInputStream().read(read);
            if (count < 0) {
                return null;
            }
            incoming.writeBytes(read, 0, count);
            last = decoder.decode(incoming);
        }
        return last;
    }

    /// Whether the server ends the stream, whatever it says before.
    boolean isClosed() throws IOException {
        try {
            while (next() != null) {
                // what it had to say
            }
            return true;
        } catch (SocketException reset) {
            return true;
        }
    }

    /// Ends it with a reset.
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    @Override
    public void close() throws IOException {
        socket.close();
        if (incoming.refCnt() > 0) {
            incoming.release();
        }
    }
}
