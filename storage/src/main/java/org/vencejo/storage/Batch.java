package org.vencejo.storage;

import java.util.List;
import org.vencejo.core.Journal;
import org.vencejo.core.Mutation;
import org.vencejo.protocol.QoS;

/// Changes that were appended together, whose last has number `upTo`. Immutable.
record Batch(long upTo, List<Mutation> changes, Journal.Listener listener) {
    /// Whether it may wait for company and be written without a sync: a crash that loses it only
    /// has messages repeated at QoS 1, and nobody was promised anything.
    boolean isLazy() {
        for (Mutation each : changes) {
            if (!(each instanceof Mutation.Dequeued m) || m.qos() == QoS.EXACTLY_ONCE) {
                return false;
            }
        }
        return true;
    }

    /// About how much is to be written for it.
    long bytes() {
        long bytes = 0;
        for (Mutation each : changes) {
            bytes +=
                    switch (each) {
                        case Mutation.Enqueued m -> m.message().bytes();
                        case Mutation.RetainedSet m -> m.message().bytes();
                        default -> 0;
                    };
        }
        return bytes;
    }
}
