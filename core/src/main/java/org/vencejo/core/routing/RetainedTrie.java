package org.vencejo.core.routing;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// One value for each of many Topic Names, to be found by Topic Filters.
///
/// Part of the core: touched only by whoever runs it.
public final class RetainedTrie<V> {
    private final RetainedTree<V> tree;
    private int size;

    /// `seed` should be hard to guess where clients are not trusted; no result depends on it.
    public RetainedTrie(long seed) {
        tree = new RetainedTree<>(seed);
    }

    /// Puts the value of `topicName` and returns the one before, or null.
    public @Nullable V put(TopicName topicName, V value) {
        Levels levels = tree.cut(topicName.utf8(), 0);
        RetainedNode<V> node = tree.findOrAdd(levels, levels.count());
        V old = node.value;
        node.value = value;
        size += old == null ? 1 : 0;
        return old;
    }

    /// Removes the value of `topicName` and returns it, or null if there was none.
    public @Nullable V remove(TopicName topicName) {
        RetainedNode<V> node = node(topicName);
        V old = node == null ? null : node.value;
        if (node != null && old != null) {
            node.value = null;
            size--;
            tree.prune(node);
        }
        return old;
    }

    public @Nullable V get(TopicName topicName) {
        RetainedNode<V> node = node(topicName);
        return node == null ? null : node.value;
    }

    /// All values whose topics match `filter`, its `$share` part left aside. The filter must be
    /// valid.
    public Cursor<V> cursor(TopicFilter filter) {
        if (!filter.isValid()) {
            throw new IllegalArgumentException(
                    "a valid Topic Filter was expected: " + filter.fault());
        }
        return new Cursor<>(tree, filter);
    }

    /// Calls `action` for each value, in no order; it must not change the tree.
    public void forEach(Consumer<? super V> action) {
        tree.forEachNode(node -> {
            V value = node.value;
            if (value != null) {
                action.accept(value);
            }
        });
    }

    /// The number of values.
    public int size() {
        return size;
    }

    /// The number of nodes of the tree: none without values.
    public int nodes() {
        return tree.nodes();
    }

    long visits() {
        return tree.visits;
    }

    private @Nullable RetainedNode<V> node(TopicName topicName) {
        Levels levels = tree.cut(topicName.utf8(), 0);
        return tree.find(levels, levels.count());
    }
}
