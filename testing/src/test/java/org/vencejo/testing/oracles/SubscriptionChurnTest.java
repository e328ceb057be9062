package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.vencejo.core.AccessRules;
import org.vencejo.core.ServerSettings;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.RetainHandling;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Unsuback;
import org.vencejo.testing.Oracle;
import org.vencejo.testing.Seeds;
import org.vencejo.testing.memory.LateStore;
import org.vencejo.testing.memory.MemoryServer;

/// Many clients subscribe to the same filters and leave them again, under a stream of messages and
/// with a journal that takes its time: what holds is what the last SUBACK or UNSUBACK says, from
/// one message on, and at the end nothing is left.
@Oracle({49, 60, 61})
class SubscriptionChurnTest {
    private static final List<String> FILTERS =
            List.of("a", "a/b", "a/+", "a/#", "+/b", "#", "/", "+");
    private static final List<String> TOPICS = List.of("a", "a/b", "a/c", "c/b", "/", "c");

    /// A client, what it asked for, and what it was told holds.
    private static final class Churning {
        private final PacketClient client;
        private final Map<String, Integer> identifiers = new TreeMap<>();
        private final Map<Integer, Map.Entry<String, Integer>> asked = new HashMap<>();
        private int lastIdentifier;

        Churning(PacketClient client) {
            this.client = client;
        }

        /// Each SUBSCRIBE has an identifier of its own, which tells one from another.
        void subscribe(String filter) {
            int identifier = ++lastIdentifier;
            Subscription subscription =
                    new Subscription(
                            TopicFilter.of(filter),
                            QoS.AT_MOST_ONCE,
                            false,
                            false,
                            RetainHandling.DO_NOT_SEND);
            int packet = client.subscribe(identifier, subscription);
            asked.put(packet, Map.entry(filter, identifier));
        }

        /// From here on nothing new is due [MQTT-3.10.4-2], what was asked for before included.
        void unsubscribe(String filter) {
            client.unsubscribe(filter);
            identifiers.remove(filter);
            asked.values().removeIf(each -> each.getKey().equals(filter));
        }

        /// Listens; returns the messages that came.
        List<Publish> listen() {
            List<Publish> messages = new ArrayList<>();
            for (Packet each : client.heard()) {
                switch (each) {
                    case Suback it -> {
                        Map.Entry<String, Integer> granted = asked.remove(it.packetIdentifier());
                        if (granted != null) {
                            identifiers.put(granted.getKey(), granted.getValue());
                        }
                    }
                    case Publish it -> messages.add(it);
                    case Unsuback _ -> {}
                    default -> throw new AssertionError(each + " came");
                }
            }
            return messages;
        }

        /// The identifiers of the subscriptions that match.
        int[] matching(String topic) {
            return identifiers.entrySet().stream()
                    .filter(each -> TopicFilter.of(each.getKey()).matches(TopicName.of(topic)))
                    .mapToInt(Map.Entry::getValue)
                    .sorted()
                    .toArray();
        }
    }

    @Test
    void whatHoldsIsWhatTheLastAnswerSaid() {
        Seeds.run(seeds -> {
            for (int i = 0; i < 20; i++) {
                play(seeds.fork());
            }
        });
    }

    private static void play(Seeds seeds) {
        LateStore store = LateStore.prompt();
        MemoryServer server =
                new MemoryServer(
                        new MemoryServer.Setup(
                                ServerSettings.DEFAULTS,
                                AccessRules.OPEN,
                                MemoryServer.Authenticator.EVERYBODY,
                                store,
                                seeds.next()));
        PacketClient publisher = PacketClient.connected(server, "p");
        List<Churning> clients = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            Properties kept =
                    Properties.builder().put(Property.SESSION_EXPIRY_INTERVAL, i % 2 * 60L).build();
            clients.add(new Churning(PacketClient.connected(server, "c" + i, true, kept)));
        }
        store.answersAtOnce(false);
        int delivered = 0;
        for (int step = 0; step < 400; step++) {
            Churning client = seeds.pick(clients);
            String filter = seeds.pick(FILTERS);
            switch (seeds.below(4)) {
                case 0, 1 -> client.subscribe(filter);
                case 2 -> client.unsubscribe(filter);
                default -> {
                    List<Long> waiting = store.waiting();
                    if (!waiting.isEmpty()) {
                        store.makeDurable(seeds.pick(waiting));
                    }
                }
            }
            server.settle();
            clients.forEach(each -> assertThat(each.listen()).isEmpty());
            delivered += publish(server, publisher, clients, seeds.pick(TOPICS), "" + step);
        }
        assertThat(delivered).as("enough of them").isGreaterThan(400);
        store.answersAtOnce(true);
        server.settle();
        clients.forEach(each -> assertThat(each.listen()).isEmpty());
        for (String topic : TOPICS) {
            publish(server, publisher, clients, topic, "the end");
        }
        int held = clients.stream().mapToInt(each -> each.identifiers.size()).sum();
        assertThat(server.core().subscriptions()).isEqualTo(held);
        for (Churning client : clients) {
            FILTERS.forEach(client::unsubscribe);
        }
        server.settle();
        assertThat(server.core().subscriptions()).isZero();
        for (String topic : TOPICS) {
            assertThat(publish(server, publisher, clients, topic, "nobody")).isZero();
        }
    }

    /// Publishes, and looks who gets it; returns how many did.
    private static int publish(
            MemoryServer server,
            PacketClient publisher,
            List<Churning> clients,
            String topic,
            String payload) {
        publisher.publish(topic, QoS.AT_MOST_ONCE, false, payload);
        server.settle();
        int count = 0;
        for (Churning each : clients) {
            int[] expected = each.matching(topic);
            List<Publish> came = each.listen();
            assertThat(came).hasSize(expected.length == 0 ? 0 : 1);
            for (Publish message : came) {
                assertThat(PacketClient.text(message)).isEqualTo(payload);
                int[] identifiers = message.properties().subscriptionIdentifiers().clone();
                Arrays.sort(identifiers);
                assertThat(identifiers).isEqualTo(expected);
                count++;
            }
        }
        return count;
    }
}
