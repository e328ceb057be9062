package org.vencejo.core;

import java.util.List;

/// Durable state: what mutations leave behind.
///
/// `apply` is deterministic: it reads no clock and no random source, so that the same batches make
/// the same state anywhere. A batch is applied whole or not at all.
public interface Store {
    /// Applies a batch whose last mutation has number `upTo`.
    void apply(long upTo, List<Mutation> batch);

    /// What a server is built from after a start. `windowMax` is how many messages it has in flight
    /// to a client at most.
    Recovered recovered(int windowMax);
}
