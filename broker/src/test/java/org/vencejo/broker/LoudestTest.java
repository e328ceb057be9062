package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
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
    private static final int PINGS = 300;

    /// More than the quiet one sends.
    private static final int FLOOD_BYTES = 2 << 20;

    private static final Limits.MemoryMarks MARKS = new Limits.MemoryMarks(50, 50, 100, 1_000_000);

    /// What the quiet ones have sent since they are connected.
    private long quietBytes;

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void whoSendsMostIsNotReadFromAndOthersAre(int ioThreads) throws Exception {
        Limits limits = With.with(Limits.DEFAULTS, "memoryMarks", MARKS);
        try (ServerRig rig = ServerRig.start(ioThreads, limits);
                RawClient loud = rig.connected("loud");
                RawClient quiet = rig.connected("quiet")) {
            List<RawClient> others = new ArrayList<>();
            for (int i = 1; i < ioThreads; i++) { // so that it is seen that each loop runs
                others.add(rig.connected("other" + i));
            }
            AtomicBoolean seen = new AtomicBoolean();
            AtomicLong sent = new AtomicLong();
            long received = rig.driver().traffic().bytesReceived();
            Thread flooding = Thread.ofVirtual().start(() -> pour(loud, seen, sent));
            while (rig.driver().traffic().bytesReceived() < FLOOD_BYTES) { // read as any other
                ping(quiet);
            }
            retain(quiet, new byte[600_000]);
            while (rig.driver().traffic().memory().reading() == 0) {
                ping(quiet);
            }
            long read;
            long unread;
            do { // until nothing comes but what the quiet ones send, and there is something to read
                long all = received + sent.get() + quietBytes;
                long before = rig.driver().traffic().bytesReceived();
                unread = all - before;
                for (int i = 0; i < PINGS; i++) {
                    ping(quiet);
                    for (RawClient each : others) {
                        ping(each);
                    }
                }
                read = rig.driver().traffic().bytesReceived() - before;
            } while (read > 2L * PINGS * (1 + others.size()) || unread <= 0);
            assertThat(flooding.isAlive()).as("it has more to say").isTrue();
            seen.set(true);
            retain(quiet, new byte[0]);
            flooding.join();
            while (rig.driver().traffic().bytesReceived() < received + sent.get() + quietBytes) {
                ping(quiet);
            }
            while (rig.driver().traffic().memory().marks() > 0) {
                ping(quiet);
            }
            for (RawClient each : others) {
                each.close();
            }
        }
    }

    private static void pour(RawClient client, AtomicBoolean seen, AtomicLong sent) {
        try {
            byte[] message =
                    RawClient.bytes(RawClient.message("f", new byte[10_000], QoS.AT_MOST_ONCE, 0));
            int count = 5;
            byte[] many = new byte[count * message.length];
            for (int i = 0; i < count; i++) {
                System.arraycopy(message, 0, many, i * message.length, message.length);
            }
            while (!seen.get()) {
                client.send(many);
                sent.addAndGet(many.length);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void retain(RawClient client, byte[] payload) throws IOException {
        Publish plain = RawClient.message("r", payload, QoS.AT_LEAST_ONCE, 1);
        Publish retained =
                new Publish(
                        plain.topicName(),
                        plain.payload(),
                        plain.qos(),
                        true,
                        false,
                        1,
                        Properties.NONE);
        byte[] bytes = RawClient.bytes(retained);
        quietBytes += bytes.length;
        client.send(bytes);
        assertThat(client.next()).isInstanceOf(Puback.class);
    }

    private void ping(RawClient client) throws IOException {
        client.send(Pingreq.INSTANCE);
        quietBytes += 2;
        assertThat(client.next()).isInstanceOf(Pingresp.class);
    }
}
