package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicName;

/// What the buffers of all connections together may take, over real sockets.
@Timeout(60)
class MemoryLimitsTest {
    private static final int LARGE = 4 << 20;

    @TempDir private Path temporary;

    /// One client begins a packet that takes all room; what another one sends then is not read
    /// until the first packet is whole.
    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void aLargePacketWaitsUntilThereIsRoomForIt(int ioThreads) throws Exception {
        try (Broker broker =
                        start("io-threads=" + ioThreads, "limits.partial-packets-bytes-max=5MB");
                Client first = new Client(broker, "first");
                Client second = new Client(broker, "second");
                Client third = new Client(broker, "third")) {
            byte[] packet = bytes(publish(QoS.AT_LEAST_ONCE, 1, LARGE));
            first.write(packet, 0, packet.length - 1);
            first.awaitRead(broker, packet.length - 1);

            Thread writing = Thread.ofVirtual().start(() -> second.write(packet, 0, packet.length));
            second.awaitRead(broker, packet.length);
            for (int i = 0; i < 200; i++) {
                third.ping();
            }
            assertThat(broker.traffic().bytesReceived())
                    .as("bytes read, of two packets of 4 MB")
                    .isLessThan(packet.length + (1L << 20));

            first.write(packet, packet.length - 1, 1);
            assertThat(first.read(4)).containsExactly(0x40, 2, 0, 1);
            assertThat(second.read(4)).containsExactly(0x40, 2, 0, 1);
            writing.join();
        }
    }

    @Test
    void aConnectionThatGoesGivesItsRoomBack() throws Exception {
        try (Broker broker = start("limits.partial-packets-bytes-max=5MB");
                Client second = new Client(broker, "second")) {
            byte[] packet = bytes(publish(QoS.AT_LEAST_ONCE, 1, LARGE));
            Client first = new Client(broker, "first");
            first.write(packet, 0, packet.length - 1);
            first.awaitRead(broker, packet.length - 1);
            Thread writing = Thread.ofVirtual().start(() -> second.write(packet, 0, packet.length));
            second.awaitRead(broker, packet.length);

            first.close();

            assertThat(second.read(4)).containsExactly(0x40, 2, 0, 1);
            writing.join();
        }
    }

    /// What only sleeps does not keep others waiting, and what is small does not wait behind what
    /// is large.
    @Test
    void whoHoldsRoomAndSendsNothingIsCut() throws Exception {
        try (Broker broker =
                        start("limits.partial-packets-bytes-max=5MB", "limits.connect-timeout=1s");
                Client sleeper = new Client(broker, "sleeper");
                Client large = new Client(broker, "large");
                Client small = new Client(broker, "small")) {
            byte[] packet = bytes(publish(QoS.AT_LEAST_ONCE, 1, LARGE));
            sleeper.write(packet, 0, packet.length - 1);
            sleeper.awaitRead(broker, packet.length - 1);
            Thread writing = Thread.ofVirtual().start(() -> large.write(packet, 0, packet.length));
            large.awaitRead(broker, packet.length);

            byte[] less = bytes(publish(QoS.AT_LEAST_ONCE, 2, 100_000));
            small.write(less, 0, less.length);
            assertThat(small.read(4)).containsExactly(0x40, 2, 0, 2);
            assertThat(large.read(4)).containsExactly(0x40, 2, 0, 1);
            sleeper.readToEnd();
            writing.join();
        }
    }

    @Test
    void nobodyNewIsAcceptedWhileMemoryIsShort() throws Exception {
        try (Broker broker = start("limits.buffers-bytes-max=1MB", "limits.out-buffer-high=64MB");
                Client publisher = new Client(broker, "publisher")) {
            Client subscriber = new Client(broker, "subscriber");
            subscriber.send(
                    new Subscribe(
                            1, List.of(Subscription.of("t", QoS.AT_MOST_ONCE)), Properties.NONE));
            assertThat(subscriber.read(5)).containsExactly(0x90, 3, 0, 1, 0);
            while (accepts(broker)) { // until what the subscriber does not read is too much
                publisher.send(publish(QoS.AT_MOST_ONCE, 0, 1 << 20));
                publisher.ping();
            }
            assertThat(broker.traffic().refusedConnections()).isPositive();

            Thread reading = Thread.ofVirtual().start(subscriber::readToEnd);
            while (!accepts(broker)) {
                publisher.ping();
            }
            subscriber.close();
            reading.join();
        }
    }

    private static boolean accepts(Broker broker) throws IOException {
        try {
            new Client(broker, "probe").close();
            return true;
        } catch (UncheckedIOException refused) {
            return false;
        }
    }

    private Broker start(String... assignments) {
        List<String> all = new ArrayList<>(List.of(assignments));
        all.add("data-folder=" + temporary.resolve("data"));
        all.add("sys-interval=0");
        return Broker.start(
                new Broker.Setup(
                        new Configuration.Request(null, Map.of(), all, "0"),
                        Machine.here(),
                        "0.0.0-test",
                        System.nanoTime(),
                        level -> {}));
    }

    private static Publish publish(QoS qos, int packetIdentifier, int bytes) {
        return new Publish(
                TopicName.of("t"),
                Payload.of(new byte[bytes]),
                qos,
                false,
                false,
                packetIdentifier,
                Properties.NONE);
    }

    private static byte[] bytes(Packet packet) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, ProtocolVersion.MQTT_3_1_1, out);
        byte[] bytes = new byte[out.readableBytes()];
        out.readBytes(bytes);
        return bytes;
    }

    /// A connected 3.1.1 client as bytes.
    private static final class Client implements AutoCloseable {
        private final Socket socket;

        /// Connects, and fails if the broker has no room, or closes without CONNACK.
        Client(Broker broker, String clientIdentifier) throws IOException {
            var address = broker.addresses().getFirst();
            socket = new Socket(address.getAddress(), address.getPort());
            try {
                send(
                        new Connect(
                                ProtocolVersion.MQTT_3_1_1,
                                clientIdentifier,
                                true,
                                0,
                                null,
                                null,
                                null,
                                Properties.NONE));
                int[] connack = read(4);
                if (connack[3] == 3) {
                    throw new UncheckedIOException(new IOException("there is no room"));
                }
                assertThat(connack).startsWith(0x20, 2, 0, 0);
            } catch (UncheckedIOException refused) {
                socket.close();
                throw refused;
            }
        }

        void send(Packet packet) {
            byte[] bytes = bytes(packet);
            write(bytes, 0, bytes.length);
        }

        void write(byte[] bytes, int from, int length) {
            try {
                socket.getOutputStream().write(bytes, from, length);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        int[] read(int count) {
            try {
                InputStream in = socket.getInputStream();
                int[] bytes = new int[count];
                for (int i = 0; i < count; i++) {
                    bytes[i] = in.read();
                    if (bytes[i] < 0) {
                        throw new IOException("the broker closed");
                    }
                }
                return bytes;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void readToEnd() {
            try {
                byte[] some = new byte[1 << 16];
                int count = socket.getInputStream().read(some);
                while (count >= 0) {
                    count = socket.getInputStream().read(some);
                }
            } catch (IOException closed) {
                // as it should be
            }
        }

        void ping() {
            send(Pingreq.INSTANCE);
            assertThat(read(2)).containsExactly(0xD0, 0);
        }

        /// Waits until the broker has read about so many bytes in all.
        void awaitRead(Broker broker, long bytes) {
            while (broker.traffic().bytesReceived() < bytes) {
                Thread.onSpinWait();
            }
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}
