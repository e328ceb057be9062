package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import org.junit.jupiter.api.Test;
import org.vencejo.core.routing.Cursor;
import org.vencejo.core.routing.RetainedTrie;
import org.vencejo.core.routing.SubscriptionTrie;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.Oracle;

/// As many levels as 65,535 bytes hold: matched without recursion, on a stack that would not hold
/// one frame a level, and in memory that grows with their number and no faster.
@Oracle({44, 73})
class ManyLevelsTest {
    /// The least that a JVM gives; a frame for each of 32,000 levels would take many times that.
    private static final long STACK_BYTES = 256 << 10;

    private static final int LEVELS = 32_000;

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void subscriptionsMatchAtAnyDepth() throws Exception {
        assertThat(
                        onASmallStack(() -> {
                            TopicName name = TopicName.of("/".repeat(LEVELS - 1));
                            SubscriptionTrie<String> trie = new SubscriptionTrie<>(4, 1);
                            trie.put("plus", all("+/".repeat(LEVELS - 1) + "+"), 1);
                            trie.put("hash", all("+/".repeat(LEVELS - 2) + "#"), 2);
                            trie.put("itself", all("/".repeat(LEVELS - 1)), 3);
                            trie.put("one less", all("+/".repeat(LEVELS - 2) + "+"), 4);
                            int found = trie.match(name).size();
                            trie.remove("plus", TopicFilter.of("+/".repeat(LEVELS - 1) + "+"));
                            trie.remove("hash", TopicFilter.of("+/".repeat(LEVELS - 2) + "#"));
                            trie.remove("itself", TopicFilter.of("/".repeat(LEVELS - 1)));
                            trie.remove("one less", TopicFilter.of("+/".repeat(LEVELS - 2) + "+"));
                            assertThat(trie.nodes()).isZero();
                            return found;
                        }))
                .isEqualTo(3);
    }

    @Test
    void retainedMessagesAreFoundAtAnyDepth() throws Exception {
        assertThat(
                        onASmallStack(() -> {
                            RetainedTrie<String> trie = new RetainedTrie<>(1);
                            trie.put(TopicName.of("/".repeat(LEVELS - 1)), "deep");
                            trie.put(TopicName.of("/".repeat(LEVELS - 2)), "one less");
                            int found = count(trie, "+/".repeat(LEVELS - 1) + "+");
                            found += count(trie, "#");
                            found += count(trie, "/".repeat(LEVELS - 1));
                            trie.remove(TopicName.of("/".repeat(LEVELS - 1)));
                            trie.remove(TopicName.of("/".repeat(LEVELS - 2)));
                            assertThat(trie.nodes()).isZero();
                            return found;
                        }))
                .isEqualTo(1 + 2 + 1);
    }

    @Test
    void aFilterMatchesAtAnyDepth() throws Exception {
        TopicFilter filter = TopicFilter.of("+/".repeat(LEVELS - 1) + "+");
        assertThat(
                        onASmallStack(() ->
                                filter.matches(TopicName.of("/".repeat(LEVELS - 1)))
                                        && !filter.matches(TopicName.of("/".repeat(LEVELS)))))
                .isTrue();
    }

    /// What doubles may cost twice as much and something.
    @Test
    void memoryGrowsWithTheLevelsAndNoFaster() {
        bytesFor(1_000);
        long half = bytesFor(LEVELS / 2);
        long whole = bytesFor(LEVELS);
        assertThat(whole).isLessThan(3 * half);
        assertThat(whole / LEVELS).as("bytes a level").isLessThan(2_000);
    }

    private static long bytesFor(int levels) {
        long before = THREADS.getCurrentThreadAllocatedBytes();
        SubscriptionTrie<String> subscriptions = new SubscriptionTrie<>(4, 1);
        subscriptions.put("s", all("+/".repeat(levels - 1) + "+"), 0);
        assertThat(subscriptions.match(TopicName.of("/".repeat(levels - 1))).size()).isEqualTo(1);
        RetainedTrie<String> retained = new RetainedTrie<>(1);
        retained.put(TopicName.of("/".repeat(levels - 1)), "r");
        assertThat(count(retained, "#")).isEqualTo(1);
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static Subscription all(String filter) {
        return Subscription.of(filter, QoS.AT_MOST_ONCE);
    }

    private static int count(RetainedTrie<String> trie, String filter) {
        Cursor<String> cursor = trie.cursor(TopicFilter.of(filter));
        int count = 0;
        while (!cursor.finished()) {
            count += cursor.next(100) == null ? 0 : 1;
        }
        return count;
    }

    private static <T> T onASmallStack(Callable<T> task) throws Exception {
        FutureTask<T> future = new FutureTask<>(task);
        Thread thread = new Thread(null, future, "small stack", STACK_BYTES);
        thread.start();
        try {
            return future.get();
        } catch (ExecutionException e) {
            throw new AssertionError("it did not end well", e.getCause());
        }
    }
}
