package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.AT_MOST_ONCE;

import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vencejo.core.Limits;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Subscription;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.memory.MemoryServer;

/// A hundred thousand retained messages for one new subscriber: all of them, within its window and
/// bounded memory, and nobody else waits.
@Oracle(52)
class RetainedReplayTest {
    private static final int TOPICS = 100_000;
    private static final int WINDOW = 20;

    private final MemoryServer server = new MemoryServer(MemoryServer.Setup.defaults());

    @Test
    void allOfThemComeOnceAndWithinTheWindow() {
        retainAll();
        PacketClient subscriber =
                PacketClient.connected(
                        server,
                        "s",
                        true,
                        Properties.builder().put(Property.RECEIVE_MAXIMUM, WINDOW).build());
        subscriber.subscribe("r/#", AT_LEAST_ONCE);
        Set<String> topics = new HashSet<>();
        ArrayDeque<Publish> open = new ArrayDeque<>();
        int openMost = 0;
        long queuedMost = 0;
        for (int turns = 0; topics.size() < TOPICS && turns < TOPICS; turns++) {
            for (Publish each : subscriber.messages()) {
                add(topics, each);
                if (each.qos() == AT_LEAST_ONCE) {
                    open.add(each);
                }
            }
            openMost = Math.max(openMost, open.size());
            queuedMost = Math.max(queuedMost, server.core().accounting().queuedCopies());
            if (!open.isEmpty()) {
                subscriber.acknowledge(open.remove());
                server.settle();
            }
        }
        assertThat(openMost).isEqualTo(WINDOW); // [MQTT-3.3.4-9]
        assertThat(queuedMost).isLessThan(4 * WINDOW);
        assertThat(topics).hasSize(TOPICS);
        assertThat(server.core().accounting().balances()).isTrue();
    }

    @Test
    void aSubscriberThatReadsNothingCostsNoMoreThanItsOutBuffer() {
        retainAll();
        PacketClient subscriber = PacketClient.connected(server, "s");
        subscriber.subscribe("r/#", AT_MOST_ONCE);
        long most = Limits.DEFAULTS.outBufferHighBytes() + (64L << 10);
        assertThat(subscriber.connection().waiting()).isPositive().isLessThan(most);
        assertThat(server.core().accounting().queuedCopies()).isLessThan(300);

        Set<String> topics = new HashSet<>();
        long waitingMost = 0;
        for (int reads = 0; topics.size() < TOPICS && reads < 2 * TOPICS; reads++) {
            for (Packet each : subscriber.heard(100_000)) {
                if (each instanceof Publish publish) {
                    add(topics, publish);
                }
            }
            server.settle();
            waitingMost = Math.max(waitingMost, subscriber.connection().waiting());
        }
        assertThat(waitingMost).isLessThan(most);
        assertThat(topics).hasSize(TOPICS);
    }

    @Test
    void othersAreServedBetweenItsSlices() {
        retainAll();
        PacketClient other = PacketClient.connected(server, "o");
        other.subscribe("live", AT_MOST_ONCE);
        other.heard();
        PacketClient subscriber = PacketClient.connected(server, "s");
        subscriber.subscribe(0, Subscription.of("r/#", AT_MOST_ONCE));
        server.commit();
        int slices = 0;
        int came = 0;
        int sliceMost = 0;
        while (came < TOPICS) {
            int ran = server.runDue(1);
            sliceMost = Math.max(sliceMost, server.publishesInCall());
            other.send(new Pingreq());
            other.publish("live", AT_MOST_ONCE, false, "now");
            assertThat(other.heard()).hasSize(2).first().isInstanceOf(Pingresp.class);
            came += subscriber.messages().size();
            server.commit();
            slices += ran;
        }
        assertThat(sliceMost).isLessThanOrEqualTo(Limits.DEFAULTS.sliceMax());
        assertThat(slices).as("it took many").isGreaterThan(TOPICS / 1_000);
    }

    private static void add(Set<String> topics, Publish publish) {
        String topic = publish.topicName().toString();
        if (!publish.retain() || !PacketClient.text(publish).equals(topic) || !topics.add(topic)) {
            fail("%s came wrongly, or twice", publish);
        }
    }

    private void retainAll() {
        PacketClient publisher = PacketClient.connected(server, "p");
        for (int i = 0; i < TOPICS; i++) {
            String topic = "r/" + i % 100 + "/" + i;
            publisher.publish(topic, AT_MOST_ONCE, true, topic);
        }
        for (int i = 0; i < TOPICS; i += 2) { // half of them at QoS 1, in the place of the others
            String topic = "r/" + i % 100 + "/" + i;
            publisher.publish(topic, AT_LEAST_ONCE, true, topic);
        }
        server.settle();
        publisher.heard();
        assertThat(server.core().retainedMessages()).isEqualTo(TOPICS);
    }
}
