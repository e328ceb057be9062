package org.vencejo.core.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.core.routing.Routes.plain;
import static org.vencejo.core.routing.Routes.shared;
import static org.vencejo.core.routing.Routes.subscription;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

class SubscriptionTrieTest {
    private final SubscriptionTrie<String> trie = new SubscriptionTrie<>(64, 1);

    @Test
    void theSameFilterOfTheSameSubscriberIsReplaced() { // [MQTT-3.8.4-3]
        assertThat(trie.put("s", subscription("a/+", "0"), 1)).isTrue();
        assertThat(plain(trie, "a/b")).containsExactly("s");
        assertThat(trie.put("s", subscription("a/+", "2 rap"), 7)).isFalse();
        Receiver<String> receiver = trie.match(TopicName.of("a/b")).receiver(0);
        assertThat(receiver.qos().value()).isEqualTo(2);
        assertThat(receiver.retainAsPublished()).isTrue();
        assertThat(receiver.subscriptionIdentifiers()).containsExactly(7);
        assertThat(trie.size()).isEqualTo(1);
    }

    @Test
    void aFilterIsRemovedOnlyByItself() { // [MQTT-3.10.4-1]
        trie.put("s", subscription("a/+"), 0);
        for (String other : List.of("a/b", "a", "a/#", "+/+", "A/+", "a/+/", "$share/g/a/+")) {
            assertThat(trie.remove("s", TopicFilter.of(other))).as(other).isFalse();
        }
        assertThat(trie.remove("other", TopicFilter.of("a/+"))).isFalse();
        assertThat(plain(trie, "a/b")).containsExactly("s");
        assertThat(trie.remove("s", TopicFilter.of("a/+"))).isTrue();
        assertThat(trie.remove("s", TopicFilter.of("a/+"))).isFalse();
        assertThat(plain(trie, "a/b")).isEmpty();
    }

    @Test
    void aSharedSubscriptionIsAnotherThanThePlainOne() {
        trie.put("s", subscription("a"), 0);
        trie.put("s", subscription("$share/g/a"), 0);
        trie.put("s", subscription("$share/h/a"), 0);
        assertThat(trie.size()).isEqualTo(3);
        assertThat(trie.remove("s", TopicFilter.of("a"))).isTrue();
        assertThat(plain(trie, "a")).isEmpty();
        assertThat(shared(trie, "a")).containsExactly("$share/g/a", "$share/h/a");
        assertThat(trie.remove("s", TopicFilter.of("$share/g/a"))).isTrue();
        assertThat(shared(trie, "a")).containsExactly("$share/h/a");
    }

