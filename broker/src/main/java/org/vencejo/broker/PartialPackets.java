package org.vencejo.broker;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The room for packets that are large and have not arrived whole, of all connections together.
/// Thread-safe.
///
/// Who is read from has room for its whole packet, so it can always be completed: nobody waits for
/// somebody who waits as well. Those without room are not read from, and take turns.
final class PartialPackets {
    /// What every connection may hold without asking: about what one read brings.
    static final int FREE_BYTES = 64 << 10;

    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();
    private final ConcurrentLinkedQueue<BrokerConnection> waiting = new ConcurrentLinkedQueue<>();

    PartialPackets(long bytesMax) {
        this.bytesMax = bytesMax;
    }

    /// Takes room, if there is enough; a packet larger than all of it needs all of it.
    boolean take(long wanted) {
        long before = bytes.get();
        while (before == 0 || before + wanted <= bytesMax) {
            if (bytes.compareAndSet(before, before + wanted)) {
                return true;
            }
            before = bytes.get();
        }
        return false;
    }

    /// Gives room back, and the next one its turn.
    void giveBack(long given) {
        bytes.addAndGet(-given);
        next();
    }

    /// Has the connection look again when there may be room.
    void await(BrokerConnection connection, long wanted) {
        waiting.add(connection);
        long taken = bytes.get();
        if (taken == 0 || taken + wanted <= bytesMax) {
            next(); // it came back before anybody could see that we wait
        }
    }

    /// Lets the next one look, who passes its turn on unless it waits again.
    void next() {
        @Nullable BrokerConnection first = waiting.poll();
        if (first != null) {
            first.driver().loop().execute(() -> first.driver().lookForRoom(first));
        }
    }
}
