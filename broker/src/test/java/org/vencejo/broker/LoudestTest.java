package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.core.Limits;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;

/// Who is not read from while the memory is filled to its second mark, over real sockets.
@Timeout(60)
class LoudestTest {
    private static final int PINGS = 50;
    private static final int FLOOD_BYTES = 32 << 20;

    private static final Limits.MemoryMarks MARKS = new Limits.MemoryMarks(50, 50, 100, 1_000_000);

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void whoSendsMostIsNotReadFromAndOthersAre(int ioThreads) throws Exception {
        Limits limits = With.with(Limits.DEFAULTS, "memoryMarks", MARKS);
        try (ServerRig rig = ServerRig.start(ioThreads, limits);
                RawClient loud = rig.connected("loud");
                RawClient quiet = rig.connected("quiet")) {
            retain(quiet, new byte[600_000]);
            while (rig.driver().traffic().memory().reading() == 0) {
                ping(quiet);
            }
            byte[] flood =
                    RawClient.bytes(RawClient.message("f", new byte[10_000], QoS.AT_MOST_ONCE, 0));
            Thread flooding = Thread.ofVirtual().start(() -> pour(loud, flood));
            long read = Long.MAX_VALUE;
            while (read > PINGS * 2L) { // until nothing comes but what the quiet one sends
                long before = rig.driver().traffic().bytesReceived();
                for (int i = 0; i < PINGS; i++) {
                    ping(quiet);
                }
                read = rig.driver().traffic().bytesReceived() - before;
            }
            retain(quiet, new byte[0]);
            flooding.join();
            while (rig.driver().traffic().bytesReceived() < FLOOD_BYTES) {
                ping(quiet);
            }
            while (rig.driver().traffic().memory().marks() > 0) {
                ping(quiet);
            }
        }
    }

    private static void pour(RawClient client, byte[] message) {
        try {
            int count = 50;
            byte[] many = new byte[count * message.length];
            for (int i = 0; i < count; i++) {
                System.arraycopy(message, 0, many, i * message.length, message.length);
            }
            for (int sent = 0; sent < FLOOD_BYTES; sent += many.length) {
                client.send(many);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void retain(RawClient client, byte[] payload) throws IOException {
        Publish plain = RawClient.message("r", payload, QoS.AT_LEAST_ONCE, 1);
        client.send(
                new Publish(
                        plain.topicName(),
                        plain.payload(),
                        plain.qos(),
                        true,
                        false,
                        1,
                        Properties.NONE));
        assertThat(client.next()).isInstanceOf(Puback.class);
    }

    private static void ping(RawClient client) throws IOException {
        client.send(Pingreq.INSTANCE);
        assertThat(client.next()).isInstanceOf(Pingresp.class);
    }
}
