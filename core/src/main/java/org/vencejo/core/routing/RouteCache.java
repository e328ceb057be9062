package org.vencejo.core.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Doorkeeper;
import org.vencejo.protocol.TopicName;

/// The routes of the topics that were published to lately, a bounded number of bounded size.
///
/// Part of the core: touched only by whoever runs it.
///
/// Four-way set associative: a topic has four places, found by its hash; a hit moves a route one
/// place forward, a new one takes the last place. So whatever names clients choose, a look-up
/// compares four. A route that [WildcardChanges] made stale is replaced or swept away.
///
/// A topic is remembered when it comes for the second time: those that come once, as in a flood of
/// new names, cost the others nothing and leave nothing behind.
final class RouteCache<S> {
    private static final int WAYS = 4;
    private static final int SLOTS_AT_FIRST = 64;
    private static final int MARKS_MAX = 1 << 20;

    private final WildcardChanges changes;
    private final int slotsMax;
    private final long bytesMax;

    /// Has a place for each slot that there may be, or so many.
    private final Doorkeeper doorkeeper;

    private @Nullable Route<S>[] slots;
    private long bytes;
    private int hand;

    RouteCache(WildcardChanges changes, int topicsMax, long bytesMax) {
        this.changes = changes;
        this.slotsMax = Integer.highestOneBit(Math.max(WAYS, topicsMax));
        this.bytesMax = bytesMax;
        this.doorkeeper = new Doorkeeper(Math.min(slotsMax, MARKS_MAX));
        this.slots = slots(Math.min(slotsMax, SLOTS_AT_FIRST));
    }

    @Nullable Route<S> get(TopicName topicName) {
        int first = set(topicName.hashCode());
        for (int slot = first; slot < first + WAYS; slot++) {
            Route<S> route = slots[slot];
            if (route != null && route.topicName().equals(topicName)) {
                if (!route.isFresh(changes)) {
                    return null;
                }
                if (slot > first) {
                    slots[slot] = slots[slot - 1];
                    slots[slot - 1] = route;
                }
                return route;
            }
        }
        return null;
    }

    /// Takes a fresh route if its topic came before.
    void put(Route<S> route) {
        if (route.bytes() > bytesMax) {
            invalidate(route.topicName().utf8(), 0);
            return;
        }
        if (!doorkeeper.cameBefore(spread(route.topicName().hashCode()))) {
            return;
        }
        int slot = place(route.topicName());
        while (slot < 0 && slots.length < slotsMax) {
            grow();
            slot = place(route.topicName());
        }
        if (slot < 0) {
            slot = set(route.topicName().hashCode()) + WAYS - 1;
        }
        clear(slot);
        slots[slot] = route;
        bytes += route.bytes();
        for (int i = 0; bytes > bytesMax && i < slots.length; i++) {
            hand = (hand + 1) & (slots.length - 1);
            if (hand != slot) {
                clear(hand);
            }
        }
    }

    /// Drops the route of the topic whose name is `utf8` from `from` on.
    void invalidate(byte[] utf8, int from) {
        int first = set(TopicName.hash(utf8, from, utf8.length));
        for (int slot = first; slot < first + WAYS; slot++) {
            Route<S> route = slots[slot];
            if (route != null && isNamed(route.topicName().utf8(), utf8, from)) {
                clear(slot);
            }
        }
    }

    void clear() {
        Arrays.fill(slots, null);
        bytes = 0;
    }

    /// Drops a few stale routes, as they hold on to subscribers that may be gone.
    void sweep() {
        for (int i = 0; i < WAYS; i++) {
            hand = (hand + 1) & (slots.length - 1);
            Route<S> route = slots[hand];
            if (route != null && !route.isFresh(changes)) {
                clear(hand);
            }
        }
    }

    /// The best place for a route of `topicName` that costs no valid one; negative if there is
    /// none.
    private int place(TopicName topicName) {
        int first = set(topicName.hashCode());
        int place = -1;
        for (int slot = first; slot < first + WAYS; slot++) {
            Route<S> route = slots[slot];
            if (route != null && route.topicName().equals(topicName)) {
                return slot;
            }
            if (place < 0 && (route == null || !route.isFresh(changes))) {
                place = slot;
            }
        }
        return place;
    }

    private void grow() {
        @Nullable Route<S>[] old = slots;
        slots = slots(2 * old.length);
        for (Route<S> route : old) {
            if (route != null) {
                int slot = set(route.topicName().hashCode());
                while (slots[slot] != null) {
                    slot++; // at most the routes of one old set come to a new one
                }
                slots[slot] = route;
            }
        }
    }

    private void clear(int slot) {
        Route<S> route = slots[slot];
        if (route != null) {
            bytes -= route.bytes();
            slots[slot] = null;
        }
    }

    /// The first slot of the set.
    private int set(int hash) {
        return spread(hash) & (slots.length - 1) & -WAYS;
    }

    private static int spread(int hash) {
        int spread = hash * 0x9E37_79B9;
        return spread >>> 12 ^ spread;
    }

    private static boolean isNamed(byte[] topicName, byte[] utf8, int from) {
        return Arrays.equals(topicName, 0, topicName.length, utf8, from, utf8.length);
    }

    @SuppressWarnings("unchecked") // an array of a generic type, made empty
    private static <S> @Nullable Route<S>[] slots(int count) {
        return (Route<S>[]) new Route<?>[count];
    }
}
