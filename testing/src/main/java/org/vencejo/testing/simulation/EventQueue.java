package org.vencejo.testing.simulation;

import java.util.Comparator;
import java.util.PriorityQueue;

/// What is to happen, in the order of virtual time; at one instant in the order in which it was
/// planned. Confined to one thread.
final class EventQueue {
    /// Something planned.
    record Event(long atNanos, long order, Runnable action) {}

    private final PriorityQueue<Event> events =
            new PriorityQueue<>(
                    Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::order));
    private long planned;

    void plan(long atNanos, Runnable action) {
        events.add(new Event(atNanos, planned++, action));
    }

    /// When the next one is to happen, or `Long.MAX_VALUE`.
    long next() {
        Event first = events.peek();
        return first == null ? Long.MAX_VALUE : first.atNanos;
    }

    Event take() {
        return events.remove();
    }
}