    @Test
    void aShareNameGroupsOneFilterOnly() { // [MQTT-4.8.2-1], C27
        trie.put("s", subscription("$share/g/a"), 0);
        trie.put("t", subscription("$share/g/+"), 0);
        trie.put("u", subscription("$share/g//a"), 0);
        trie.put("v", subscription("$share/$g/a"), 0);
        assertThat(shared(trie, "a")).containsExactly("$share/$g/a", "$share/g/+", "$share/g/a");
        assertThat(shared(trie, "/a")).containsExactly("$share/g//a");
        assertThat(plain(trie, "a")).isEmpty();
        assertThat(trie.shared(TopicFilter.of("$share/g/a"))).isNotNull();
        assertThat(trie.shared(TopicFilter.of("$share/x/a"))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a#", "a/#/b", "a+", "", "$share//t", "$share/g", "$share/g/", "$share/+/a"})
    void anInvalidFilterIsNoFilter(String filter) {
        trie.put("s", subscription("a/b"), 0); // the control arm
        assertThatThrownBy(() -> trie.put("s", subscription(filter), 0))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(trie.remove("s", TopicFilter.of(filter))).isFalse();
        assertThat(trie.size()).isEqualTo(1);
    }

    @Test
    void subscribersAreComparedByIdentity() {
        String one = new String("equal");
        String two = new String("equal");
        trie.put(one, subscription("a"), 0);
        trie.put(two, subscription("a"), 0);
        trie.put(two, subscription("+"), 0);
        assertThat(trie.match(TopicName.of("a")).size()).isEqualTo(2);
        trie.put(one, subscription("$share/g/a"), 0);
        assertThat(trie.put(two, subscription("$share/g/a"), 0)).isTrue();
    }

    @Test
    void aTopicSeesEachChangeThatConcernsItAtOnce() {
        String topic = "a/b/c/d/e/f";
        for (String filter :
                List.of(
                        topic,
                        "#",
                        "+/b/c/d/e/f",
                        "a/#",
                        "a/+/c/#",
                        "a/b/#",
                        "a/b/c/+/e/f",
                        "a/b/c/d/#",
                        "a/b/c/d/e/+",
                        "a/b/c/d/e/f/#")) {
            assertThat(plain(trie, topic)).as("before " + filter).isEmpty();
            trie.put("s", subscription(filter, "0"), 0);
            assertThat(plain(trie, topic)).as("with " + filter).containsExactly("s");
            trie.put("s", subscription(filter, "1"), 0);
            assertThat(trie.match(TopicName.of(topic)).receiver(0).qos().value()).isEqualTo(1);
            trie.remove("s", TopicFilter.of(filter));
            assertThat(plain(trie, topic)).as("without " + filter).isEmpty();
            trie.put("s", subscription("$share/g/" + filter), 0);
            assertThat(shared(trie, topic)).hasSize(1);
            trie.remove("s", TopicFilter.of("$share/g/" + filter));
            assertThat(shared(trie, topic)).isEmpty();
        }
    }

    @Test
    void aRouteIsFoundTwiceUntilAFilterThatMayMatchChanges() {
        trie.put("s", subscription("a/b"), 0);
        trie.match(TopicName.of("a/b"));
        trie.match(TopicName.of("nobody"));
        Route<String> route = trie.match(TopicName.of("a/b"));
        Route<String> empty = trie.match(TopicName.of("nobody"));
        trie.put("s", subscription("a/c"), 0);
        trie.put("s", subscription("c/+"), 0);
        trie.put("s", subscription("a/b"), 0); // no change at all
        trie.put("s", subscription("$share/g/x/#"), 0);
        trie.put("t", subscription("$share/g/x/#"), 0);
        assertThat(trie.match(TopicName.of("a/b"))).isSameAs(route);
        assertThat(trie.match(TopicName.of("nobody"))).isSameAs(empty);
        trie.put("s", subscription("a/b", "1"), 0);
        assertThat(trie.match(TopicName.of("a/b"))).isNotSameAs(route);
        assertThat(trie.match(TopicName.of("nobody"))).isSameAs(empty);
        trie.put("s", subscription("#"), 0);
        assertThat(trie.match(TopicName.of("nobody"))).isNotSameAs(empty);
    }

    @Test
    void aRouteDoesNotChangeOnceItIsThere() {
        trie.put("s", subscription("a", "0"), 1);
        Route<String> route = trie.match(TopicName.of("a"));
        trie.put("s", subscription("a", "2"), 2);
        trie.put("t", subscription("a", "2"), 3);
        trie.remove("s", TopicFilter.of("a"));
        assertThat(route.size()).isEqualTo(1);
        assertThat(route.receiver(0).subscriber()).isEqualTo("s");
        assertThat(route.receiver(0).qos().value()).isZero();
        assertThat(route.receiver(0).subscriptionIdentifiers()).containsExactly(1);
    }

    @Test
    void nothingIsLeftOfSubscriptionsThatAreGone() { // moquette #369
        List<String> filters =
                List.of("a", "a/b", "a/+", "a/#", "#", "+/+", "$share/g/a/b", "$share/g/#");
        var subscriptions = new ArrayList<String[]>();
        for (int subscriber = 0; subscriber < 40; subscriber++) {
            for (String filter : filters) {
                subscriptions.add(new String[] {("s" + subscriber).intern(), filter});
            }
        }
        for (int round = 0; round < 4; round++) {
            Collections.shuffle(subscriptions, new Random(round));
            subscriptions.forEach(each -> trie.put(each[0], subscription(each[1]), 0));
            assertThat(trie.size()).isEqualTo(subscriptions.size());
            assertThat(plain(trie, "a/b")).hasSize(40);
            Collections.shuffle(subscriptions, new Random(-round));
            subscriptions.forEach(
                    each -> assertThat(trie.remove(each[0], TopicFilter.of(each[1]))).isTrue());
            assertThat(trie.size()).isZero();
            assertThat(trie.nodes()).isZero();
            assertThat(plain(trie, "a/b")).isEmpty();
            assertThat(shared(trie, "a/b")).isEmpty();
        }
    }

    @Test
    void amongManySubscribersOfOneFilterEachIsFound() {
        var subscribers = new ArrayList<String>();
        for (int i = 0; i < 1000; i++) {
            subscribers.add("s" + i);
            assertThat(trie.put(subscribers.get(i), subscription("a"), i + 1)).isTrue();
        }
        for (int i = 0; i < 1000; i += 2) {
            assertThat(trie.put(subscribers.get(i), subscription("a", "2"), i + 2)).isFalse();
        }
        for (int i = 0; i < 1000; i += 3) {
            assertThat(trie.remove(subscribers.get(i), TopicFilter.of("a"))).isTrue();
        }
        Route<String> route = trie.match(TopicName.of("a"));
        assertThat(route.size()).isEqualTo(666);
        for (int i = 0; i < route.size(); i++) {
            int number = subscribers.indexOf(route.receiver(i).subscriber());
            assertThat(number % 3).isNotZero();
            assertThat(route.receiver(i).qos().value()).isEqualTo(number % 2 == 0 ? 2 : 0);
            assertThat(route.receiver(i).subscriptionIdentifiers())
                    .containsExactly(number % 2 == 0 ? number + 2 : number + 1);
        }
    }
}
