package org.vencejo.core;

import java.util.List;
import java.util.function.LongConsumer;

/// The door to durable state: takes batches and says, now or later and in order, up to which number
/// they are durable.
public interface Journal extends AutoCloseable {
    /// Hands over a batch whose last mutation has number `upTo`; `durable` is called with a number
    /// at or above it once it is durable, on any thread.
    void append(long upTo, List<Mutation> batch, LongConsumer durable);

    /// Makes all that was appended durable and ends.
    @Override
    void close();
}
