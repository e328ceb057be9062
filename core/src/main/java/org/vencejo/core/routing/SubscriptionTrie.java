package org.vencejo.core.routing;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// All subscriptions, and who gets a message by them.
///
/// Part of the core: touched only by whoever runs it.
///
/// Subscribers are compared by identity. Routes are cached by topic: a change of a filter without
/// wildcards drops that topic's route, a change of a wildcard filter makes the routes stale that it
/// may concern. Groups of a shared subscription are part of a route, their members are not.
public final class SubscriptionTrie<S> {
    private static final long CACHE_BYTES_MIN = 16L << 20;
    private static final long CACHE_BYTES_PER_TOPIC = 1024;

    private final FilterTree<S> tree;
    private final RouteFinder<S> finder;
    private final WildcardChanges wildcardChanges = new WildcardChanges();
    private final RouteCache<S> cache;
    private final Map<TopicFilter, SharedSubscription<S>> groups = new HashMap<>();

    /// How many subscriptions were new, ever.
    private long subscribed;

    private int size;
    private int sharedSize;

    /// A trie that remembers the routes of up to `routesMax` topics, rounded down to a power of
    /// two, in at most about 1 KB each or 16 MB in all if that is more. `seed` should be hard to
    /// guess where clients are not trusted; no result depends on it.
    public SubscriptionTrie(int routesMax, long seed) {
        this(routesMax, Math.max(CACHE_BYTES_MIN, CACHE_BYTES_PER_TOPIC * routesMax), seed);
    }

    /// `routeBytesMax` bounds what all remembered routes occupy, by estimate.
    public SubscriptionTrie(int routesMax, long routeBytesMax, long seed) {
        tree = new FilterTree<>(seed);
        finder = new RouteFinder<>(tree);
        cache = new RouteCache<>(wildcardChanges, routesMax, routeBytesMax);
    }

    /// Adds a subscription, or replaces the one that `subscriber` has for the same filter
    /// [MQTT-3.8.4-3]; returns whether it is new. The filter must be valid; 0 is no Subscription
    /// Identifier.
    public boolean put(S subscriber, Subscription subscription, int subscriptionIdentifier) {
        TopicFilter filter = subscription.topicFilter();
        if (!filter.isValid()) {
            throw new IllegalArgumentException(
                    "a valid Topic Filter was expected: " + filter.fault());
        }
        boolean added =
                filter.isShared()
                        ? putShared(subscriber, subscription, subscriptionIdentifier)
                        : putPlain(subscriber, subscription, subscriptionIdentifier);
        size += added ? 1 : 0;
        sharedSize += added && filter.isShared() ? 1 : 0;
        return added;
    }

    /// Removes the subscription of `subscriber` whose filter is the same, `$share` part included
    /// [MQTT-3.10.4-1]; returns whether there was one.
    public boolean remove(S subscriber, TopicFilter filter) {
        boolean removed =
                filter.isShared()
                        ? removeShared(subscriber, filter)
                        : removePlain(subscriber, filter);
        size -= removed ? 1 : 0;
        sharedSize -= removed && filter.isShared() ? 1 : 0;
        if (size == 0) {
            cache.clear();
        }
        return removed;
    }

    /// Who gets a message of `topicName` now.
    public Route<S> match(TopicName topicName) {
        Route<S> route = cache.get(topicName);
        if (route == null) {
            route = finder.find(topicName, wildcardChanges);
            cache.put(route);
        }
        return route;
    }

    /// The group that shares `filter`, its `$share` part included, or null.
    public @Nullable SharedSubscription<S> shared(TopicFilter filter) {
        return groups.get(filter);
    }

    /// The number of subscriptions; each member of a group counts.
    public int size() {
        return size;
    }

    /// How many of them are shared.
    public int sharedSize() {
        return sharedSize;
    }

    /// The number of nodes of the tree: none without subscriptions.
    public int nodes() {
        return tree.nodes();
    }

    long visits() {
        return tree.visits;
    }

    private boolean putPlain(S subscriber, Subscription subscription, int identifier) {
        TopicFilter filter = subscription.topicFilter();
        Levels levels = tree.cut(filter.utf8(), filter.start());
        boolean multiLevel = levels.lastIsMultiLevelWildcard();
        FilterNode<S> node = tree.findOrAdd(levels, nodeLevels(levels));
        Subscribers<S> others = node.subscribers(multiLevel);
        PlainSubscription<S> old = others == null ? null : others.find(subscriber);
        long order = old == null ? subscribed++ : old.order();
        PlainSubscription<S> put =
                new PlainSubscription<>(subscriber, subscription, identifier, order);
        if (old != null && old.routesAs(put)) {
            return false;
        }
        node.subscribers(multiLevel, others == null ? put : others.with(put));
        changed(filter, levels);
        return old == null;
    }

    private boolean removePlain(S subscriber, TopicFilter filter) {
        Levels levels = tree.cut(filter.utf8(), filter.start());
        boolean multiLevel = levels.lastIsMultiLevelWildcard();
        FilterNode<S> node = tree.find(levels, nodeLevels(levels));
        Subscribers<S> subscribers = node == null ? null : node.subscribers(multiLevel);
        PlainSubscription<S> old = subscribers == null ? null : subscribers.find(subscriber);
        if (node == null || subscribers == null || old == null) {
            return false;
        }
        node.subscribers(multiLevel, subscribers.without(old));
        tree.prune(node);
        changed(filter, levels);
        return true;
    }

    private boolean putShared(S subscriber, Subscription subscription, int identifier) {
        TopicFilter filter = subscription.topicFilter();
        SharedSubscription<S> group = groups.get(filter);
        if (group != null) {
            return group.put(subscriber, subscription, identifier);
        }
        group = new SharedSubscription<>(filter);
        group.put(subscriber, subscription, identifier);
        groups.put(filter, group);
        Levels levels = tree.cut(filter.utf8(), filter.start());
        boolean multiLevel = levels.lastIsMultiLevelWildcard();
        FilterNode<S> node = tree.findOrAdd(levels, nodeLevels(levels));
        Subscribers<S> others = node.subscribers(multiLevel);
        node.subscribers(
                multiLevel, (others == null ? new SubscriberList<S>() : others).with(group));
        changed(filter, levels);
        return true;
    }

    private boolean removeShared(S subscriber, TopicFilter filter) {
        SharedSubscription<S> group = groups.get(filter);
        if (group == null || !group.remove(subscriber)) {
            return false;
        }
        if (group.size() > 0) {
            return true;
        }
        groups.remove(filter);
        Levels levels = tree.cut(filter.utf8(), filter.start());
        boolean multiLevel = levels.lastIsMultiLevelWildcard();
        FilterNode<S> node = tree.find(levels, nodeLevels(levels));
        if (node == null || !(node.subscribers(multiLevel) instanceof SubscriberList<S> list)) {
            throw new IllegalStateException("a group is not in the tree: " + filter);
        }
        node.subscribers(multiLevel, list.without(group));
        tree.prune(node);
        changed(filter, levels);
        return true;
    }

    /// All levels are nodes but a last `#`.
    private static int nodeLevels(Levels levels) {
        return levels.count() - (levels.lastIsMultiLevelWildcard() ? 1 : 0);
    }

    private void changed(TopicFilter filter, Levels levels) {
        if (filter.hasWildcard()) {
            wildcardChanges.count(levels);
        } else {
            cache.invalidate(filter.utf8(), filter.start());
        }
        cache.sweep();
    }
}
