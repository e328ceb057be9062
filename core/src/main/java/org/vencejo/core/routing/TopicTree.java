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
///
/// Nodes are numbered from 1 without a gap, and buckets and chains hold their numbers: references
/// written here and there into a large old table would make each collection of new objects look
/// through as many parts of it, which takes longer than the new nodes themselves.
@SuppressWarnings("ReferenceEquality") // a node is itself and nothing else
abstract class TopicTree<N extends TopicNode<N>> {
    private static final int BUCKETS_MIN = 16;
    private static final long SEED = 0x6A09_E667_F3BC_C908L;
    private static final int PAGE_BITS = 10;
    private static final int PAGE_NODES = 1 << PAGE_BITS;

    /// The number of no node.
    private static final int NONE = 0;

    final N root;
    private final long seed;
    private final Levels levels;

    /// The first of each chain.
    private int[] buckets = new int[BUCKETS_MIN];

    /// Node 1 is the first of the first page; there is at most one page more than there has to be.
    private @Nullable N[][] pages = pages(0);

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
        for (int number = 1; number <= nodes; number++) {
            action.accept(node(number));
        }
    }

    /// Levels to cut with, overwritten by the next call.
    final Levels cut(byte[] utf8, int from) {
        levels.cut(utf8, from);
        return levels;
    }

    /// The child of `parent` that is named as `level`, or null.
    final @Nullable N child(N parent, Levels levels, int level) {
        int hash = hash(parent, levels, level);
        int number = buckets[bucket(hash)];
        while (number != NONE) {
            N node = node(number);
            visits++;
            if (node.hash == hash && node.parent == parent && node.isNamed(levels, level)) {
                return node;
            }
            number = node.bucketNext;
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
        append(node);
        int bucket = bucket(node.hash);
        node.bucketNext = buckets[bucket];
        buckets[bucket] = nodes;
        parent.adopt(node);
        while (2 * nodes > mask + 1 + split) {
            splitBucket();
        }
        return node;
    }

    /// The last node gets the number of the removed one.
    private void remove(N node) {
        int number = replaceInChain(node, node.bucketNext);
        N last = node(nodes);
        if (last != node) {
            replaceInChain(last, number);
            place(number, last);
        }
        removeLast();
        node.bucketNext = NONE;
        while (4 * nodes < mask + 1 + split && mask + 1 + split > BUCKETS_MIN) {
            mergeBucket();
        }
    }

    /// Has what leads to `node` lead to `other`; returns the number of `node`.
    private int replaceInChain(N node, int other) {
        int bucket = bucket(node.hash);
        int number = buckets[bucket];
        N before = null;
        while (number != NONE) {
            N each = node(number);
            if (each == node) {
                if (before == null) {
                    buckets[bucket] = other;
                } else {
                    before.bucketNext = other;
                }
                return number;
            }
            before = each;
            number = each.bucketNext;
        }
        throw new IllegalStateException("a node of the tree is not in its table");
    }

    // ---- nodes by their numbers
    // ------------------------------------------------------------------------------

    private N node(int number) {
        @Nullable N[] page = pages[(number - 1) >>> PAGE_BITS];
        N node = page[(number - 1) & (PAGE_NODES - 1)];
        if (node == null) {
            throw new IllegalStateException("a number of the tree is no node's");
        }
        return node;
    }

    private void append(N node) {
        if (nodes == pages.length << PAGE_BITS) {
            pages = Arrays.copyOf(pages, pages.length + 1);
            pages[pages.length - 1] = page();
        }
        nodes++;
        place(nodes, node);
    }

    private void removeLast() {
        place(nodes, null);
        nodes--;
        if (nodes == (pages.length - 2) << PAGE_BITS) {
            pages = Arrays.copyOf(pages, pages.length - 1);
        }
    }

    private void place(int number, @Nullable N node) {
        @Nullable N[] page = pages[(number - 1) >>> PAGE_BITS];
        page[(number - 1) & (PAGE_NODES - 1)] = node;
    }

    // ---- buckets
    // ---------------------------------------------------------------------------------------------

    private void splitBucket() {
        int wide = 2 * mask + 1;
        if (buckets.length <= wide) {
            buckets = Arrays.copyOf(buckets, wide + 1);
        }
        int number = buckets[split];
        buckets[split] = NONE;
        while (number != NONE) {
            N node = node(number);
            int next = node.bucketNext;
            int bucket = node.hash & wide;
            node.bucketNext = buckets[bucket];
            buckets[bucket] = number;
            number = next;
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
        int number = buckets[last];
        buckets[last] = NONE;
        while (number != NONE) {
            N node = node(number);
            int next = node.bucketNext;
            node.bucketNext = buckets[split];
            buckets[split] = number;
            number = next;
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
    private @Nullable N[][] pages(int count) {
        return (N[][]) new TopicNode<?>[count][];
    }

    @SuppressWarnings("unchecked") // as above
    private @Nullable N[] page() {
        return (N[]) new TopicNode<?>[PAGE_NODES];
    }
}
