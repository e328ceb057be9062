package org.vencejo.testing.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.testing.Seeds;

/// What a loss of power leaves at level `os`: a state that once was. The broker starts from it, and
/// of what was acknowledged the last is missing, without a hole before.
class PowerLossAtOsTest {
    private static final int MESSAGES = 900;
    private static final String FILLING = "x".repeat(8_000);
    private static final String END = "end";

    @TempDir Path folder;

    private final Seeds seeds = Seeds.given();
    private final List<String> story = new ArrayList<>();

    @BeforeEach
    void needsTheLibrary() {
        assumeTrue(FaultyDiskLibrary.built().isPresent(), FaultyDiskLibrary.built().missing());
    }

    // More than a memtable holds, so that a part is in sorted files and synced, and the rest in
    // logs
    // that are not.
    private int publishUntilKilled(BrokerOnDisk broker, String topic) throws Exception {
        try (SocketClient receiver =
                broker.client(SocketClient.kept(ProtocolVersion.MQTT_5, topic))) {
            receiver.ask(SocketClient.subscribe(1, topic, QoS.AT_LEAST_ONCE));
        }
        int killedAfter = MESSAGES / 2 + seeds.below(MESSAGES / 2);
        SocketClient publisher =
                broker.client(SocketClient.notKept(ProtocolVersion.MQTT_5, "publisher"));
        for (int i = 0; i < killedAfter; i++) {
            String payload = i + " " + FILLING;
            publisher.ask(SocketClient.publish(topic, QoS.AT_LEAST_ONCE, i + 1, payload));
        }
        broker.kill();
        return killedAfter;
    }

    /// The numbers that are left for the receiver, in the order in which they come.
    private static List<Integer> left(BrokerOnDisk broker, String topic) throws Exception {
        List<Integer> left = new ArrayList<>();
        SocketClient receiver = broker.client(ProtocolVersion.MQTT_5);
        if (!receiver.connect(SocketClient.kept(ProtocolVersion.MQTT_5, topic))) {
            return left;
        }
        SocketClient other = broker.client(SocketClient.notKept(ProtocolVersion.MQTT_5, "other"));
        receiver.send(SocketClient.subscribe(2, END, QoS.AT_LEAST_ONCE));
        while (true) {
            Packet packet = receiver.next();
            if (packet instanceof Suback) {
                other.ask(SocketClient.publish(END, QoS.AT_LEAST_ONCE, 1, "-1 "));
            } else if (packet instanceof Publish publish) {
                byte[] payload = publish.payload().toByteArray();
                String text = new String(payload, StandardCharsets.US_ASCII);
                int number = Integer.parseInt(text.substring(0, text.indexOf(' ')));
                if (number < 0) {
                    return left;
                }
                left.add(number);
                receiver.send(new Puback(publish.packetIdentifier(), ReasonCode.SUCCESS));
            }
        }
    }

    @Test
    @Tag("long")
    void isAStateThatOnceWas() throws Exception {
        int lost = 0;
        int kept = 0;
        try (BrokerOnDisk broker = new BrokerOnDisk(folder, "os", "store.memtable-bytes=4MB")) {
            for (int i = 0; i < 12; i++) {
                String topic = "t" + i;
                int acknowledged = publishUntilKilled(broker, topic);
                PowerLoss.Report report =
                        i % 3 == 0
                                ? PowerLoss.strict(broker.disk())
                                : PowerLoss.seeded(broker.disk(), seeds.fork());
                story.add(acknowledged + " acknowledged; " + report);
                broker.start();
                List<Integer> left = left(broker, topic);
                assertThat(left)
                        .as(() -> seeds.replay() + "\n" + String.join("\n", story))
                        .isEqualTo(IntStream.range(0, left.size()).boxed().toList());
                lost += acknowledged - left.size();
                kept += left.size();
            }
        }
        System.out.printf("power lost at os: %d messages left, %d lost, no hole%n", kept, lost);
        assertThat(lost).isPositive();
        assertThat(kept).isPositive();
    }
}
