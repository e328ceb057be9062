package org.vencejo.core.routing;

/// The tree of all topics that have a value.
///
/// Part of the core: touched only by whoever runs it.
final class RetainedTree<V> extends TopicTree<RetainedNode<V>> {
    /// The number of the youngest node.
    private long youngest;

    RetainedTree(long seed) {
        super(seed);
    }

    long youngest() {
        return youngest;
    }

    @Override
    RetainedNode<V> newRoot(int hash) {
        return new RetainedNode<>(hash);
    }

    @Override
    RetainedNode<V> newNode(RetainedNode<V> parent, Levels levels, int level, int hash) {
        return new RetainedNode<>(parent, levels, level, hash, ++youngest);
    }
}
