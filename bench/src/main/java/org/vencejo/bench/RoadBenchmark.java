package org.vencejo.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Authentication;
import org.vencejo.core.Connection;
import org.vencejo.core.Event;
import org.vencejo.core.Input;
import org.vencejo.core.Mutation;
import org.vencejo.core.Outbox;
import org.vencejo.core.Peer;
import org.vencejo.core.Recovered;
import org.vencejo.core.Server;
import org.vencejo.core.ServerSettings;
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
import org.vencejo.protocol.PublishFrame;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicName;

/// The whole road of a PUBLISH without sockets: decoder, server, encoder, and back the PUBACKs of
/// the subscribers. Run it with `-prof gc`: the budget is 160 bytes for a message in, none for a
/// receiver.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {
            "--sun-misc-unsafe-memory-access=allow",
            "-XX:+UseCompactObjectHeaders",
            "-XX:+UseSerialGC"
        })
public class RoadBenchmark {
    private static final int BATCH = 64;

    @Param({"1", "100"})
    public int subscribers;

    @Param({"AT_MOST_ONCE", "AT_LEAST_ONCE"})
    public QoS qos;

    private final Out out = new Out();
    private Server server;
    private Client publisher;
    private ByteBuf wire;

    @Setup
    public void connect() {
        server =
                new Server(
                        ServerSettings.DEFAULTS,
                        AccessRules.OPEN,
                        Recovered.NOTHING,
                        1,
                        0,
                        System.nanoTime());
        for (int i = 0; i < subscribers; i++) {
            Client subscriber = new Client("subscriber-" + i);
            subscriber.receive(
                    new Subscribe(1, List.of(Subscription.of("dev/+", qos)), Properties.NONE));
        }
        publisher = new Client("publisher");
        wire = Unpooled.directBuffer();
        for (int i = 0; i < BATCH; i++) {
            PacketEncoder.encode(
                    new Publish(
                            TopicName.of("dev/temperature"),
                            Payload.of(new byte[256]),
                            qos,
                            false,
                            false,
                            qos == QoS.AT_MOST_ONCE ? 0 : i + 1,
                            Properties.NONE),
                    ProtocolVersion.MQTT_3_1_1,
                    wire);
        }
    }

    /// Nanoseconds for one message in, to all its subscribers.
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public long publish() {
        wire.readerIndex(0);
        long now = System.nanoTime();
        Packet packet = publisher.decoder.decode(wire);
        while (packet != null) {
            handle(new Input.PacketReceived(publisher.connection, packet), now);
            packet = publisher.decoder.decode(wire);
        }
        if (qos != QoS.AT_MOST_ONCE) {
            out.acknowledge(now);
        }
        return out.bytes;
    }

    private void handle(Input input, long now) {
        server.handle(input, now, out);
        if (out.accepted != null) {
            Input accepted = out.accepted;
            out.accepted = null;
            server.handle(accepted, now, out);
        }
        while (server.nextDeadline() <= now) {
            server.handle(new Input.DeadlineReached(), now, out);
        }
    }

    /// A client whose packets are decoded and whose out-buffer is emptied when it is full.
    private final class Client implements Peer {
        private final Connection connection = new Connection(this);
        private final PacketDecoder decoder =
                PacketDecoder.ofServer(DecoderLimits.DEFAULT, new TopicCache());
        private final ByteBuf buffer = Unpooled.directBuffer(1 << 20);
        private int pubacksOwed;
        private int firstOwed;

        private Client(String clientIdentifier) {
            handle(new Input.Connected(connection), 0);
            receive(
                    new Connect(
                            ProtocolVersion.MQTT_3_1_1,
                            clientIdentifier,
                            true,
                            0,
                            null,
                            null,
                            null,
                            Properties.NONE));
        }

        private void receive(Packet sent) {
            ByteBuf bytes = Unpooled.buffer();
            PacketEncoder.encode(sent, ProtocolVersion.MQTT_3_1_1, bytes);
            Packet packet = decoder.decode(bytes);
            handle(new Input.PacketReceived(connection, packet), 0);
        }

        @Override
        public String remoteAddress() {
            return "192.0.2.1:1";
        }

        @Override
        public String listener() {
            return "none";
        }
    }

    /// Encodes as the broker does: one frame a variant, copied for each receiver.
    private final class Out implements Outbox {
        private final PublishFrame frame = new PublishFrame();
        private Publish framed;
        private Input accepted;
        private long bytes;
        private final Client[] owing = new Client[1 << 16];
        private int owingCount;

        private void acknowledge(long now) {
            int count = owingCount;
            owingCount = 0;
            for (int i = 0; i < count; i++) {
                Client client = owing[i];
                for (int n = 0; n < client.pubacksOwed; n++) {
                    int identifier = (client.firstOwed + n - 1) % 65_535 + 1;
                    handle(
                            new Input.PacketReceived(
                                    client.connection, new Puback(identifier, ReasonCode.SUCCESS)),
                            now);
                }
                client.pubacksOwed = 0;
            }
        }

        @Override
        public long send(Connection connection, Packet packet) {
            ByteBuf buffer = room(connection);
            PacketEncoder.encode(packet, ProtocolVersion.MQTT_3_1_1, buffer);
            return 0;
        }

        @Override
        public long publish(
                Connection connection,
                Publish publish,
                int packetIdentifier,
                boolean dup,
                int topicAlias) {
            if (framed != publish) {
                frame.encode(publish, ProtocolVersion.MQTT_3_1_1);
                framed = publish;
            }
            frame.writeTo(room(connection), packetIdentifier, dup);
            bytes += frame.size();
            if (packetIdentifier != 0) {
                Client client = (Client) connection.peer();
                if (client.pubacksOwed++ == 0) {
                    client.firstOwed = packetIdentifier;
                    owing[owingCount++] = client;
                }
            }
            return 0;
        }

        private ByteBuf room(Connection connection) {
            ByteBuf buffer = ((Client) connection.peer()).buffer;
            if (buffer.writableBytes() < 1 << 10) {
                buffer.clear();
            }
            return buffer;
        }

        @Override
        public void close(Connection connection) {
            throw new IllegalStateException("nobody is to be closed");
        }

        @Override
        public void pauseReading(Connection connection) {}

        @Override
        public void resumeReading(Connection connection) {}

        @Override
        public void append(long number, Mutation mutation) {}

        @Override
        public void readQueue(long session, long read, long from, int messagesMax, long bytesMax) {}

        @Override
        public void authenticate(Connection connection, Authentication.Request request) {
            accepted =
                    new Input.Authenticated(
                            connection,
                            new Authentication.Accepted(Authentication.Identity.ANONYMOUS, null));
        }

        @Override
        public void event(Event event) {
            if (event instanceof Event.Fault fault) {
                throw new IllegalStateException(fault.cause());
            }
        }
    }
}
