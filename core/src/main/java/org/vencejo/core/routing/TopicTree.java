package org.vencejo.core.routing;

import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A tree of topic levels whose nodes are all in one hash table, keyed by parent and level.
///
/// Part of the core: touched only by whoever runs it.
///
/// So a parent of 100,000 children costs what a chain of as many nodes costs, and a leaf is a node
/// and a share of the table, no map of its own. The table grows and shrinks by one bucket at a time
/// (linear hashing, Litwin 1980): no `put` has to move a million nodes. Hashes are seeded, as
/// clients name the levels; nothing that can be seen from outside depends on them.
@SuppressWarnings("ReferenceEquality") // a node is itself and nothing else
abstract class TopicTree<N extends TopicNode<N>> {
    private static final int BUCKETS_MIN = 16;
    private static final long SEED = 0x6A09_E667_F3BC_C908L;

    final N root;
    private final long seed;
    private final Levels levels;

    private @Nullable N[] buckets = buckets(BUCKETS_MIN);

    /// Buckets from 0 to `split` were split in this round, and go by one bit more.
    private int mask = BUCKETS_MIN - 1;

    private int split;
    private int nodes;

    /// Nodes that a look-up compared, ever: tests bound the work by it.
    long visits;

    TopicTree(long seed) {
        this.seed = Levels.mix(seed ^ SEED); // with 0, all of `////` would have hash 0
        this.levels = new Levels(this.seed);
        this.root = newRoot((int) this.seed);
    }

    abstract N newRoot(int hash);

    abstract N newNode(N parent, Levels levels, int level, int hash);

    /// What the hashes of its nodes hang on.
    final long seed() {
        return seed;
    }

    /// The number of nodes below the root.
    final int nodes() {
        return nodes;
    }

    /// Calls `action` for each node below the root, in no order; it must not change the tree.
    final void forEachNode(Consumer<N> action) {
        for (N first : buckets) {
            for (N node = first; node != null; node = node.bucketNext) {
                action.accept(node);
            }
        }
    }

    /// Levels to cut with, overwritten by the next call.
    final Levels cut(byte[] utf8, int from) {
        levels.cut(utf8, from);
        return levels;
    }

    /// Levels of their own, for who needs them longer.
    final Levels cutToKeep(byte[] utf8, int from) {
        Levels kept = new Levels(seed);
        kept.cut(utf8, from);
        return kept;
    }

    /// The child of `parent` that is named as `level`, or null.
    final @Nullable N child(N parent, Levels levels, int level) {
        int hash = hash(parent, levels, level);
        for (N node = buckets[bucket(hash)]; node != null; node = node.bucketNext) {
            visits++;
            if (node.hash == hash && node.parent == parent && node.isNamed(levels, level)) {
                return node;
            }
        }
        return null;
    }

    /// The node below the root by the first `count` levels, or null.
    final @Nullable N find(Levels levels, int count) {
        N node = root;
        for (int level = 0; level < count; level++) {
            N child = child(node, levels, level);
            if (child == null) {
                return null;
            }
            node = child;
        }
        return node;
    }

    /// The same, made if it is not there. Who puts nothing on it calls [#prune].
    final N findOrAdd(Levels levels, int count) {
        N node = root;
        for (int level = 0; level < count; level++) {
            N child = child(node, levels, level);
            node = child != null ? child : add(node, levels, level);
        }
        return node;
    }

    /// Removes `node` and its ancestors as far as nothing hangs on them.
    final void prune(N node) {
        N bare = node;
        while (!bare.isInUse()) {
            N parent = bare.parent;
            if (parent == null) {
                return;
            }
            remove(bare);
            parent.disown(bare);
            bare = parent;
        }
    }

    private N add(N parent, Levels levels, int level) {
        N node = newNode(parent, levels, level, hash(parent, levels, level));
        int bucket = bucket(node.hash);
        node.bucketNext = buckets[bucket];
        buckets[bucket] = node;
        parent.adopt(node);
        nodes++;
        while (2 * nodes > mask + 1 + split) {
            splitBucket();
        }
        return node;
    }

    private void remove(N node) {
        int bucket = bucket(node.hash);
        N before = buckets[bucket];
        if (before == node) {
            buckets[bucket] = node.bucketNext;
        } else {
            while (before != null && before.bucketNext != node) {
                before = before.bucketNext;
            }
            if (before == null) {
                throw new IllegalStateException("a node of the tree is not in its table");
            }
            before.bucketNext = node.bucketNext;
        }
        node.bucketNext = null;
        nodes--;
        while (4 * nodes < mask + 1 + split && mask + 1 + split > BUCKETS_MIN) {
            mergeBucket();
        }
    }

    private void splitBucket() {
        int wide = 2 * mask + 1;
        if (buckets.length <= wide) {
            buckets = Arrays.copyOf(buckets, wide + 1);
        }
        N node = buckets[split];
        buckets[split] = null;
        while (node != null) {
            N next = node.bucketNext;
            int bucket = node.hash & wide;
            node.bucketNext = buckets[bucket];
            buckets[bucket] = node;
            node = next;
        }
        split++;
        if (split > mask) {
            mask = wide;
            split = 0;
        }
    }

    private void mergeBucket() {
        if (split == 0) {
            mask >>= 1;
            split = mask + 1;
        }
        split--;
        int last = split + mask + 1;
        N node = buckets[last];
        buckets[last] = null;
        while (node != null) {
            N next = node.bucketNext;
            node.bucketNext = buckets[split];
            buckets[split] = node;
            node = next;
        }
        if (split == 0 && buckets.length >= 8 * (mask + 1)) {
            buckets = Arrays.copyOf(buckets, 2 * (mask + 1));
        }
    }

    private int bucket(int hash) {
        int bucket = hash & mask;
        return bucket < split ? hash & (2 * mask + 1) : bucket;
    }

    private int hash(N parent, Levels levels, int level) {
        long path = parent.hash * 0x9E37_79B9_7F4A_7C15L ^ seed;
        return (int) Levels.mix(levels.digest(level) ^ path);
    }

    @SuppressWarnings(
            "unchecked") // N is erased to TopicNode, and the array never leaves this class
    private @Nullable N[] buckets(int count) {
        return (N[]) new TopicNode<?>[count];
    }
}
