package org.vencejo.core.routing;

import org.jspecify.annotations.Nullable;

/// A level of the filters that begin alike, and who subscribed to those that end here.
///
/// Part of the core: touched only by whoever runs it.
///
/// A last level `#` is no node of its own but the second slot of its parent: it saves a node for
/// each such filter, and `a/#` matches `a` without a special case.
final class FilterNode<S> extends TopicNode<FilterNode<S>> {
    /// The number of children that are not `+`.
    private int namedChildren;

    /// The child `+`, which every topic that comes by has to visit: no look-up in the table.
    private @Nullable FilterNode<S> anyName;

    private @Nullable Subscribers<S> here;
    private @Nullable Subscribers<S> hereAndBelow;

    FilterNode(int hash) {
        super(hash);
    }

    FilterNode(FilterNode<S> parent, Levels levels, int level, int hash) {
        super(parent, levels, level, hash);
    }

    /// Those of the filter that ends with this level or, `multiLevel`, with a `#` behind it.
    @Nullable Subscribers<S> subscribers(boolean multiLevel) {
        return multiLevel ? hereAndBelow : here;
    }

    void subscribers(boolean multiLevel, @Nullable Subscribers<S> subscribers) {
        if (multiLevel) {
            hereAndBelow = subscribers;
        } else {
            here = subscribers;
        }
    }

    /// The child `+`, or null.
    @Nullable FilterNode<S> anyName() {
        return anyName;
    }

    boolean hasNamedChild() {
        return namedChildren > 0;
    }

    @Override
    boolean isInUse() {
        return namedChildren > 0 || anyName != null || here != null || hereAndBelow != null;
    }

    @Override
    void adopt(FilterNode<S> child) {
        if (child.isSingleLevelWildcard()) {
            anyName = child;
        } else {
            namedChildren++;
        }
    }

    @Override
    void disown(FilterNode<S> child) {
        if (child.isSingleLevelWildcard()) {
            anyName = null;
        } else {
            namedChildren--;
        }
    }
}
