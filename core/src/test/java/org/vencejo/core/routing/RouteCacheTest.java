package org.vencejo.core.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.routing.Routes.subscription;

import org.junit.jupiter.api.Test;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What is remembered of routes, seen from outside: who remembers answers with the same object.
class RouteCacheTest {
    @Test
    void theTopicsThatFitAreRemembered() {
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(1024, 1);
        assertThat(remembered(trie, 200)).isBetween(190, 200);
    }

    @Test
    void aTopicThatComesOnceIsNotRemembered() {
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(1024, 1);
        TopicName often = TopicName.of("often");
        assertThat(trie.match(often)).isNotSameAs(trie.match(often));
        Route<String> second = trie.match(often);
        var once = new Object[100_000];
        for (int i = 0; i < once.length; i++) {
            once[i] = trie.match(TopicName.of("once/" + i));
        }
        assertThat(trie.match(often)).isSameAs(second);
        int remembered = 0;
        for (int i = once.length - 1; i >= 0; i--) {
            remembered += trie.match(TopicName.of("once/" + i)) == once[i] ? 1 : 0;
        }
        assertThat(remembered).isLessThan(20); // by chance, one may look like another
    }

    /// A fleet that reports every minute, each device at its second.
    @Test
    void topicsThatComeInAFixedOrderAreRemembered() {
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(4096, 1);
        var before = new Object[2000];
        int found = 0;
        for (int round = 0; round < 20; round++) {
            found = 0;
            for (int i = 0; i < before.length; i++) {
                Route<String> route = trie.match(TopicName.of("device/" + i + "/state"));
                found += route == before[i] ? 1 : 0;
                before[i] = route;
            }
        }
        assertThat(found).isGreaterThan(1800);
    }

    @Test
    void topicsThatComeByTurnsAreRememberedWhateverTheirNames() {
        for (int i = 0; i < 2_000; i++) {
            SubscriptionTrie<String> trie = new SubscriptionTrie<>(4, 1);
            TopicName one = TopicName.of("one/" + i);
            TopicName other = TopicName.of("other/" + i);
            trie.match(one);
            trie.match(other);
            assertThat(trie.match(one)).as("%s beside %s", one, other).isSameAs(trie.match(one));
            assertThat(trie.match(other)).isSameAs(trie.match(other));
        }
    }

    @Test
    void noMoreTopicsAreRememberedThanMayBe() {
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(64, 1);
        assertThat(remembered(trie, 5000)).isBetween(1, 64);
    }

    @Test
    void noMoreBytesAreRememberedThanMayBe() {
        assertThat(remembered(new SubscriptionTrie<>(1024, 20_000, 0), 1000)).isBetween(20, 150);
        SubscriptionTrie<String> crowded = new SubscriptionTrie<>(1024, 20_000, 0);
        for (int i = 0; i < 500; i++) {
            crowded.put("s" + i, subscription("#"), 0);
        }
        assertThat(remembered(crowded, 1000)).isBetween(1, 10);
    }

    @Test
    void aRouteLargerThanAllMayBeIsNotRememberedButFound() {
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(1024, 1000, 0);
        for (int i = 0; i < 500; i++) {
            trie.put(("s" + i).intern(), subscription("large"), 0);
        }
        TopicName large = TopicName.of("large");
        assertThat(trie.match(large).size()).isEqualTo(500);
        assertThat(trie.match(large)).isNotSameAs(trie.match(large));
        for (int i = 1; i < 500; i++) {
            trie.remove(("s" + i).intern(), TopicFilter.of("large"));
        }
        trie.match(large);
        assertThat(trie.match(large)).isSameAs(trie.match(large)); // the control arm
    }

    @Test
    void aTopicThatIsAskedForOftenStaysAmongManyThatAreNot() {
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(64, 1);
        remembered(trie, 500); // all places are taken
        TopicName often = TopicName.of("often");
        trie.match(often);
        trie.match(often);
        int found = 0;
        Route<String> before = trie.match(often);
        for (int i = 0; i < 1000; i++) {
            trie.match(TopicName.of("twice/" + i));
            trie.match(TopicName.of("twice/" + i));
            Route<String> now = trie.match(often);
            found += now == before ? 1 : 0;
            before = now;
        }
        assertThat(found).isGreaterThan(980);
    }

    @Test
    void aFleetThatSubscribesLeavesTheRoutesOfOtherTopicsGood() {
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(64, 1);
        TopicName other = TopicName.of("plant/1/temperature");
        int found = 0;
        Route<String> before = trie.match(other);
        for (int i = 0; i < 1000; i++) {
            trie.put("s", subscription("device/" + i + "/#"), 0);
            Route<String> now = trie.match(other);
            found += now == before ? 1 : 0;
            before = now;
        }
        assertThat(found).isGreaterThan(950);
    }

    /// How many of so many topics, each asked for twice, are answered from memory then.
    private static int remembered(SubscriptionTrie<String> trie, int topics) {
        var routes = new Object[topics];
        for (int i = 0; i < topics; i++) {
            trie.match(TopicName.of("topic/" + i));
            routes[i] = trie.match(TopicName.of("topic/" + i));
        }
        int remembered = 0;
        for (int i = topics - 1; i >= 0; i--) {
            remembered += trie.match(TopicName.of("topic/" + i)) == routes[i] ? 1 : 0;
        }
        return remembered;
    }
}
