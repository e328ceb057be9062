package org.vencejo.storage;

import org.jspecify.annotations.Nullable;

/// What a store has done since it was opened, and what it holds. Immutable.
///
/// `unavailable` is why nothing becomes durable at present, null if all is well. `readsFailing` are
/// queues that cannot be read at present, `readsFailed` the attempts that failed so far.
public record StoreStatistics(
        long bytesOnDisk,
        long applied,
        @Nullable String unavailable,
        long batches,
        long syncs,
        long bytesWritten,
        long reads,
        long readsFailing,
        long readsFailed) {}
