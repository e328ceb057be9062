package org.vencejo.core.routing;

import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.TopicFilter;

/// A walk over the values of a [RetainedTrie] that match a filter, a few nodes at a time.
///
/// Part of the core: touched only by whoever runs it.
///
/// The trie may change in any way between two calls. A topic is met at most once, with the value
/// that it has then; one that had a value all the time is met; one that got its first value after
/// the cursor was made may be. The walk goes from older nodes to younger ones, and not to those
/// made after the cursor, so it ends however fast new topics come. Nothing needs to be closed: a
/// cursor holds on to the node on which it stands, removed or not, and to its ancestors, and the
/// trie knows nothing of cursors.
public final class Cursor<V> {
    /// What of the node on which the cursor stands comes next.
    private enum Next {
        ITSELF,
        CHILDREN,
        SIBLINGS
    }

    private final RetainedTree<V> tree;
    private final Levels levels;
    private final int nodeLevels;
    private final boolean multiLevel;
    private final long youngest;

    /// How many levels before the first wildcard: one look-up, and never left.
    private final int prefix;

    private @Nullable RetainedNode<V> node;
    private int depth;
    private Next next = Next.ITSELF;
    private int steps;

    Cursor(RetainedTree<V> tree, TopicFilter filter) {
        this.tree = tree;
        Levels cut = tree.cut(filter.utf8(), filter.start());
        this.multiLevel = cut.lastIsMultiLevelWildcard();
        this.nodeLevels = cut.count() - (multiLevel ? 1 : 0);
        this.youngest = tree.youngest();
        this.prefix = levelsBeforeWildcard(cut, nodeLevels);
        this.node = tree.find(cut, prefix);
        this.depth = prefix;
        this.levels = node == null ? cut : cut.kept(); // a walk that is over reads none
    }

    private static int levelsBeforeWildcard(Levels levels, int nodeLevels) {
        int level = 0;
        while (level < nodeLevels && !levels.isSingleLevelWildcard(level)) {
            level++;
        }
        return level;
    }

    /// The next value, or null: then either all were met, or `stepsMax` nodes were visited and the
    /// next call goes on from there.
    public @Nullable V next(int stepsMax) {
        for (steps = 0; steps < stepsMax && node != null; steps++) {
            if (next == Next.ITSELF) {
                next = Next.CHILDREN;
            } else {
                move(node);
            }
            if (next == Next.CHILDREN && node != null && node.value != null && matches()) {
                steps++;
                return node.value;
            }
        }
        return null;
    }

    /// How many nodes the last call visited.
    public int steps() {
        return steps;
    }

    /// Whether all values were met.
    public boolean finished() {
        return node == null;
    }

    /// To the next node that the filter allows, else up to the parent, its children done.
    private void move(RetainedNode<V> from) {
        if (next == Next.CHILDREN) {
            RetainedNode<V> child = oldEnough(firstBelow(from));
            if (child != null) {
                depth++;
                enter(child);
                return;
            }
        }
        RetainedNode<V> parent = from.parent;
        if (depth == prefix || parent == null) {
            node = null;
            return;
        }
        RetainedNode<V> sibling = anyNameAt(depth - 1) ? oldEnough(parent.childAfter(from)) : null;
        if (sibling != null) {
            enter(sibling);
            return;
        }
        node = parent;
        depth--;
        next = Next.SIBLINGS;
    }

    private void enter(RetainedNode<V> entered) {
        node = entered;
        boolean hidden = depth == 1 && anyNameAt(0) && entered.startsWithDollar(); // [MQTT-4.7.2-1]
        next = hidden ? Next.SIBLINGS : Next.CHILDREN;
    }

    private @Nullable RetainedNode<V> firstBelow(RetainedNode<V> parent) {
        if (depth < nodeLevels && !levels.isSingleLevelWildcard(depth)) {
            return tree.child(parent, levels, depth);
        }
        return depth < nodeLevels || multiLevel ? parent.firstChild() : null;
    }

    private boolean anyNameAt(int level) {
        return level >= nodeLevels || levels.isSingleLevelWildcard(level);
    }

    private boolean matches() {
        return depth == nodeLevels || (multiLevel && depth > nodeLevels); // `a/#` matches `a`
    }

    private @Nullable RetainedNode<V> oldEnough(@Nullable RetainedNode<V> candidate) {
        return candidate != null && candidate.number <= youngest ? candidate : null;
    }
}
