package org.vencejo.core.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A level of the topics that begin alike, and the value of the topic that ends here.
///
/// Part of the core: touched only by whoever runs it.
///
/// Children are in the order in which they were made. One that is removed stays in its place until
/// half of the places are such, so a cursor that stands on it finds the next one.
final class RetainedNode<V> extends TopicNode<RetainedNode<V>> {
    private static final int PLACES_MIN = 2;
    private static final int REMOVED = -1;
    private static final RetainedNode<?>[] NONE = new RetainedNode<?>[0];

    /// The node's age: rises from node to node of a tree.
    final long number;

    @Nullable V value;

    /// Live and removed children, by rising number; none at all if there is no live one.
    private @Nullable RetainedNode<V>[] places = none();

    private int placesUsed;
    private int children;

    /// Where the node is among the places of its parent.
    private int place;

    RetainedNode(int hash) {
        super(hash);
        this.number = 0;
    }

    RetainedNode(RetainedNode<V> parent, Levels levels, int level, int hash, long number) {
        super(parent, levels, level, hash);
        this.number = number;
    }

    /// The oldest child, or null. It may be a removed one, on which nothing hangs.
    @Nullable RetainedNode<V> firstChild() {
        return childAt(0);
    }

    /// The oldest child that is younger than `child`, or null. Both may be removed ones.
    @Nullable RetainedNode<V> childAfter(RetainedNode<V> child) {
        return childAt(child.place >= 0 ? child.place + 1 : firstPlaceAfter(child.number));
    }

    @Override
    boolean isInUse() {
        return value != null || children > 0;
    }

    @Override
    void adopt(RetainedNode<V> child) {
        if (placesUsed == places.length) {
            places = Arrays.copyOf(places, Math.max(PLACES_MIN, 2 * placesUsed));
        }
        child.place = placesUsed;
        places[placesUsed++] = child;
        children++;
    }

    @Override
    void disown(RetainedNode<V> child) {
        child.place = REMOVED;
        children--;
        if (children == 0) {
            places = none();
            placesUsed = 0;
        } else if (children < placesUsed / 2) {
            closeRanks();
        }
    }

    private void closeRanks() {
        @Nullable RetainedNode<V>[] closed =
                Arrays.copyOf(none(), Math.max(PLACES_MIN, 2 * children));
        int used = 0;
        for (RetainedNode<V> child : places) {
            if (child != null && child.place != REMOVED) {
                child.place = used;
                closed[used++] = child;
            }
        }
        places = closed;
        placesUsed = used;
    }

    private @Nullable RetainedNode<V> childAt(int index) {
        return index < placesUsed ? places[index] : null;
    }

    private int firstPlaceAfter(long wanted) {
        int low = 0;
        int high = placesUsed;
        while (low < high) {
            int middle = (low + high) >>> 1;
            RetainedNode<V> child = places[middle];
            if (child != null && child.number <= wanted) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    @SuppressWarnings("unchecked") // an empty array holds nothing of a wrong type
    private static <V> @Nullable RetainedNode<V>[] none() {
        return (RetainedNode<V>[]) NONE;
    }
}
