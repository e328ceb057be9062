package org.vencejo.core.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.routing.Routes.subscription;
import static org.vencejo.core.routing.SharedSubscription.EXCLUDED;
import static org.vencejo.core.routing.SharedSubscription.FULL;
import static org.vencejo.core.routing.SharedSubscription.OFFLINE;
import static org.vencejo.core.routing.SharedSubscription.READY;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.TopicFilter;

/// Who of a group gets the next message (C23).
class SharedSubscriptionTest {
    private static final String FILTER = "$share/g/a";

    private final SubscriptionTrie<String> trie = new SubscriptionTrie<>(16, 1);
    private final Map<String, Integer> readiness = new HashMap<>();

    @Test
    void eachMemberOfAGroupIsASharedSubscription() {
        join("a", "b");
        assertThat(trie.put("b", subscription(FILTER), 7)).as("the same again").isFalse();
        trie.put("a", subscription("a"), 0);
        assertThat(trie.sharedSize()).isEqualTo(2);
        assertThat(trie.size()).isEqualTo(3);
        trie.remove("a", TopicFilter.of("a"));
        trie.remove("a", TopicFilter.of(FILTER));
        trie.remove("a", TopicFilter.of(FILTER));
        assertThat(trie.sharedSize()).isEqualTo(1);
    }

    @Test
    void readyMembersTakeTurns() {
        join("a", "b", "c");
        assertThat(next(7)).isEqualTo("abcabca");
    }

    @Test
    void onlyWhoCanTakeItIsChosenWhileThereIsOne() {
        join("a", "b", "c", "d");
        readiness.putAll(Map.of("a", FULL, "b", READY, "c", OFFLINE, "d", READY));
        assertThat(next(4)).isEqualTo("bdbd");
    }

    @Test
    void fullMembersTakeTurnsWhenNoneIsReady() {
        join("a", "b", "c");
        readiness.putAll(Map.of("a", FULL, "b", OFFLINE, "c", FULL));
        assertThat(next(4)).isEqualTo("acac");
        readiness.put("a", READY);
        assertThat(next(2)).isEqualTo("aa");
    }

    @Test
    void offlineMembersTakeTurnsWhenNoneIsConnected() {
        join("a", "b", "c");
        readiness.putAll(Map.of("a", OFFLINE, "b", OFFLINE, "c", OFFLINE));
        assertThat(next(4)).isEqualTo("abca");
    }

    @Test
    void anExcludedMemberIsNeverChosen() {
        join("a", "b");
        readiness.put("a", EXCLUDED);
        assertThat(next(3)).isEqualTo("bbb");
        readiness.put("b", EXCLUDED);
        assertThat(next(1)).isEqualTo("-");
        readiness.put("a", OFFLINE); // the control arm
        assertThat(next(1)).isEqualTo("a");
    }

    @Test
    void aNewMemberJoinsAtTheEndOfTheRound() {
        join("a", "b", "c");
        assertThat(next(1)).isEqualTo("a");
        join("d");
        assertThat(next(5)).isEqualTo("bcadb");
    }

    @Test
    void whoLeavesIsPassedOver() {
        join("a", "b", "c");
        assertThat(next(1)).isEqualTo("a");
        leave("b");
        assertThat(next(3)).isEqualTo("cac");
        leave("c");
        assertThat(next(2)).isEqualTo("aa");
    }

    @Test
    void joiningTwiceCountsOnceAndReplacesTheOptions() { // [U5-26]
        join("a", "b");
        assertThat(next(1)).isEqualTo("a");
        assertThat(trie.put("b", subscription(FILTER, "2 rap"), 9)).isFalse();
        Member<String> member = group().choose(subscriber -> READY);
        assertThat(member.subscriber()).isEqualTo("b");
        assertThat(member.qos().value()).isEqualTo(2);
        assertThat(member.retainAsPublished()).isTrue();
        assertThat(member.subscriptionIdentifiers()).containsExactly(9);
        assertThat(group().choose(subscriber -> READY).retainAsPublished()).as("of a").isFalse();
        assertThat(next(2)).isEqualTo("ba");
        assertThat(group().size()).isEqualTo(2);
    }

    @Test
    void joiningAloneTwiceCountsOnce() {
        join("a");
        assertThat(trie.put("a", subscription(FILTER, "1"), 3)).isFalse();
        assertThat(group().choose(subscriber -> READY).subscriptionIdentifiers())
                .containsExactly(3);
        assertThat(next(2)).isEqualTo("aa");
    }

    @Test
    void theGroupThatEverybodyLeftChoosesNobody() {
        join("a", "b");
        SharedSubscription<String> group = group();
        leave("a");
        leave("b");
        assertThat(group.choose(subscriber -> READY)).isNull();
        assertThat(trie.shared(TopicFilter.of(FILTER))).isNull();
        assertThat(trie.nodes()).isZero();
    }

    private void join(String... members) {
        for (String member : members) {
            readiness.put(member, READY);
            assertThat(trie.put(member, subscription(FILTER), 0)).isTrue();
        }
    }

    private void leave(String member) {
        assertThat(trie.remove(member, TopicFilter.of(FILTER))).isTrue();
    }

    private SharedSubscription<String> group() {
        return trie.shared(TopicFilter.of(FILTER));
    }

    private String next(int messages) {
        var chosen = new StringBuilder();
        for (int i = 0; i < messages; i++) {
            Member<String> member = group().choose(each -> readiness.get(each.subscriber()));
            chosen.append(member == null ? "-" : member.subscriber());
        }
        return chosen.toString();
    }
}
