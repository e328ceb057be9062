package org.vencejo.core.routing;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.TopicName;

/// Finds all subscriptions that match a Topic Name, and merges those of one subscriber.
///
/// Part of the core: touched only by whoever runs it; its fields are scratch that is kept between
/// calls.
@SuppressWarnings("ReferenceEquality") // subscribers are compared by identity
final class RouteFinder<S> {
    /// Scratch beyond this size is given back after the call that needed it.
    private static final int KEPT_MAX = 4096;

    /// Up to so many subscriptions, comparing all with all is the cheapest way to see an overlap.
    private static final int COMPARED_MAX = 8;

    private static final int ROUTE_BYTES = 128;
    private static final int REFERENCE_BYTES = 4;
    private static final int OVERLAP_BYTES = 96;

    private static final Receiver<?>[] NO_RECEIVERS = new Receiver<?>[0];
    private static final SharedSubscription<?>[] NO_GROUPS = new SharedSubscription<?>[0];

    private final FilterTree<S> tree;

    /// Nodes that match so far and are still to be gone through, with the number of levels behind
    /// each.
    private @Nullable FilterNode<S>[] open = nodes(16);

    private int[] openLevels = new int[16];
    private int openCount;

    private List<PlainSubscription<S>> plain = new ArrayList<>();
    private final List<SharedSubscription<S>> shared = new ArrayList<>();

    /// How many filters the plain subscriptions came from.
    private int plainFilters;

    RouteFinder(FilterTree<S> tree) {
        this.tree = tree;
    }

    /// The route of `topicName` now.
    Route<S> find(TopicName topicName, WildcardChanges changes) {
        Levels levels = tree.cut(topicName.utf8(), 0);
        long places = WildcardChanges.placesOf(levels);
        collect(levels, topicName.startsWithDollar());
        Receiver<S>[] receivers = mayOverlap() ? merged() : plain.toArray(receivers(plain.size()));
        long bytes = (long) ROUTE_BYTES + topicName.length();
        SharedSubscription<S>[] groups = shared.toArray(groups(shared.size()));
        bytes += (long) REFERENCE_BYTES * (receivers.length + groups.length);
        bytes += (long) OVERLAP_BYTES * (plain.size() - receivers.length);
        forget();
        return new Route<>(topicName, places, changes.sum(places), receivers, groups, bytes);
    }

    // At most one node of each level waits in `open` while another branch is gone through.
    private void collect(Levels levels, boolean dollar) {
        open(tree.root, 0);
        while (openCount > 0) {
            openCount--;
            FilterNode<S> node = open[openCount];
            int level = openLevels[openCount];
            open[openCount] = null;
            if (node == null) {
                throw new IllegalStateException("an open place without a node");
            }
            boolean wildcardsMatch = level > 0 || !dollar; // [MQTT-4.7.2-1]
            if (wildcardsMatch) {
                collect(node.subscribers(true));
            }
            if (level == levels.count()) {
                collect(node.subscribers(false));
                continue;
            }
            if (wildcardsMatch) {
                open(node.anyName(), level + 1);
            }
            if (node.hasNamedChild()) {
                open(tree.child(node, levels, level), level + 1);
            }
        }
    }

    private void open(@Nullable FilterNode<S> node, int level) {
        if (node == null) {
            return;
        }
        if (openCount == openLevels.length) {
            open = Arrays.copyOf(open, 2 * openCount);
            openLevels = Arrays.copyOf(openLevels, 2 * openCount);
        }
        open[openCount] = node;
        openLevels[openCount] = level;
        openCount++;
    }

    private void collect(@Nullable Subscribers<S> subscribers) {
        switch (subscribers) {
            case null -> {}
            case PlainSubscription<S> one -> {
                plain.add(one);
                plainFilters++;
            }
            case SubscriberList<S> several -> {
                if (!several.plain().isEmpty()) {
                    plain.addAll(several.plain());
                    plainFilters++;
                }
                shared.addAll(several.groups());
            }
        }
    }

    private boolean mayOverlap() {
        int count = plain.size();
        if (plainFilters < 2 || count > COMPARED_MAX) {
            return plainFilters > 1;
        }
        for (int i = 1; i < count; i++) {
            for (int j = 0; j < i; j++) {
                if (plain.get(i).subscriber() == plain.get(j).subscriber()) {
                    return true;
                }
            }
        }
        return false;
    }

    /// One receiver for each subscriber (C1), in the order in which the last of its filters was
    /// found.
    ///
    /// An open hash table finds the earlier subscriptions of the same subscriber: `slots` holds
    /// where the last one is in `plain`, plus one, and `earlier` leads from each to the one before.
    private Receiver<S>[] merged() {
        int count = plain.size();
        int[] slots = new int[Integer.highestOneBit(Math.max(2, count)) * 4];
        int[] earlier = new int[count];
        int mask = slots.length - 1;
        int distinct = 0;
        for (int i = 0; i < count; i++) {
            S subscriber = plain.get(i).subscriber();
            int slot = ((System.identityHashCode(subscriber) * 0x9E37_79B9) >>> 7) & mask;
            while (slots[slot] != 0 && plain.get(slots[slot] - 1).subscriber() != subscriber) {
                slot = (slot + 1) & mask;
            }
            distinct += slots[slot] == 0 ? 1 : 0;
            earlier[i] = slots[slot];
            slots[slot] = i + 1;
        }
        return merged(earlier, distinct);
    }

    private Receiver<S>[] merged(int[] earlier, int distinct) {
        Receiver<S>[] receivers = receivers(distinct);
        boolean[] taken = new boolean[earlier.length];
        List<PlainSubscription<S>> same = new ArrayList<>();
        int place = distinct;
        for (int i = earlier.length - 1; i >= 0; i--) {
            if (taken[i]) {
                continue;
            }
            PlainSubscription<S> subscription = plain.get(i);
            if (earlier[i] == 0) {
                receivers[--place] = subscription;
                continue;
            }
            same.add(subscription);
            for (int j = earlier[i]; j != 0; j = earlier[j - 1]) {
                taken[j - 1] = true;
                same.add(plain.get(j - 1));
            }
            receivers[--place] = Overlap.of(same);
            same.clear();
        }
        return receivers;
    }

    private void forget() {
        if (plain.size() > KEPT_MAX) {
            plain = new ArrayList<>();
        } else {
            plain.clear();
        }
        shared.clear();
        plainFilters = 0;
    }

    @SuppressWarnings("unchecked") // an array of a generic type, made empty
    private static <S> @Nullable FilterNode<S>[] nodes(int count) {
        return (FilterNode<S>[]) new FilterNode<?>[count];
    }

    @SuppressWarnings("unchecked") // an array of a generic type, made empty
    private static <S> Receiver<S>[] receivers(int count) {
        return (Receiver<S>[]) (count == 0 ? NO_RECEIVERS : new Receiver<?>[count]);
    }

    @SuppressWarnings("unchecked") // an array of a generic type, made empty
    private static <S> SharedSubscription<S>[] groups(int count) {
        return (SharedSubscription<S>[])
                (count == 0 ? NO_GROUPS : new SharedSubscription<?>[count]);
    }
}
