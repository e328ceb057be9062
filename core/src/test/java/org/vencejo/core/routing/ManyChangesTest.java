package org.vencejo.core.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.routing.Routes.plain;
import static org.vencejo.core.routing.Routes.subscription;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// Tries under many changes, beside a map that is asked filter by filter.
class ManyChangesTest {
    private static final String[] LEVELS = {
        "a", "b", "", "$x", "12345678", "123456789", "12345678?"
    };

    private static String topic(SplittableRandom random) {
        int count = 1 + random.nextInt(6);
        List<String> levels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            levels.add(LEVELS[random.nextInt(LEVELS.length)]);
        }
        String topic = String.join("/", levels);
        return topic.isEmpty() ? "a" : topic;
    }

    private static String filter(SplittableRandom random) {
        String[] levels = topic(random).split("/", -1);
        for (int i = 0; i < levels.length; i++) {
            levels[i] = random.nextInt(3) == 0 ? "+" : levels[i];
        }
        if (random.nextInt(3) == 0) {
            levels[levels.length - 1] = "#";
        }
        return String.join("/", levels);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void whoeverSubscribesAndLeavesEachTopicFindsWhoseFilterMatchesNow(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(64, seed);
        Map<String, TopicFilter> naive = new TreeMap<>(); // each subscriber has one filter
        List<String> topics = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            topics.add(topic(random));
        }
        for (int i = 0; i < 4_000; i++) {
            String subscriber = ("s" + random.nextInt(40)).intern();
            TopicFilter before = naive.remove(subscriber);
            if (before != null) {
                assertThat(trie.remove(subscriber, before)).isTrue();
            } else {
                TopicFilter filter = TopicFilter.of(filter(random));
                assertThat(trie.put(subscriber, subscription(filter.toString()), 0)).isTrue();
                naive.put(subscriber, filter);
            }
            String topic = topics.get(random.nextInt(topics.size()));
            List<String> expected = new ArrayList<>();
            naive.forEach((each, filter) -> {
                if (filter.matches(TopicName.of(topic))) {
                    expected.add(each);
                }
            });
            expected.sort(null);
            assertThat(plain(trie, topic)).as(topic + " of " + naive).isEqualTo(expected);
            assertThat(trie.size()).isEqualTo(naive.size());
            assertThat(trie.nodes() > 0).isEqualTo(!naive.isEmpty());
        }
        naive.forEach(trie::remove);
        assertThat(trie.nodes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void eachOfManySubscribersOfOneFilterHasTheOptionsThatItGaveLast(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(16, seed);
        Map<String, QoS> naive = new HashMap<>();
        for (int i = 0; i < 3_000; i++) {
            int most = i % 1_000 < 500 ? 40 : 6; // past the size that has an index, and back
            String subscriber = ("s" + random.nextInt(most)).intern();
            if (random.nextInt(5) < 2) {
                assertThat(trie.remove(subscriber, TopicFilter.of("t")))
                        .isEqualTo(naive.remove(subscriber) != null);
            } else {
                int qos = random.nextInt(3);
                assertThat(trie.put(subscriber, subscription("t", "" + qos), 0))
                        .isEqualTo(naive.put(subscriber, QoS.of(qos)) == null);
            }
            Route<String> route = trie.match(TopicName.of("t"));
            Map<String, QoS> found = new HashMap<>();
            for (int k = 0; k < route.size(); k++) {
                found.put(route.receiver(k).subscriber(), route.receiver(k).qos());
            }
            assertThat(found).isEqualTo(naive);
            assertThat(route.size()).isEqualTo(naive.size());
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void retainedTopicsComeAndGoAndTheOthersAreFound(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        RetainedTrie<Integer> trie = new RetainedTrie<>(seed);
        TreeMap<String, Integer> naive = new TreeMap<>();
        for (int i = 0; i < 6_000; i++) {
            boolean growing = i % 2_000 < 1_000; // and shrinking, in turn
            String name = topic(random) + "/" + random.nextInt(50);
            TopicName topicName = TopicName.of(name);
            if (random.nextInt(10) < (growing ? 8 : 2)) {
                assertThat(trie.put(topicName, i)).isEqualTo(naive.put(name, i));
            } else {
                String gone = naive.ceilingKey(name) == null ? name : naive.ceilingKey(name);
                assertThat(trie.remove(TopicName.of(gone))).isEqualTo(naive.remove(gone));
            }
            assertThat(trie.get(topicName)).isEqualTo(naive.get(name));
            assertThat(trie.size()).isEqualTo(naive.size());
            if (i % 50 == 0) {
                assertMeets(trie, filter(random), naive);
            }
        }
        TreeSet<Integer> all = new TreeSet<>();
        trie.forEach(all::add);
        assertThat(all).isEqualTo(new TreeSet<>(naive.values()));
        naive.keySet().forEach(name -> trie.remove(TopicName.of(name)));
        assertThat(trie.nodes()).isZero();
    }

    private static void assertMeets(
            RetainedTrie<Integer> trie, String filter, Map<String, Integer> naive) {
        List<Integer> expected = new ArrayList<>();
        naive.forEach((name, value) -> {
            if (TopicFilter.of(filter).matches(TopicName.of(name))) {
                expected.add(value);
            }
        });
        assertThat(Routes.all(trie.cursor(TopicFilter.of(filter))))
                .as(filter)
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void anOverlapIsSeenAmongFewAndManyWhereverItsTwoFiltersStand() {
        List<String> filters = new ArrayList<>();
        for (int bits = 0; bits < 16; bits++) { // all of them match a/b/c/d
            String[] levels = {"a", "b", "c", "d"};
            for (int level = 0; level < 4; level++) {
                levels[level] = (bits >> level & 1) == 0 ? levels[level] : "+";
            }
            filters.add(String.join("/", levels));
        }
        for (int count = 2; count <= 12; count++) {
            for (int i = 0; i < count; i++) {
                for (int j = 0; j < i; j++) {
                    SubscriptionTrie<String> trie = new SubscriptionTrie<>(16, 1);
                    TreeSet<String> subscribers = new TreeSet<>();
                    for (int k = 0; k < count; k++) {
                        String subscriber = ("s" + (k == i ? j : k)).intern();
                        trie.put(subscriber, subscription(filters.get(k)), 0);
                        subscribers.add(subscriber);
                    }
                    assertThat(plain(trie, "a/b/c/d"))
                            .as("%d filters, the same subscriber has %d and %d", count, j, i)
                            .containsExactlyElementsOf(subscribers);
                }
            }
        }
    }
}
