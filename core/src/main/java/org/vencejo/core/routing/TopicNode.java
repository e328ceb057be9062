package org.vencejo.core.routing;

import org.jspecify.annotations.Nullable;

/// One level of a [TopicTree], under its parent.
///
/// Part of the core: touched only by whoever runs it.
///
/// There are as many of these as there are filters or retained topics, or more: every field counts.
/// A node that was removed keeps its parent, so that a cursor that stands on it finds back.
abstract class TopicNode<N extends TopicNode<N>> {
    final @Nullable N parent;
    final int hash;
    private final long head;
    private final byte @Nullable [] tail;

    /// The number of the next node of the same bucket, or 0.
    int bucketNext;

    /// The root, which has no level.
    TopicNode(int hash) {
        this.parent = null;
        this.hash = hash;
        this.head = 0;
        this.tail = null;
    }

    TopicNode(N parent, Levels levels, int level, int hash) {
        this.parent = parent;
        this.hash = hash;
        this.head = levels.head(level);
        this.tail = levels.tail(level);
    }

    final boolean isNamed(Levels levels, int level) {
        return head == levels.head(level) && levels.hasTail(level, tail);
    }

    final boolean isSingleLevelWildcard() {
        return head == '+' && tail == null;
    }

    /// Whether the level begins with `$`.
    final boolean startsWithDollar() {
        return (head & 0xFF) == '$';
    }

    /// Whether anything hangs on the node, below it or itself.
    abstract boolean isInUse();

    abstract void adopt(N child);

    abstract void disown(N child);
}
