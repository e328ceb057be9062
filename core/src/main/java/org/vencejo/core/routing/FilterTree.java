package org.vencejo.core.routing;

/// The tree of all subscribed filters.
///
/// Part of the core: touched only by whoever runs it.
final class FilterTree<S> extends TopicTree<FilterNode<S>> {
    FilterTree(long seed) {
        super(seed);
    }

    @Override
    FilterNode<S> newRoot(int hash) {
        return new FilterNode<>(hash);
    }

    @Override
    FilterNode<S> newNode(FilterNode<S> parent, Levels levels, int level, int hash) {
        return new FilterNode<>(parent, levels, level, hash);
    }
}
