package org.vencejo.client;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// The messages that came and that the application has not taken yet, in the order in which they
/// came.
///
/// Thread-safe: filled by whoever runs the session, emptied by the application. What bounds it is
/// the session, which stops reading.
final class Inbox {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final ArrayDeque<Arrival> waiting = new ArrayDeque<>();
    private @Nullable MqttException closed;

    Inbox(MqttException closed) {
        this.closed = closed;
    }

    void put(Arrival arrival) {
        lock.lock();
        try {
            waiting.add(arrival);
            changed.signal();
        } finally {
            lock.unlock();
        }
    }

    /// More may come.
    void open() {
        lock.lock();
        try {
            closed = null;
        } finally {
            lock.unlock();
        }
    }

    /// Nothing more comes, for this reason; what is there can still be taken.
    void close(MqttException reason) {
        lock.lock();
        try {
            closed = reason;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /// The first message, waited for up to `nanos`; null if none came.
    ///
    /// @throws MqttException if none is there and none will come
    @Nullable Arrival take(long nanos) throws InterruptedException {
        long left = nanos;
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty()) {
                if (closed != null) {
                    throw closed.here();
                }
                if (left <= 0) {
                    return null;
                }
                left = changed.awaitNanos(left);
            }
            return waiting.remove();
        } finally {
            lock.unlock();
        }
    }

    /// Takes back those that `unwanted` names.
    List<Arrival> removeIf(Predicate<Arrival> unwanted) {
        List<Arrival> removed = new ArrayList<>();
        lock.lock();
        try {
            for (Iterator<Arrival> i = waiting.iterator(); i.hasNext(); ) {
                Arrival arrival = i.next();
                if (unwanted.test(arrival)) {
                    i.remove();
                    removed.add(arrival);
                }
            }
        } finally {
            lock.unlock();
        }
        return removed;
    }
}
