package org.vencejo.core.session;

/// What is repeated on a live connection if its answer takes too long: before 5.0 only, where the
/// setting `retry-interval` asks for it (B8).
///
/// Touched only by whoever runs the session.
final class Repeats {
    private final CopyList sent;
    private final CopyList released;

    /// Of messages that were sent, and of those whose PUBREL is owed.
    Repeats(CopyList sent, CopyList released) {
        this.sent = sent;
        this.released = released;
    }

    /// Repeats PUBRELs, at most `most`; one that still waits for the journal was not sent yet.
    int releases(
            Link link, int connection, long nowNanos, long durable, long intervalNanos, int most) {
        int repeated = 0;
        for (Copy copy = released.first(); copy != null && repeated < most; copy = copy.next) {
            if (isOverdue(copy, connection, nowNanos, intervalNanos)
                    && copy.durableAt() <= durable) {
                copy.sent(copy.packetIdentifier(), connection, nowNanos);
                link.send(OutboundFlow.pubrel(copy));
                repeated++;
            }
        }
        return repeated;
    }

    /// Repeats messages, at most `most` and as far as the out-buffer has room.
    int messages(
            Link link,
            int connection,
            long nowNanos,
            long wallMillis,
            long intervalNanos,
            int most) {
        int repeated = 0;
        for (Copy copy = sent.first();
                copy != null && repeated < most && link.writable();
                copy = copy.next) {
            if (isOverdue(copy, connection, nowNanos, intervalNanos)) {
                copy.sent(copy.packetIdentifier(), connection, nowNanos);
                link.publish(copy.publish(wallMillis), copy.packetIdentifier(), true, 0);
                repeated++;
            }
        }
        return repeated;
    }

    private static boolean isOverdue(Copy copy, int connection, long nowNanos, long intervalNanos) {
        return copy.sentIn(connection) && nowNanos - copy.sentAtNanos() >= intervalNanos;
    }

    /// When the first of them is to be repeated, `intervalNanos` from now at the latest. One that
    /// is overdue could not be repeated now, so it is not looked at again before that.
    long next(int connection, long nowNanos, long intervalNanos) {
        long wait =
                Math.min(
                        waitFor(sent, connection, nowNanos, intervalNanos),
                        waitFor(released, connection, nowNanos, intervalNanos));
        return nowNanos + wait;
    }

    private static long waitFor(
            CopyList copies, int connection, long nowNanos, long intervalNanos) {
        long wait = intervalNanos;
        for (Copy copy = copies.first(); copy != null; copy = copy.next) {
            long left = copy.sentAtNanos() + intervalNanos - nowNanos;
            if (copy.sentIn(connection) && left > 0) {
                wait = Math.min(wait, left);
            }
        }
        return wait;
    }
}
