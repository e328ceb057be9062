package org.vencejo.broker;

import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Limits;
import org.vencejo.core.ListenerLimits;

/// How many connections a listener has, of those that it may have, and which limits hold for them.
/// Thread-safe, but for what [ListenerLimits] is in the core.
final class Visitors {
    private final Entry entry;
    private final ListenerLimits own;
    private final AtomicInteger present = new AtomicInteger();

    /// Since the last time that others held for all.
    private volatile @Nullable DoorLimits limits;

    Visitors(Entry entry) {
        this.entry = entry;
        this.own = new ListenerLimits(entry.limits(), entry.maximumQoS());
    }

    /// For the core.
    ListenerLimits own() {
        return own;
    }

    /// What holds here while `ofAll` do for all.
    DoorLimits limits(Limits ofAll) {
        DoorLimits known = limits;
        if (known == null || known.ofAll() != ofAll) {
            known = DoorLimits.of(ofAll, own.derive(ofAll));
            limits = known;
        }
        return known;
    }

    Entry entry() {
        return entry;
    }

    /// One more, unless there are as many as there may be; [#leave] follows if it is let in.
    boolean enter() {
        int max = entry.connectionsMax();
        return present.getAndUpdate(count -> Math.min(count, max - 1) + 1) < max;
    }

    void leave() {
        present.decrementAndGet();
    }
}
