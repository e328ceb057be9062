package org.vencejo.testing.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.vencejo.core.routing.Cursor;
import org.vencejo.core.routing.RetainedTrie;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.Seeds;

/// The trie of retained values against a map, with cursors that are on their way while it changes.
class RetainedTrieModelTest {
    private static final int STEPS = 600;
    private static final int CURSORS_MAX = 8;

    @Test
    void theTrieDoesWhatAMapDoes() {
        Seeds.run(seeds -> run(seeds, 200));
    }

    @Test
    @Tag("long")
    void theTrieDoesWhatAMapDoesForLong() {
        Seeds.run(seeds -> run(seeds, 20_000));
    }

    private static void run(Seeds seeds, int scenarios) {
        for (int i = 0; i < scenarios; i++) {
            new Scenario(seeds.fork()).run();
        }
    }

    /// A value knows its topic; no two are the same.
    private static final class Value {
        private final TopicName topicName;

        Value(TopicName topicName) {
            this.topicName = topicName;
        }

        @Override
        public String toString() {
            return topicName.toString();
        }
    }

    /// A cursor on its way: what it has to meet, and where it was.
    private static final class Walk {
        private final TopicFilter filter;
        private final Cursor<Value> cursor;

        /// Topics that match and had a value all the time, and were not met.
        private final Set<TopicName> owed = new HashSet<>();

        private final Set<TopicName> met = new HashSet<>();

        Walk(TopicFilter filter, RetainedTrie<Value> trie, Set<TopicName> topicNames) {
            this.filter = filter;
            this.cursor = trie.cursor(filter);
            topicNames.stream().filter(filter::matches).forEach(owed::add);
        }

        @Override
        public String toString() {
            return filter.toString();
        }
    }

    /// One trie from its first value to the last that is removed.
    private static final class Scenario {
        private final Seeds seeds;
        private final Topics topics;
        private final RetainedTrie<Value> trie;
        private final Map<TopicName, Value> map = new LinkedHashMap<>();
        private final List<Walk> walks = new ArrayList<>();

        Scenario(Seeds seeds) {
            this.seeds = seeds;
            this.topics = new Topics(seeds);
            this.trie = new RetainedTrie<>(seeds.next());
        }

        void run() {
            double puts = seeds.pick(List.of(0.3, 0.5, 0.7));
            for (int step = 0; step < STEPS; step++) {
                if (seeds.chance(0.4)) {
                    walk();
                } else if (seeds.chance(puts)) {
                    put();
                } else {
                    remove();
                }
                TopicName any = topics.name();
                assertThat(trie.get(any)).isSameAs(map.get(any));
                assertThat(trie.size()).isEqualTo(map.size());
            }
            walks.stream().filter(each -> seeds.chance(0.5)).forEach(this::finish);
            for (TopicName topicName : List.copyOf(map.keySet())) {
                remove(topicName);
            }
            assertThat(trie.nodes()).isZero();
            for (Walk walk : walks) {
                assertThat(walk.cursor.next(Integer.MAX_VALUE)).isNull();
                assertThat(walk.cursor.finished()).isTrue();
            }
        }

        private void put() {
            Value value = new Value(topics.name());
            assertThat(trie.put(value.topicName, value)).isSameAs(map.put(value.topicName, value));
        }

        private void remove() {
            remove(
                    map.isEmpty() || seeds.chance(0.2)
                            ? topics.name()
                            : seeds.pick(List.copyOf(map.keySet())));
        }

        private void remove(TopicName topicName) {
            assertThat(trie.remove(topicName)).isSameAs(map.remove(topicName));
            walks.forEach(walk -> walk.owed.remove(topicName));
        }

        private void walk() {
            if (walks.isEmpty() || (walks.size() < CURSORS_MAX && seeds.chance(0.2))) {
                walks.add(new Walk(topics.filter(), trie, map.keySet()));
            }
            Walk walk = seeds.pick(walks);
            for (int calls = seeds.below(6); calls > 0; calls--) {
                Value value = walk.cursor.next(1 + seeds.below(3));
                if (value != null) {
                    meet(walk, value);
                } else if (walk.cursor.finished()) {
                    assertThat(walk.owed).as("not met by %s", walk).isEmpty();
                    walks.remove(walk);
                    return;
                }
            }
        }

        private void finish(Walk walk) {
            int stepsMax = 4 * trie.nodes() + 100;
            for (int step = 0; step < stepsMax && !walk.cursor.finished(); step++) {
                Value value = walk.cursor.next(1);
                if (value != null) {
                    meet(walk, value);
                }
            }
            assertThat(walk.cursor.finished()).as("%s ends", walk).isTrue();
            assertThat(walk.owed).as("not met by %s", walk).isEmpty();
        }

        private void meet(Walk walk, Value value) {
            assertThat(map.get(value.topicName)).as("met by %s", walk).isSameAs(value);
            assertThat(walk.filter.matches(value.topicName))
                    .as("%s matches %s", walk, value)
                    .isTrue();
            assertThat(walk.met.add(value.topicName)).as("%s, once by %s", value, walk).isTrue();
            walk.owed.remove(value.topicName);
        }
    }
}
