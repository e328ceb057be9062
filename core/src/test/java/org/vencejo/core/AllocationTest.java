package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.puback;
import static org.vencejo.core.Packets.subscribe;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;

/// What a PUBLISH may cost in memory on its way through the server: 160 bytes for a message in,
/// nothing for a receiver whose session ends with its connection, nothing for its PUBACK.
class AllocationTest {
    private static final TopicName TOPIC = TopicName.of("miCasa/plantaBaja/sala/temperatura");
    private static final int TIMES = 20_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private final Bench bench = new Bench();
    private final Server server = bench.server;
    private final Silent outbox = new Silent();
    private final ByteBuf received = Unpooled.buffer().writeBytes(new byte[4]);

    @ParameterizedTest
    @CsvSource({
        "AT_MOST_ONCE, 1, MQTT_5",
        "AT_MOST_ONCE, 100, MQTT_5",
        "AT_LEAST_ONCE, 1, MQTT_5",
        "AT_LEAST_ONCE, 100, MQTT_5",
        "AT_LEAST_ONCE, 100, MQTT_3_1_1",
    })
    void aMessageCostsLittleAndAReceiverNothing(QoS qos, int receivers, ProtocolVersion version) {
        for (int i = 0; i < receivers; i++) {
            bench.in(client("s" + i, version), subscribe(TOPIC.toString(), qos));
        }
        Connection publisher = client("publisher", version);
        run(publisher, qos);
        long bytesIn = 0;
        long bytesOfAnswers = 0;
        for (int i = 0; i < TIMES; i++) {
            bytesIn += publish(publisher, qos);
            bytesOfAnswers += acknowledge(qos);
        }
        assertThat(bytesIn / TIMES).isBetween(1L, 160L);
        assertThat(bytesOfAnswers / TIMES).isZero();
        assertThat(server.accounting().copies()).isEqualTo(2L * TIMES * receivers);
        assertThat(server.accounting().inFlightCopies()).isZero();
    }

    // The first rounds load classes and let tables grow.
    private void run(Connection publisher, QoS qos) {
        for (int i = 0; i < TIMES; i++) {
            publish(publisher, qos);
            acknowledge(qos);
        }
    }

    private Connection client(String name, ProtocolVersion version) {
        return bench.connect(version.isMqtt5() ? connect(name, 0) : connect3(version, name, true));
    }

    /// Makes a message as the decoder and the driver do, and has it handled.
    private long publish(Connection publisher, QoS qos) {
        outbox.count = 0;
        long before = THREADS.getCurrentThreadAllocatedBytes();
        Publish publish =
                new Publish(
                        TOPIC,
                        Payload.inTransit(received, 0, 4),
                        qos,
                        false,
                        false,
                        qos == QoS.AT_MOST_ONCE ? 0 : 7,
                        Properties.NONE);
        server.handle(new Input.PacketReceived(publisher, publish), 1, outbox);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    /// Has the PUBACK of each receiver handled; what it takes beside the packet and its input.
    private long acknowledge(QoS qos) {
        long bytes = 0;
        for (int i = 0; qos != QoS.AT_MOST_ONCE && i < outbox.count; i++) {
            Input input = new Input.PacketReceived(outbox.to[i], puback(outbox.identifiers[i]));
            long before = THREADS.getCurrentThreadAllocatedBytes();
            server.handle(input, 1, outbox);
            bytes += THREADS.getCurrentThreadAllocatedBytes() - before;
        }
        return bytes;
    }

    /// An outbox that remembers to whom what was sent, and takes no memory for it.
    private static final class Silent implements Outbox {
        private final Connection[] to = new Connection[100];
        private final int[] identifiers = new int[100];
        private int count;

        @Override
        public long send(Connection connection, Packet packet) {
            return 0;
        }

        @Override
        public long publish(
                Connection connection,
                Publish publish,
                int packetIdentifier,
                boolean dup,
                int topicAlias) {
            to[count] = connection;
            identifiers[count++] = packetIdentifier;
            return 0;
        }

        @Override
        public void close(Connection connection) {
            throw new AssertionError("nobody is to be closed");
        }

        @Override
        public void pauseReading(Connection connection) {}

        @Override
        public void resumeReading(Connection connection) {}

        @Override
        public void append(long number, Mutation mutation) {
            throw new AssertionError("nothing here lasts");
        }

        @Override
        public void readQueue(long session, long read, long from, int messagesMax, long bytesMax) {}

        @Override
        public void authenticate(Connection connection, Authentication.Request request) {}

        @Override
        public void event(Event event) {
            throw new AssertionError(event.toString());
        }
    }
}
