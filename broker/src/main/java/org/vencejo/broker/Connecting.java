package org.vencejo.broker;

import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// The connections of a loop whose client is not known yet, the oldest first.
///
/// Confined to its loop, but for the count that it shares with other loops. Who is honest is done
/// in a few round trips: when there are too many of a loop, it is their oldest that goes, so that
/// those who take their time never keep others out, here or at another loop.
final class Connecting {
    private final Set<BrokerConnection> waiting = new LinkedHashSet<>();
    private final AtomicInteger countOfAll;
    private final int loops;

    Connecting(AtomicInteger countOfAll, int loops) {
        this.countOfAll = countOfAll;
        this.loops = loops;
    }

    /// A connection came; if that makes more than this loop's share of `max`, the oldest goes.
    /// Returns whether one did.
    boolean add(BrokerConnection connection, int max) {
        waiting.add(connection);
        countOfAll.incrementAndGet();
        if (waiting.size() > Math.max(1, max / loops)) {
            Iterator<BrokerConnection> oldest = waiting.iterator();
            BrokerConnection first = oldest.next();
            oldest.remove();
            countOfAll.decrementAndGet();
            first.pushOut();
            return true;
        }
        return false;
    }

    /// Its client is known, or it is gone.
    void remove(BrokerConnection connection) {
        if (waiting.remove(connection)) {
            countOfAll.decrementAndGet();
        }
    }
}
