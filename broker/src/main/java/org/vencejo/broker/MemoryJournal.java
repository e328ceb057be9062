package org.vencejo.broker;

import java.util.List;
import java.util.function.Consumer;
import org.vencejo.core.Journal;
import org.vencejo.core.Mutation;
import org.vencejo.core.QueueReader;

/// The journal of durability level `memory`: what is in memory counts as durable, so it answers at
/// once and keeps nothing. Stateless.
public final class MemoryJournal implements Journal, QueueReader {
    @Override
    public void append(long upTo, List<Mutation> batch, Listener listener) {
        listener.durable(upTo);
    }

    @Override
    public void read(
            long session,
            long from,
            int messagesMax,
            long bytesMax,
            Consumer<List<Mutation.Enqueued>> answer) {
        throw new IllegalStateException("no queue is on disk");
    }

    @Override
    public void close() {}
}
