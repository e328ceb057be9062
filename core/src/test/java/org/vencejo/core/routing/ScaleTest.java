package org.vencejo.core.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.routing.Routes.subscription;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// The work and the memory of large trees, counted in nodes compared and bytes, not in time.
class ScaleTest {
    /// Trees of different shapes, each with filters of six levels or fewer.
    enum Shape {
        WIDE(100_000, i -> "fleet/device" + i),
        WIDE_WITH_WILDCARDS(100_000, i -> "fleet/device" + i + "/#"),
        WIDE_AND_DEEP(100_000, i -> "device" + i + "/a/b/c"),
        SUBSCALE(
                100_000,
                i ->
                        i % 2 == 0
                                ? "ss/"
                                        + i % 100
                                        + "/+/"
                                        + i / 100 % 100
                                        + "/+/"
                                        + i / 10_000
                                        + "/#"
                                : "ss/+/"
                                        + i % 100
                                        + "/+/"
                                        + i / 100 % 100
                                        + "/"
                                        + i / 10_000
                                        + "/+"),
        SUBSCALE_APART(
                100_000,
                i ->
                        i % 2 == 0
                                ? "ss/" + i + "/+/" + i + "/+/" + i + "/#"
                                : "ss/+/" + i + "/+/" + i + "/" + i + "/+"),
        MILLION(
                1_000_000,
                i -> "site" + i / 10_000 + "/+/room" + i / 100 % 100 + "/device" + i % 100 + "/#");

        private final int filters;
        private final IntFunction<String> filter;

        Shape(int filters, IntFunction<String> filter) {
            this.filters = filters;
            this.filter = filter;
        }

        /// A topic that matches the filter of this number.
        TopicName topic(int number) {
            return TopicName.of(filter.apply(number).replace("+", "any").replace("#", "val/ue"));
        }
    }

    @ParameterizedTest
    @EnumSource
    void eachStepComparesFewNodes(Shape shape) {
        String subscriber = "s";
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(16, 1);
        for (int i = 0; i < shape.filters; i++) {
            trie.put(subscriber, subscription(shape.filter.apply(i)), 0);
        }
        assertThat(trie.size()).isEqualTo(shape.filters);
        assertThat(trie.visits()).as("visits to put").isLessThan(12L * shape.filters);

        long beforeMatches = trie.visits();
        int matches = 10_000;
        for (int i = 0; i < matches; i++) {
            TopicName topic = shape.topic((int) (i * 7919L % shape.filters));
            assertThat(trie.match(topic).size()).isEqualTo(1);
        }
        assertThat(trie.visits() - beforeMatches).as("visits to match").isLessThan(24L * matches);

        long beforeRemoval = trie.visits();
        for (int i = 0; i < shape.filters; i++) {
            trie.remove(subscriber, TopicFilter.of(shape.filter.apply(i)));
        }
        assertThat(trie.visits() - beforeRemoval)
                .as("visits to remove")
                .isLessThan(12L * shape.filters);
        assertThat(trie.size()).isZero();
        assertThat(trie.nodes()).isZero();
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "MILLION")
    void aFilterTakesFewBytes(Shape shape) {
        String subscriber = "s";
        var subscriptions = new Subscription[shape.filters];
        for (int i = 0; i < shape.filters; i++) {
            subscriptions[i] = Subscription.of(shape.filter.apply(i), QoS.AT_MOST_ONCE);
        }
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(16, 1);
        long before = allocated();
        for (Subscription each : subscriptions) {
            trie.put(subscriber, each, 0);
        }
        // 400 to stay, the rest are tables that were outgrown.
        assertThat((allocated() - before) / shape.filters).isBetween(40L, 450L);
    }

    @Test
    void aRememberedTopicIsAnsweredWithoutAllocating() {
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(16, 1);
        for (int i = 0; i < 100; i++) {
            trie.put("s" + i, subscription("a/+"), 0);
            trie.put("s" + i, subscription("$share/g/a/b"), 0);
        }
        TopicName topic = TopicName.of("a/b");
        long chosen = answer(trie, topic, 10_000);
        long before = allocated();
        chosen += answer(trie, topic, 10_000);
        assertThat(allocated() - before).isLessThan(10_000);
        assertThat(chosen).isEqualTo(20_000);
    }

