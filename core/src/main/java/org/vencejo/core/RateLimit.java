package org.vencejo.core;

/// How fast one client may go in one direction, in messages and in bytes, and when it may go on.
///
/// Part of the core: touched only by whoever runs it. It is asked about what has passed already:
/// one message more than was allowed is paid for by waiting, so that none is cut or dropped.
final class RateLimit {
    private final TokenBucket messages;
    private final TokenBucket bytes;
    private final Deadline over;
    private boolean held;

    /// `goOn` is done when the wait is over.
    RateLimit(long nowNanos, Runnable goOn) {
        this.messages = new TokenBucket(nowNanos);
        this.bytes = new TokenBucket(nowNanos);
        this.over =
                new Deadline(() -> {
                    held = false;
                    goOn.run();
                });
    }

    /// A message of `size` bytes has passed; returns whether nothing more should for a while, which
    /// was not so before.
    boolean passed(long size, long messagesPerSecond, long bytesPerSecond, Turn turn) {
        long now = turn.nowNanos();
        long wait = 0;
        if (messagesPerSecond > 0) {
            messages.take(1, messagesPerSecond, now);
            wait = messages.waitNanos(now);
        }
        if (bytesPerSecond > 0) {
            bytes.take(size, bytesPerSecond, now);
            wait = Math.max(wait, bytes.waitNanos(now));
        }
        if (wait == 0) {
            return false;
        }
        boolean begins = !held;
        held = true;
        turn.schedule(over, wait);
        return begins;
    }

    boolean isHeld() {
        return held;
    }

    /// The connection is gone.
    void end(Turn turn) {
        turn.deadlines.cancel(over);
    }
}
