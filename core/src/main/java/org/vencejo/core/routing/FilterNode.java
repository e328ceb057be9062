package org.vencejo.core.routing;

import org.jspecify.annotations.Nullable;

/// A level of the filters that begin alike, and who subscribed to those that end here.
///
/// Part of the core: touched only by whoever runs it.
///
/// A last level `#` is no node of its own but the second slot of its parent: it saves a node for
/// each such filter, and `a/#` matches `a` without a special case.
final class FilterNode<S> extends TopicNode<FilterNode<S>> {
    private static final int SINGLE_LEVEL_WILDCARD = Integer.MIN_VALUE;

    /// The number of children; the sign bit is set if `+` is one of them.
    private int children;

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

    boolean hasSingleLevelWildcard() {
        return children < 0;
    }

    /// Whether there is a child that is not `+`.
    boolean hasNamedChild() {
        return (children & ~SINGLE_LEVEL_WILDCARD) > (children < 0 ? 1 : 0);
    }

    @Override
    boolean isInUse() {
        return children != 0 || here != null || hereAndBelow != null;
    }

    @Override
    void adopt(FilterNode<S> child) {
        children++;
        if (child.isSingleLevelWildcard()) {
            children |= SINGLE_LEVEL_WILDCARD;
        }
    }

    @Override
    void disown(FilterNode<S> child) {
        children--;
        if (child.isSingleLevelWildcard()) {
            children &= ~SINGLE_LEVEL_WILDCARD;
        }
    }
}
