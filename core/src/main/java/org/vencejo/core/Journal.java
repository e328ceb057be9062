package org.vencejo.core;

import java.util.List;

/// The door to durable state: takes batches and says, now or later and in order, up to which number
/// they are durable.
public interface Journal extends AutoCloseable {
    /// Who appends, and is told on any thread.
    interface Listener {
        /// All mutations up to number `upTo` are durable.
        void durable(long upTo);

        /// Nothing new is to come for the time being. If the journal `stillWrites`, there is only
        /// no room for more; else nothing becomes durable, and what was appended is tried again.
        /// May be told again as that changes.
        default void unavailable(String reason, boolean stillWrites) {}

        /// It goes on.
        default void available() {}
    }

    /// Hands over a batch whose last mutation has number `upTo`; `listener`, which is always the
    /// same, is told a number at or above it once it is durable.
    void append(long upTo, List<Mutation> batch, Listener listener);

    /// Makes all that was appended durable and ends.
    @Override
    void close();
}
