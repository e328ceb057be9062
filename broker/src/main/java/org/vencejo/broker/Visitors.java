package org.vencejo.broker;

import java.util.concurrent.atomic.AtomicInteger;

/// How many connections a listener has, of those that it may have. Thread-safe.
final class Visitors {
    private final Entry entry;
    private final AtomicInteger present = new AtomicInteger();

    Visitors(Entry entry) {
        this.entry = entry;
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
