package org.vencejo.broker;

import java.util.List;
import java.util.function.LongConsumer;
import org.vencejo.core.Journal;
import org.vencejo.core.Mutation;

/// The journal of durability level `memory`: what is in memory counts as durable, so it answers at
/// once and keeps nothing. Stateless.
public final class MemoryJournal implements Journal {
    @Override
    public void append(long upTo, List<Mutation> batch, LongConsumer durable) {
        durable.accept(upTo);
    }

    @Override
    public void close() {}
}
