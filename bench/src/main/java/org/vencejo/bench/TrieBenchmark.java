package org.vencejo.bench;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.vencejo.core.routing.Route;
import org.vencejo.core.routing.SubscriptionTrie;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicName;

/// 100,000 wildcard filters, and a topic that two of them match: with the route cached, and found
/// anew.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(value = 1, jvmArgsAppend = "-XX:+UseCompactObjectHeaders")
public class TrieBenchmark {
    private static final int PAIRS = 50_000;

    /// `deep` shares levels as a fleet by site does; `flat` has all devices under one level.
    @Param({"deep", "flat"})
    public String shape;

    private final TopicName[] topics = new TopicName[PAIRS];
    private SubscriptionTrie<Integer> cached;
    private SubscriptionTrie<Integer> uncached;
    private Subscription again;
    private int next;

    @Setup
    public void subscribe() {
        cached = new SubscriptionTrie<>(PAIRS * 2, 1);
        uncached = new SubscriptionTrie<>(0, 1);
        for (int i = 0; i < PAIRS; i++) {
            boolean deep = shape.equals("deep");
            String a = deep ? "ss/" + i % 100 + "/+/" + i / 100 + "/+/#" : "dev/" + i + "/+";
            String b =
                    deep ? "ss/+/" + i % 100 + "/" + i / 100 + "/+" : "dev/" + i + "/temperature";
            String topic =
                    deep
                            ? "ss/" + i % 100 + "/" + i % 100 + "/" + i / 100 + "/e"
                            : "dev/" + i + "/temperature";
            add(cached, i, a, b);
            add(uncached, i, a, b);
            topics[i] = TopicName.of(topic);
        }
        again = Subscription.of("dev/again/+", QoS.AT_MOST_ONCE);
    }

    private static void add(SubscriptionTrie<Integer> trie, int i, String a, String b) {
        trie.put(i, Subscription.of(a, QoS.AT_MOST_ONCE), 0);
        trie.put(PAIRS + i, Subscription.of(b, QoS.AT_MOST_ONCE), 0);
    }

    private TopicName topic() {
        next = next + 1 == PAIRS ? 0 : next + 1;
        return topics[next];
    }

    @Benchmark
    public Route<Integer> matchCached() {
        return cached.match(topic());
    }

    @Benchmark
    public Route<Integer> matchAnew() {
        return uncached.match(topic());
    }

    /// A filter with a wildcard comes and goes.
    @Benchmark
    public boolean subscribeAndUnsubscribe() {
        uncached.put(-1, again, 0);
        return uncached.remove(-1, again.topicFilter());
    }
}
