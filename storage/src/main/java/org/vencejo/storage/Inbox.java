package org.vencejo.storage;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/// Batches on their way from those who append to the one that writes, which sleeps here.
///
/// Any thread may add and close; only the writer takes and sleeps.
///
/// Not final so that a test can have its sleeps pass at once.
class Inbox {
    /// What a sleep ends for, beside the close.
    enum Wake {
        FOR_ANYTHING,
        FOR_WHAT_IS_NOT_LAZY,
        FOR_NOTHING
    }

    private record Sleeper(Thread thread, Wake wake) {}

    private final ConcurrentLinkedQueue<Batch> batches = new ConcurrentLinkedQueue<>();
    private volatile @Nullable Sleeper sleeper;
    private volatile boolean closing;

    void add(Batch batch) {
        batches.add(batch);
        Sleeper it = sleeper;
        if (it != null && isWorthWaking(it.wake, batch)) {
            LockSupport.unpark(it.thread);
        }
    }

    private static boolean isWorthWaking(Wake wake, Batch batch) {
        return switch (wake) {
            case FOR_ANYTHING -> true;
            case FOR_WHAT_IS_NOT_LAZY -> !batch.isLazy();
            case FOR_NOTHING -> false;
        };
    }

    /// Nothing more is to come.
    void close() {
        closing = true;
        Sleeper it = sleeper;
        if (it != null) {
            LockSupport.unpark(it.thread);
        }
    }

    // ---- the writer's
    // -----------------------------------------------------------------------------

    boolean isClosing() {
        return closing;
    }

    /// Whether nothing is left, and nothing more is to come.
    boolean isAtItsEnd() {
        return closing && batches.isEmpty();
    }

    /// The next batch; null if there is none.
    @Nullable Batch poll() {
        return batches.poll();
    }

    /// Sleeps for so long at most, or until something comes that ends it; or for a shorter time.
    void sleep(Wake wake, long nanos) {
        sleeper = new Sleeper(Thread.currentThread(), wake);
        if (!closing && (wake == Wake.FOR_NOTHING || batches.isEmpty())) {
            LockSupport.parkNanos(this, nanos);
        }
        sleeper = null;
    }
}
