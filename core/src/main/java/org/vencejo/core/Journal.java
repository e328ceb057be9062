package org.vencejo.core;

import java.util.List;

/// The door to durable state: takes batches and says, now or later and in order, up to which number
/// they are durable.
public interface Journal extends AutoCloseable {
    /// Who appends, and is told on any thread.
    interface Listener {
        /// All mutations up to number `upTo` are durable.
        void durable(long upTo);

        /// Nothing becomes durable for the time being. What was appended is kept and tried again.
        default void unavailable(String reason) {}

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
