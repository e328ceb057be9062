package org.vencejo.testing.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// A queue that is longer than what memory holds of it, while the disk with the rest is in trouble:
/// it is drained as far as it can be read, the connection stays, and the rest comes when the
/// trouble is over, each message once and in its order.
class QueueOnADiskInTroubleTest {
    private static final int MESSAGES = 9_000;
    private static final String FILLING = "x".repeat(4_000);

    @TempDir Path folder;

    @BeforeEach
    void needsTheLibrary() {
        assumeTrue(FaultyDiskLibrary.built().isPresent(), FaultyDiskLibrary.built().missing());
    }

    private static void fill(BrokerOnDisk broker) throws IOException {
        try (SocketClient keeper =
                broker.client(SocketClient.kept(ProtocolVersion.MQTT_5, "keeper"))) {
            keeper.ask(SocketClient.subscribe(1, "kept", QoS.AT_LEAST_ONCE));
        }
        SocketClient publisher =
                broker.client(SocketClient.notKept(ProtocolVersion.MQTT_5, "publisher"));
        for (int i = 0; i < MESSAGES; i += 500) {
            Packet[] packets = new Packet[500];
            for (int j = 0; j < packets.length; j++) {
                String payload = (i + j) + " " + FILLING;
                packets[j] = SocketClient.publish("kept", QoS.AT_LEAST_ONCE, i + j + 1, payload);
            }
            publisher.send(packets);
            publisher.next(packets.length);
        }
    }

    private static int number(Publish publish) {
        String text = new String(publish.payload().toByteArray(), StandardCharsets.US_ASCII);
        return Integer.parseInt(text.substring(0, text.indexOf(' ')));
    }

    private static void receive(SocketClient keeper, int count, List<Integer> received)
            throws IOException {
        for (int i = 0; i < count; i++) {
            take(keeper, keeper.next(), received);
        }
    }

    private static void take(SocketClient keeper, Packet packet, List<Integer> received)
            throws IOException {
        Publish publish = (Publish) packet;
        received.add(number(publish));
        keeper.send(new Puback(publish.packetIdentifier(), ReasonCode.SUCCESS));
    }

    enum Kind {
        READS_FAIL,
        WRITES_FAIL;

        private boolean isMet(FaultyDisk disk) {
            FaultyDisk.Counts counts = disk.counts();
            return counts.readsFailed() + counts.writesFailed() > 0;
        }

        private void begin(FaultyDisk disk) {
            switch (this) {
                case READS_FAIL -> disk.failReads(Trouble.IO_ERROR);
                case WRITES_FAIL -> disk.failWrites(Trouble.IO_ERROR);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void comesWholeAndInOrder(Kind kind) throws Exception {
        try (BrokerOnDisk broker = new BrokerOnDisk(folder, "fsync", "store.memtable-bytes=4MB")) {
            fill(broker);
            SocketClient keeper = broker.client(ProtocolVersion.MQTT_5);
            keeper.connect(SocketClient.kept(ProtocolVersion.MQTT_5, "keeper"));
            List<Integer> received = new ArrayList<>();
            receive(keeper, 200, received);

            kind.begin(broker.disk());
            while (!kind.isMet(broker.disk())
                    && received.size() < MESSAGES) { // each acknowledgement asks for more
                for (Packet it : keeper.beforePing()) {
                    take(keeper, it, received);
                }
            }
            assertThat(received).as("the rest is on the disk").hasSizeLessThan(MESSAGES);

            broker.disk().heal();
            receive(keeper, MESSAGES - received.size(), received);
            assertThat(received).isEqualTo(IntStream.range(0, MESSAGES).boxed().toList());
            assertThat(keeper.beforePing()).isEmpty();
        }
    }
}
