package org.vencejo.testing.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.vencejo.core.routing.Route;
import org.vencejo.core.routing.SharedSubscription;
import org.vencejo.core.routing.SubscriptionTrie;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.RetainHandling;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.Seeds;
import org.vencejo.testing.routing.NaiveSubscriptions.Subscriber;
import org.vencejo.testing.routing.NaiveSubscriptions.SubscriptionKey;

/// The trie of subscriptions against lists, under changes by chance.
class SubscriptionTrieModelTest {
    private static final int STEPS = 400;

    @Test
    void theTrieDoesWhatListsDo() {
        Seeds.run(seeds -> run(seeds, 200));
    }

    @Test
    @Tag("long")
    void theTrieDoesWhatListsDoForLong() {
        Seeds.run(seeds -> run(seeds, 20_000));
    }

    private static void run(Seeds seeds, int scenarios) {
        for (int i = 0; i < scenarios; i++) {
            new Scenario(seeds.fork()).run();
        }
    }

    /// One trie from its first subscription to the last that is removed.
    private static final class Scenario {
        private final Seeds seeds;
        private final Topics topics;
        private final List<Subscriber> subscribers = new ArrayList<>();
        private final Map<Subscriber, Integer> readiness = new HashMap<>();
        private final NaiveSubscriptions naive = new NaiveSubscriptions();
        private final SubscriptionTrie<Subscriber> trie;

        Scenario(Seeds seeds) {
            this.seeds = seeds;
            this.topics = new Topics(seeds);
            this.trie = new SubscriptionTrie<>(seeds.below(128), 1 << 16, seeds.next());
            for (int more = seeds.below(40); more >= 0; more--) {
                subscribers.add(new Subscriber("s" + seeds.below(20)));
            }
        }

        void run() {
            double puts = seeds.pick(List.of(0.2, 0.4));
            for (int step = 0; step < STEPS; step++) {
                readiness.put(seeds.pick(subscribers), seeds.below(4) - 1);
                if (seeds.chance(puts)) {
                    put();
                } else if (seeds.chance(0.3)) {
                    remove();
                } else {
                    match();
                    choose();
                }
                assertThat(trie.size()).isEqualTo(naive.size());
            }
            for (SubscriptionKey key : naive.keys()) {
                assertThat(trie.remove(key.subscriber(), key.filter())).isTrue();
            }
            assertThat(trie.size()).isZero();
            assertThat(trie.nodes()).isZero();
        }

        private void put() {
            boolean shared = seeds.chance(0.2);
            Subscription subscription =
                    new Subscription(
                            shared ? topics.sharedFilter() : topics.filter(),
                            QoS.of(seeds.below(3)),
                            !shared && seeds.chance(0.3),
                            seeds.chance(0.3),
                            RetainHandling.SEND_AT_SUBSCRIBE);
            Subscriber subscriber = seeds.pick(subscribers);
            int identifier = seeds.below(4);
            assertThat(trie.put(subscriber, subscription, identifier))
                    .isEqualTo(naive.put(subscriber, subscription, identifier));
        }

        private void remove() {
            List<SubscriptionKey> keys = naive.keys();
            SubscriptionKey key =
                    keys.isEmpty() || seeds.chance(0.2)
                            ? new SubscriptionKey(seeds.pick(subscribers), topics.filter())
                            : seeds.pick(keys);
            assertThat(trie.remove(key.subscriber(), key.filter()))
                    .isEqualTo(naive.remove(key.subscriber(), key.filter()));
        }

        private void match() {
            TopicName topicName = topics.name();
            Route<Subscriber> route = trie.match(topicName);
            assertThat(NaiveSubscriptions.receivers(route))
                    .as("receivers of %s", topicName)
                    .isEqualTo(naive.receivers(topicName));
            assertThat(NaiveSubscriptions.groups(route))
                    .as("groups of %s", topicName)
                    .isEqualTo(naive.groups(topicName));
        }

        private void choose() {
            List<TopicFilter> groups = naive.groups();
            if (groups.isEmpty()) {
                return;
            }
            for (Subscriber each : subscribers) {
                readiness.putIfAbsent(each, SharedSubscription.READY);
            }
            TopicFilter group = seeds.pick(groups);
            assertThat(
                            NaiveSubscriptions.choice(
                                    trie.shared(group)
                                            .choose(each -> readiness.get(each.subscriber()))))
                    .as("choice of %s", group)
                    .isEqualTo(naive.choose(group, readiness));
        }
    }
}
