package org.vencejo.core;

/// What is limited to so much in a second, and may come at once as far as the last second left room
/// for it. Touched only by its owner.
///
/// It holds one number, the time at which it would be full again (the generic cell rate algorithm):
/// nothing happens while nothing comes. Times are compared by difference, as nanoseconds may wrap.
public final class TokenBucket {
    private static final long SECOND = 1_000_000_000L;

    private long fullAtNanos;

    /// A bucket that is full at `nowNanos`.
    public TokenBucket(long nowNanos) {
        this.fullAtNanos = nowNanos;
    }

    /// Whether `units` may pass at `perSecond` without anybody waiting.
    public boolean hasRoomFor(long units, long perSecond, long nowNanos) {
        return owedNanos(nowNanos) + nanosOf(units, perSecond) <= SECOND;
    }

    /// `units` pass, whether there is room for them or not.
    public void take(long units, long perSecond, long nowNanos) {
        fullAtNanos = nowNanos + owedNanos(nowNanos) + nanosOf(units, perSecond);
    }

    /// For how long nothing more should pass; 0 if something may.
    public long waitNanos(long nowNanos) {
        return Math.max(0, owedNanos(nowNanos) - SECOND);
    }

    /// Whether it is full, so that a new one would be the same.
    public boolean isFull(long nowNanos) {
        return owedNanos(nowNanos) == 0;
    }

    private long owedNanos(long nowNanos) {
        return Math.max(0, fullAtNanos - nowNanos);
    }

    // Packets have at most 256 MB, so this does not overflow.
    private static long nanosOf(long units, long perSecond) {
        return units * SECOND / perSecond;
    }
}
