package org.vencejo.core.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

class RetainedTrieTest {
    private final RetainedTrie<String> trie = new RetainedTrie<>(1);

    @Test
    void aTopicHasTheValueThatWasPutLast() {
        assertThat(trie.put(TopicName.of("a/b"), "1")).isNull();
        assertThat(trie.put(TopicName.of("a/b"), "2")).isEqualTo("1");
        assertThat(trie.get(TopicName.of("a/b"))).isEqualTo("2");
        assertThat(trie.get(TopicName.of("a"))).isNull();
        assertThat(trie.get(TopicName.of("a/b/c"))).isNull();
        assertThat(trie.size()).isEqualTo(1);
    }

    @Test
    void nothingIsLeftOfValuesThatAreGone() {
        put("a", "a/b", "a/b/c", "x/y/z");
        assertThat(trie.remove(TopicName.of("x/y"))).isNull();
        assertThat(trie.nodes()).isEqualTo(6);
        assertThat(trie.remove(TopicName.of("a/b"))).isEqualTo("a/b");
        assertThat(trie.remove(TopicName.of("a/b"))).isNull();
        assertThat(trie.nodes()).isEqualTo(6);
        assertThat(trie.remove(TopicName.of("x/y/z"))).isEqualTo("x/y/z");
        assertThat(trie.nodes()).isEqualTo(3);
        trie.remove(TopicName.of("a/b/c"));
        trie.remove(TopicName.of("a"));
        assertThat(trie.size()).isZero();
        assertThat(trie.nodes()).isZero();
    }

    @Test
    void aCursorMeetsValuesInTheOrderOfTheirTopicsAge() {
        put("b/2", "a", "b/1", "$x", "b", "c/d");
        assertThat(all("#")).containsExactly("b", "b/2", "b/1", "a", "c/d");
        assertThat(all("b/#")).containsExactly("b", "b/2", "b/1");
        assertThat(all("b/+")).containsExactly("b/2", "b/1");
        assertThat(all("+")).containsExactly("b", "a");
        assertThat(all("$share/g/+/d")).containsExactly("c/d");
        assertThat(all("nobody/#")).isEmpty();
    }

    @Test
    void aFilterWithoutWildcardsIsOneLookUp() {
        put("a/b/c/d", "a/b/c/e");
        Cursor<String> cursor = trie.cursor(TopicFilter.of("a/b/c/d"));
        assertThat(cursor.next(1)).isEqualTo("a/b/c/d");
        assertThat(cursor.next(1)).isNull();
        assertThat(cursor.finished()).isTrue();
        assertThat(trie.cursor(TopicFilter.of("a/b/c/x")).finished()).isTrue();
    }

    @Test
    void aCursorStopsAfterTheStepsThatItMayTake() {
        for (int i = 0; i < 100; i++) {
            put("a/" + i + "/x");
        }
        put("b/50/y");
        Cursor<String> cursor = trie.cursor(TopicFilter.of("+/+/y"));
        long before = trie.visits();
        int calls = 0;
        String found = null;
        while (!cursor.finished()) {
            String value = cursor.next(10);
            found = value == null ? found : value;
            calls++;
        }
        assertThat(found).isEqualTo("b/50/y");
        assertThat(calls).isBetween(10, 25);
        assertThat(trie.visits() - before).isLessThan(200);
    }

    @Test
    void aCursorMeetsTheValueThatATopicHasThen() {
        put("a", "b");
        Cursor<String> cursor = trie.cursor(TopicFilter.of("+"));
        assertThat(cursor.next(10)).isEqualTo("a");
        trie.put(TopicName.of("b"), "newer");
        assertThat(cursor.next(10)).isEqualTo("newer");
    }

    @Test
    void aCursorGoesOnFromATopicThatWasRemovedUnderIt() {
        put("a/1", "a/2", "a/3", "a/4", "b/1");
        Cursor<String> cursor = trie.cursor(TopicFilter.of("+/+"));
        assertThat(cursor.next(10)).isEqualTo("a/1");
        remove("a/1", "a/2");
        assertThat(cursor.next(10)).isEqualTo("a/3");
        remove("a/3", "a/4");
        assertThat(cursor.next(10)).isEqualTo("b/1");
        remove("b/1");
        assertThat(cursor.next(10)).isNull();
        assertThat(cursor.finished()).isTrue();
    }

