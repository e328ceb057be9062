package org.vencejo.broker;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// The room for packets that are large and have not arrived whole, of all connections together.
/// Thread-safe.
///
/// Who is read from has room for its whole packet, so it can be completed: nobody waits for
/// somebody who waits as well. Those without room are not read from; whenever some is given back,
/// each of them looks in turn. Who holds room and sends nothing while others wait is cut.
final class PartialPackets {
    /// What every connection may hold without asking: about what one read brings.
    static final int FREE_BYTES = 64 << 10;

    private final long bytesMax;
    private final long patienceNanos;
    private final AtomicLong bytes = new AtomicLong();
    private final Set<BrokerConnection> holders = ConcurrentHashMap.newKeySet();
    private final ConcurrentLinkedQueue<BrokerConnection> waiting = new ConcurrentLinkedQueue<>();

    /// `patienceNanos` is how long a packet may stand still while others wait for room.
    PartialPackets(long bytesMax, long patienceNanos) {
        this.bytesMax = bytesMax;
        this.patienceNanos = patienceNanos;
    }

    long patienceNanos() {
        return patienceNanos;
    }

    /// Takes room for `holder`, if there is enough; a packet larger than all of it needs all of it.
    boolean take(BrokerConnection holder, long wanted) {
        long before = bytes.get();
        while (before == 0 || before + wanted <= bytesMax) {
            if (bytes.compareAndSet(before, before + wanted)) {
                holders.add(holder);
                return true;
            }
            before = bytes.get();
        }
        return false;
    }

    /// Gives room back; all who wait look again.
    void giveBack(BrokerConnection holder, long given) {
        holders.remove(holder);
        bytes.addAndGet(-given);
        lookAgain();
    }

    /// Has the connection look again when room was given back.
    void await(BrokerConnection connection, long wanted) {
        waiting.add(connection);
        long taken = bytes.get();
        if (taken == 0 || taken + wanted <= bytesMax) {
            lookAgain(); // it came back before anybody could see that we wait
        }
    }

    /// Whoever holds room and has sent nothing for too long is cut.
    void cutTheIdle() {
        for (BrokerConnection holder : holders) {
            holder.driver().loop().execute(() -> holder.driver().intake().cutIfIdle(holder));
        }
    }

    private void lookAgain() {
        // No more than wait now: who finds no room waits again.
        for (int left = waiting.size(); left > 0; left--) {
            @Nullable BrokerConnection next = waiting.poll();
            if (next != null) {
                next.driver().loop().execute(() -> next.driver().intake().lookForRoom(next));
            }
        }
    }
}