    @Test
    void retainedTopicsCompareFewNodesHoweverWide() {
        RetainedTrie<Integer> trie = new RetainedTrie<>(1);
        int topics = 100_000;
        for (int i = 0; i < topics; i++) {
            trie.put(TopicName.of("fleet/device" + i), i);
        }
        assertThat(trie.visits()).as("visits to put").isLessThan(6L * topics);

        long beforeWalk = trie.visits();
        Cursor<Integer> cursor = trie.cursor(TopicFilter.of("fleet/+"));
        int calls = 0;
        long sum = 0;
        while (!cursor.finished()) {
            calls++;
            for (Integer value = cursor.next(100); value != null; value = cursor.next(100)) {
                sum += value;
            }
        }
        assertThat(sum).isEqualTo(topics * (topics - 1L) / 2);
        assertThat(calls).isEqualTo(1);
        assertThat(trie.visits() - beforeWalk).as("visits to walk").isLessThan(10);

        long beforeRemoval = trie.visits();
        for (int i = 0; i < topics; i++) {
            trie.remove(TopicName.of("fleet/device" + i));
        }
        assertThat(trie.visits() - beforeRemoval).as("visits to remove").isLessThan(6L * topics);
        assertThat(trie.nodes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"/", "a/", "+/", "longer than a head/"})
    void levelsThatAreAllTheSameCompareFewNodes(String level) {
        int levels = 65_535 / level.length();
        String filter = level.repeat(levels);
        for (long seed = 0; seed < 4; seed++) {
            SubscriptionTrie<String> trie = new SubscriptionTrie<>(16, 1 << 20, seed);
            trie.put("s", subscription(filter), 0);
            assertThat(trie.nodes()).isEqualTo(levels + 1);
            trie.remove("s", TopicFilter.of(filter));
            assertThat(trie.visits()).isLessThan(8L * levels);
        }
    }

    @Test
    void namesThatCollideForOneSeedDoNotForAnother() {
        List<String> names = namesThatCollide(1, 1_000);
        assertThat(visitsToPut(names, 1)).as("control arm").isGreaterThan(1_000 * 400);
        assertThat(visitsToPut(names, 2)).isLessThan(12 * 1_000);
    }

    private static long visitsToPut(List<String> filters, long seed) {
        SubscriptionTrie<String> trie = new SubscriptionTrie<>(16, seed);
        filters.forEach(filter -> trie.put("s", subscription(filter), 0));
        return trie.visits();
    }

    /// What somebody who knows the seed would subscribe to: filters of one level with one hash.
    private static List<String> namesThatCollide(long seed, int count) {
        long mixed = new FilterTree<String>(seed).seed();
        long root = (int) mixed * 0x9E37_79B9_7F4A_7C15L ^ mixed;
        List<String> names = new ArrayList<>();
        for (long high = 0; names.size() < count; high++) {
            byte[] name =
                    ByteBuffer.allocate(Long.BYTES)
                            .order(ByteOrder.LITTLE_ENDIAN)
                            .putLong(unmixed(high << 32 | 4711) ^ root)
                            .array();
            String text = new String(name, StandardCharsets.US_ASCII);
            if (text.chars().allMatch(c -> c > ' ' && c < 127 && "+#/$".indexOf(c) < 0)) {
                names.add(text);
            }
        }
        return names;
    }

    /// Takes [Levels#mix] back.
    private static long unmixed(long mixed) {
        long inverse = 0xD6E8_FEB8_6659_FD93L;
        for (int i = 0; i < 6; i++) {
            inverse *= 2 - 0xD6E8_FEB8_6659_FD93L * inverse; // Newton, modulo two to the 64
        }
        long value = (mixed ^ (mixed >>> 32)) * inverse;
        value = (value ^ (value >>> 32)) * inverse;
        return value ^ (value >>> 32);
    }

    private static long answer(SubscriptionTrie<String> trie, TopicName topic, int messages) {
        long chosen = 0;
        for (int i = 0; i < messages; i++) {
            Route<String> route = trie.match(topic);
            chosen += route.shared(0).choose(subscriber -> SharedSubscription.FULL) != null ? 1 : 0;
        }
        return chosen;
    }

    private static long allocated() {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getCurrentThreadAllocatedBytes();
    }
}
