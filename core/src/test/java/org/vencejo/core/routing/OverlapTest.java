package org.vencejo.core.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.routing.Routes.subscription;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.protocol.TopicName;

/// Several filters of one subscriber match: one copy, merged (C1 to C4).
class OverlapTest {
    /// Subscriptions to filters that all match, as `options = identifier`, in order; what a message
    /// of others gets, and what the subscriber's own one gets: `QoS [rap] identifiers`, or nothing.
    record Row(String why, List<String> subscriptions, String others, String own) {
        @Override
        public String toString() {
            return why;
        }
    }

    static List<Row> rows() {
        return List.of(
                new Row("one filter", List.of("1 = 5"), "1 [5]", "1 [5]"),
                new Row("no identifier", List.of("1 = 0"), "1 []", "1 []"),
                new Row(
                        "the highest QoS, first [MQTT-3.3.4-2]",
                        List.of("2 = 1", "0 = 2"),
                        "2 [1, 2]",
                        "2 [1, 2]"),
                new Row("the highest QoS, last", List.of("0 = 1", "2 = 2"), "2 [1, 2]", "2 [1, 2]"),
                new Row(
                        "an identifier that repeats (C4)",
                        List.of("0 = 3", "0 = 3"),
                        "0 [3, 3]",
                        "0 [3, 3]"),
                new Row(
                        "some without identifier",
                        List.of("0 = 0", "0 = 4", "0 = 0"),
                        "0 [4]",
                        "0 [4]"),
                new Row(
                        "RAP of any (C2)",
                        List.of("0 = 1", "0 rap = 2"),
                        "0 rap [1, 2]",
                        "0 rap [1, 2]"),
                new Row(
                        "No Local of the only one",
                        List.of("1 noLocal rap = 1"),
                        "1 rap [1]",
                        "nothing"),
                new Row(
                        "No Local of all (C3)",
                        List.of("1 noLocal = 1", "2 noLocal = 2"),
                        "2 [1, 2]",
                        "nothing"),
                new Row(
                        "No Local of the higher",
                        List.of("0 = 1", "2 noLocal = 2"),
                        "2 [1, 2]",
                        "0 [1]"),
                new Row(
                        "No Local of the lower",
                        List.of("0 noLocal = 1", "2 = 2"),
                        "2 [1, 2]",
                        "2 [2]"),
                new Row(
                        "RAP only with No Local (C2)",
                        List.of("0 = 1", "0 noLocal rap = 2"),
                        "0 rap [1, 2]",
                        "0 [1]"),
                new Row(
                        "all at once",
                        List.of(
                                "0 rap = 9",
                                "2 noLocal = 0",
                                "1 = 8",
                                "1 noLocal rap = 7",
                                "0 = 8"),
                        "2 rap [9, 8, 7, 8]",
                        "1 rap [9, 8, 8]"));
    }

    private static final List<String> FILTERS = List.of("#", "a/b", "+/b", "a/#", "a/+");

    @ParameterizedTest
    @MethodSource("rows")
    void filtersOfOneSubscriberAreMerged(Row row) {
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(16, 1);
        subscribe(trie, "s", row.subscriptions());
        assertReceives(trie, "s", row);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void filtersOfOthersAreNotMergedWithThem(Row row) {
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(16, 1);
        List<String> crowd = IntStream.range(0, 30).mapToObj(i -> "c" + i).toList();
        for (String each : crowd) {
            subscribe(trie, each, List.of("2 rap = 100", "1 noLocal = 101"));
        }
        subscribe(trie, "s", row.subscriptions());
        assertReceives(trie, "s", row);
        for (String each : crowd) {
            assertReceives(
                    trie, each, new Row("crowd", List.of(), "2 rap [100, 101]", "2 rap [100]"));
        }
        assertThat(trie.match(TopicName.of("a/b")).size()).isEqualTo(31);
    }

    private static void subscribe(
            SubscriptionTrie<String> trie, String subscriber, List<String> subscriptions) {
        for (int i = 0; i < subscriptions.size(); i++) {
            String[] parts = subscriptions.get(i).split(" = ", -1);
            trie.put(
                    subscriber, subscription(FILTERS.get(i), parts[0]), Integer.parseInt(parts[1]));
        }
    }

    private static void assertReceives(SubscriptionTrie<String> trie, String subscriber, Row row) {
        Route<String> route = trie.match(TopicName.of("a/b"));
        List<Receiver<String>> receivers =
                IntStream.range(0, route.size())
                        .mapToObj(route::receiver)
                        .filter(each -> each.subscriber().equals(subscriber))
                        .toList();
        assertThat(receivers).hasSize(1); // C1
        Receiver<String> receiver = receivers.get(0);
        String others =
                receiver.qos().value()
                        + (receiver.retainAsPublished() ? " rap " : " ")
                        + Arrays.toString(receiver.subscriptionIdentifiers());
        assertThat(others).isEqualTo(row.others());
        String own =
                receiver.ownQos() == null
                        ? "nothing"
                        : receiver.ownQos().value()
                                + (receiver.ownRetainAsPublished() ? " rap " : " ")
                                + Arrays.toString(receiver.ownSubscriptionIdentifiers());
        assertThat(own).isEqualTo(row.own());
    }
}
