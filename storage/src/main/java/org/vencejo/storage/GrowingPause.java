package org.vencejo.storage;

import java.util.concurrent.TimeUnit;

/// When trouble that goes on is worth another line in the log: at once, then each time after twice
/// as long. Confined to whoever holds its owner's lock.
final class GrowingPause {
    private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long LONGEST_NANOS = TimeUnit.HOURS.toNanos(1);

    private long nanos;
    private long begunNanos;

    /// Whether there is trouble that began with [#beginNextIfOver] and has not ended.
    boolean hasBegun() {
        return nanos > 0;
    }

    /// Begins the next, longer pause if it is time for a line; returns whether it is.
    boolean beginNextIfOver(long nowNanos) {
        if (hasBegun() && nowNanos - begunNanos < nanos) {
            return false;
        }
        nanos = hasBegun() ? Math.min(2 * nanos, LONGEST_NANOS) : FIRST_NANOS;
        begunNanos = nowNanos;
        return true;
    }

    /// The trouble has ended.
    void end() {
        nanos = 0;
    }
}
