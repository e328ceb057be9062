package org.vencejo.testing.hostile;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicName;

/// A client that obeys the protocol and waits for each answer. Confined to one thread.
final class HonestClient implements AutoCloseable {
    private static final int WAIT_MILLIS = 30_000;

    /// A client may take more than our server by its defaults would.
    private static final DecoderLimits LIMITS =
            new DecoderLimits(256 << 20, 256 << 20, 65_536, 65_535, 1 << 28, 65_535);

    private final ProtocolVersion version;
    private final Socket socket;
    private final PacketDecoder decoder;
    private final ByteBuf incoming = Unpooled.buffer();
    private final byte[] read = new byte[64 << 10];
    private int lastIdentifier;

    /// A message that came.
    record Message(byte[] topicName, byte[] payload, QoS qos) {}

    HonestClient(InetSocketAddress address, ProtocolVersion version, String clientIdentifier)
            throws IOException {
        this.version = version;
        this.decoder = PacketDecoder.ofClient(version, LIMITS, new TopicCache());
        this.socket = new Socket(address.getAddress(), address.getPort());
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(WAIT_MILLIS);
        send(connect(version, clientIdentifier));
        if (!(next() instanceof Connack connack) || connack.reasonCode() != ReasonCode.SUCCESS) {
            throw new AssertionError("an honest client is not let in");
        }
    }

    static Connect connect(ProtocolVersion version, String clientIdentifier) {
        return new Connect(version, clientIdentifier, true, 0, null, null, null, Properties.NONE);
    }

    void subscribe(String topicFilter, QoS qos) throws IOException {
        Subscription subscription = Subscription.of(topicFilter, qos);
        send(new Subscribe(nextIdentifier(), List.of(subscription), Properties.NONE));
        if (!(next() instanceof Suback suback) || suback.reasonCodes().getFirst().isError()) {
            throw new AssertionError("an honest client may not subscribe");
        }
    }

    /// Publishes, and waits until the server has taken the message over.
    void publish(TopicName topicName, byte[] payload, QoS qos) throws IOException {
        int identifier = qos == QoS.AT_MOST_ONCE ? 0 : nextIdentifier();
        send(
                new Publish(
                        topicName,
                        Payload.of(payload),
                        qos,
                        false,
                        false,
                        identifier,
                        Properties.NONE));
        if (qos == QoS.AT_LEAST_ONCE) {
            require(next() instanceof Puback puback && !puback.reasonCode().isError(), "PUBACK");
        } else if (qos == QoS.EXACTLY_ONCE) {
            require(next() instanceof Pubrec pubrec && !pubrec.reasonCode().isError(), "PUBREC");
            send(new Pubrel(identifier, ReasonCode.SUCCESS));
            require(next() instanceof Pubcomp, "PUBCOMP");
        }
    }

    /// The next message, acknowledged as its QoS asks.
    Message nextMessage() throws IOException {
        while (true) {
            Packet packet = next();
            if (packet instanceof Publish publish) {
                Message message =
                        new Message(
                                publish.topicName().utf8(),
                                publish.payload().toByteArray(),
                                publish.qos());
                if (publish.qos() == QoS.AT_LEAST_ONCE) {
                    send(new Puback(publish.packetIdentifier(), ReasonCode.SUCCESS));
                } else if (publish.qos() == QoS.EXACTLY_ONCE) {
                    send(new Pubrec(publish.packetIdentifier(), ReasonCode.SUCCESS));
                }
                return message;
            }
            if (packet instanceof Pubrel pubrel) {
                send(new Pubcomp(pubrel.packetIdentifier(), ReasonCode.SUCCESS));
            } else {
                throw new AssertionError("an honest subscriber is sent " + packet);
            }
        }
    }

    /// Waits for PINGRESP; nothing else may come.
    void ping() throws IOException {
        send(Pingreq.INSTANCE);
        require(next() instanceof Pingresp, "PINGRESP");
    }

    private static void require(boolean came, String answer) {
        if (!came) {
            throw new AssertionError("an honest client is not answered with " + answer);
        }
    }

    private int nextIdentifier() {
        lastIdentifier = lastIdentifier % 65_535 + 1;
        return lastIdentifier;
    }

    private void send(Packet packet) throws IOException {
        socket.getOutputStream().write(Frame.of(packet, version));
    }

    private Packet next() throws IOException {
        Packet packet = decoder.decode(incoming);
        while (packet == null) {
            incoming.discardReadBytes();
            int count = socket.getInputStream().read(read);
            if (count < 0) {
                throw new AssertionError("the server closed the connection of an honest client");
            }
            incoming.writeBytes(read, 0, count);
            packet = decoder.decode(incoming);
        }
        return packet;
    }

    /// Leaves with DISCONNECT.
    @Override
    public void close() throws IOException {
        try (socket) {
            send(new Disconnect(ReasonCode.SUCCESS, Properties.NONE));
        }
    }
}
