package org.vencejo.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.RetainHandling;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.transport.SocketConnection;
import org.vencejo.transport.UnboundLoops;

/// A 3.1.1 client whose socket is a queue of reads; it answers what it is sent. Confined to the
/// strand of its loop, except while nobody runs.
final class SteppedClient {
    private static final ProtocolVersion VERSION = ProtocolVersion.MQTT_3_1_1;

    /// What came, in its order.
    final List<Packet> received = new ArrayList<>();

    private final SteppedServer server;
    private final String name;
    private final LoopDriver driver;
    private final Strands.Strand strand;
    private final EmbeddedChannel channel = new EmbeddedChannel();
    private final BrokerConnection handler;
    private final ArrayDeque<byte[]> reads = new ArrayDeque<>();
    private final PacketDecoder decoder =
            PacketDecoder.ofClient(VERSION, DecoderLimits.DEFAULT, new TopicCache());
    private ByteBuf incoming = Unpooled.buffer();
    private boolean readScheduled;
    private int lastIdentifier;

    SteppedClient(SteppedServer server, String name, LoopDriver driver, Strands.Strand strand) {
        this.server = server;
        this.name = name;
        this.driver = driver;
        this.strand = strand;
        this.handler =
                new BrokerConnection(
                        driver,
                        new Visitors(new Entry("test", null, null, null)),
                        Origin.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)),
                        driver.newDecoder(DecoderLimits.DEFAULT));
        SocketConnection connection =
                UnboundLoops.connection(
                        driver.loop(),
                        channel,
                        handler,
                        SteppedServer.HIGH_BYTES,
                        SteppedServer.LOW_BYTES);
        strand.execute(() -> {
            channel.pipeline().addLast(connection);
            channel.pipeline().fireChannelActive();
        });
    }

    LoopDriver driver() {
        return driver;
    }

    String name() {
        return name;
    }

    boolean isRead() {
        return channel.config().isAutoRead();
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    /// Whether everything that it has sent was read.
    boolean isReadToItsEnd() {
        return reads.isEmpty();
    }

    /// How many messages came.
    long messages() {
        return received.stream().filter(Publish.class::isInstance).count();
    }

    long bytesWaiting() {
        return handler.socket().backlog().waiting();
    }

    // ---- what it sends, one read each ----

    void connect() {
        send(new Connect(VERSION, name, false, 0, null, null, null, Properties.NONE));
    }

    void subscribe(String filter) {
        Subscription subscription =
                new Subscription(
                        TopicFilter.of(filter),
                        QoS.EXACTLY_ONCE,
                        false,
                        false,
                        RetainHandling.SEND_AT_SUBSCRIBE);
        send(new Subscribe(nextIdentifier(), List.of(subscription), Properties.NONE));
    }

    /// Has all of `messages` arrive in one read.
    void publish(List<Publish> messages) {
        ByteBuf bytes = Unpooled.buffer();
        messages.forEach(each -> PacketEncoder.encode(each, VERSION, bytes));
        send(bytes);
    }

    Publish message(String topic, byte[] payload, QoS qos) {
        return new Publish(
                TopicName.of(topic),
                Payload.of(payload),
                qos,
                false,
                false,
                qos == QoS.AT_MOST_ONCE ? 0 : nextIdentifier(),
                Properties.NONE);
    }

    private int nextIdentifier() {
        return ++lastIdentifier;
    }

    private void send(Packet packet) {
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.encode(packet, VERSION, bytes);
        send(bytes);
    }

    private void send(ByteBuf bytes) {
        byte[] all = new byte[bytes.readableBytes()];
        bytes.readBytes(all);
        reads.add(all);
        readLater();
    }

    // ---- its socket ----

    private void readLater() {
        if (!readScheduled && isRead() && !reads.isEmpty()) {
            readScheduled = true;
            strand.execute(this::read);
        }
    }

    /// Closes the connection, after what it has sent.
    void hangUp() {
        strand.execute(() -> {
            var _ = channel.close();
        });
    }

    private void read() {
        readScheduled = false;
        if (isRead() && channel.isOpen() && !reads.isEmpty()) {
            channel.writeInbound(Unpooled.wrappedBuffer(reads.remove()));
        }
    }

    /// What its loop's selector would do: takes what was written, and reads where it may.
    void lookAtSocket() {
        channel.runPendingTasks();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            incoming.writeBytes(out);
            out.release();
        }
        for (Packet it = decoder.decode(incoming); it != null; it = decoder.decode(incoming)) {
            server.strands.point();
            received.add(kept(it));
            answer(it);
        }
        incoming.discardReadBytes();
        readLater();
    }

    private static Packet kept(Packet packet) {
        return packet instanceof Publish it
                ? new Publish(
                        it.topicName(),
                        it.payload().stored(),
                        it.qos(),
                        it.retain(),
                        it.dup(),
                        it.packetIdentifier(),
                        it.properties())
                : packet;
    }

    private void answer(Packet packet) {
        switch (packet) {
            case Publish it when it.qos() == QoS.AT_LEAST_ONCE ->
                    send(new Puback(it.packetIdentifier(), ReasonCode.SUCCESS));
            case Publish it when it.qos() == QoS.EXACTLY_ONCE ->
                    send(new Pubrec(it.packetIdentifier(), ReasonCode.SUCCESS));
            case Pubrec it -> send(new Pubrel(it.packetIdentifier(), ReasonCode.SUCCESS));
            case Pubrel it -> send(new Pubcomp(it.packetIdentifier(), ReasonCode.SUCCESS));
            default -> {}
        }
    }

    void close() {
        channel.finishAndReleaseAll();
        incoming.release();
    }
}
