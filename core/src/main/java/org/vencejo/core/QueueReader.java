package org.vencejo.core;

import java.util.List;
import java.util.function.Consumer;

/// Reads queues that are on disk.
public interface QueueReader {
    /// Reads the entries of a session's queue from sequence `from` on, in their order: at least one
    /// if there is any, at most `messagesMax`, and no further one when they have `bytesMax` or
    /// more. `answer` is called once, now or later, on any thread; or never, if the same session
    /// asks anew before, or ends.
    void read(
            long session,
            long from,
            int messagesMax,
            long bytesMax,
            Consumer<List<Mutation.Enqueued>> answer);
}
