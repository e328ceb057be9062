package org.vencejo.core;

import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Unsubscribe;

/// How fast one client may go in one direction, in messages and in bytes, and when it may go on.
///
/// Part of the core: touched only by whoever runs it. It is asked about what has passed already:
/// one message more than was allowed is paid for by waiting, so that none is cut or dropped.
final class RateLimit {
    /// What counts as many messages makes nobody wait for longer than this, or its client would
    /// think that we are gone.
    private static final int MANY_SECONDS_MAX = 10;

    private final TokenBucket messages;
    private final TokenBucket bytes;
    private final Deadline over;
    private boolean held;

    /// `goOn` is done when the wait is over.
    RateLimit(long nowNanos, Runnable goOn) {
        this.messages = new TokenBucket(nowNanos);
        this.bytes = new TokenBucket(nowNanos);
        this.over =
                Deadline.of(() -> {
                    held = false;
                    goOn.run();
                });
    }

    /// What counts as so many messages, one at least, and has `size` bytes, has passed; returns
    /// whether nothing more should for a while, which was not so before.
    boolean passed(int count, long size, long messagesPerSecond, long bytesPerSecond, Turn turn) {
        long now = turn.nowNanos();
        long wait = 0;
        if (messagesPerSecond > 0) {
            messages.take(atMost(count, messagesPerSecond, now), messagesPerSecond, now);
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

    /// As how many messages a packet of a client counts. What asks for a thousand subscriptions is
    /// as much work as a thousand that ask for one; acknowledgements answer what we sent, and are
    /// free.
    static int requests(Packet packet) {
        return switch (packet) {
            case Subscribe it -> it.subscriptions().size();
            case Unsubscribe it -> it.topicFilters().size();
            case Puback p -> 0;
            case Pubrec p -> 0;
            case Pubrel p -> 0;
            case Pubcomp p -> 0;
            default -> 1;
        };
    }

    // What counts as one always does: of the rate of messages nothing is given away.
    private long atMost(int count, long perSecond, long now) {
        long left = MANY_SECONDS_MAX * 1_000_000_000L - messages.waitNanos(now);
        return Math.clamp(left / 1_000_000 * perSecond / 1_000, 1, count);
    }

    boolean isHeld() {
        return held;
    }

    /// The connection is gone.
    void end(Turn turn) {
        turn.deadlines.cancel(over);
    }
}