    @Test
    void aCursorFindsItsPlaceAmongManyThatWereRemoved() {
        for (int i = 0; i < 1000; i++) {
            put("a/" + i);
        }
        Cursor<String> cursor = trie.cursor(TopicFilter.of("a/+"));
        for (int i = 0; i < 500; i++) {
            assertThat(cursor.next(10)).isEqualTo("a/" + i);
        }
        for (int i = 0; i < 900; i++) {
            remove("a/" + i);
        }
        for (int i = 900; i < 1000; i++) {
            assertThat(cursor.next(1000)).isEqualTo("a/" + i);
        }
        assertThat(cursor.next(10)).isNull();
        assertThat(cursor.finished()).isTrue();
    }

    @Test
    void aTopicMadeAgainIsNotMetTwice() {
        put("a", "b");
        Cursor<String> cursor = trie.cursor(TopicFilter.of("#"));
        assertThat(cursor.next(10)).isEqualTo("a");
        remove("a");
        put("a");
        assertThat(cursor.next(10)).isEqualTo("b");
        assertThat(cursor.next(10)).isNull();
        assertThat(all("#")).containsExactly("b", "a");
    }

    @Test
    void aCursorEndsHoweverFastTopicsCome() {
        put("a/0");
        Cursor<String> cursor = trie.cursor(TopicFilter.of("#"));
        for (int i = 0; !cursor.finished(); i++) {
            assertThat(i).isLessThan(10);
            cursor.next(1);
            remove("a/" + i);
            put("a/" + (i + 1));
        }
    }

    @Test
    void topicsThatBeginWithDollarCostStepsToo() { // [MQTT-4.7.2-1]
        for (int i = 0; i < 100; i++) {
            put("$" + i + "/x");
        }
        put("a/x");
        Cursor<String> cursor = trie.cursor(TopicFilter.of("#"));
        assertThat(cursor.next(50)).isNull();
        assertThat(cursor.steps()).isEqualTo(50);
        assertThat(cursor.finished()).isFalse();
        assertThat(cursor.next(100)).isEqualTo("a/x");
        assertThat(cursor.steps()).isBetween(50, 60);
        assertThat(cursor.next(100)).isNull();
        assertThat(cursor.steps()).isBetween(1, 5);
    }

    @Test
    void anInvalidFilterIsNoFilter() {
        assertThatThrownBy(() -> trie.cursor(TopicFilter.of("a/#/b")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private void put(String... topics) {
        for (String topic : topics) {
            trie.put(TopicName.of(topic), topic);
        }
    }

    private void remove(String... topics) {
        for (String topic : topics) {
            assertThat(trie.remove(TopicName.of(topic))).isEqualTo(topic);
        }
    }

    private List<String> all(String filter) {
        return new ArrayList<>(Routes.all(trie.cursor(TopicFilter.of(filter))));
    }

    /// Nodes are numbered without a gap, in pages of 1,024: whatever is removed, all others are
    /// found.
    @Test
    void allOthersAreFoundWhateverIsRemoved() {
        Random random = new Random(7);
        RetainedTrie<Integer> trie = new RetainedTrie<>(7);
        Map<Integer, TopicName> there = new HashMap<>();
        for (int most : new int[] {0, 3_100, 1_020, 1_030, 0, 2_050, 1, 1_024, 0}) {
            while (there.size() < most) {
                int next = random.nextInt(1_000_000);
                there.put(next, TopicName.of(next % 7 + "/" + next));
                trie.put(TopicName.of(next % 7 + "/" + next), next);
            }
            List<Integer> shuffled = new ArrayList<>(there.keySet());
            Collections.shuffle(shuffled, random);
            for (int gone : shuffled.subList(most, shuffled.size())) {
                assertThat(trie.remove(there.remove(gone))).isEqualTo(gone);
            }
            there.forEach((value, topic) -> assertThat(trie.get(topic)).isEqualTo(value));
            Set<Integer> all = new HashSet<>();
            trie.forEach(value -> assertThat(all.add(value)).isTrue());
            assertThat(all).isEqualTo(there.keySet());
        }
        assertThat(trie.nodes()).isZero();
    }
}
