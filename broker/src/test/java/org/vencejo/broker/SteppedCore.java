package org.vencejo.broker;

import org.jspecify.annotations.Nullable;
import org.vencejo.core.Journal;
import org.vencejo.core.Server;

/// The owner of the core with a place to come between before and after each of its steps, and an
/// eye on who holds it.
final class SteppedCore extends CoreOwner {
    private final Strands strands;
    private Strands.@Nullable Strand holder;

    SteppedCore(Strands strands, Server server, Journal journal, long nowNanos) {
        super(server, journal, new MemoryJournal(), nowNanos);
        this.strands = strands;
    }

    Strands.@Nullable Strand holder() {
        return holder;
    }

    /// That nobody but the caller holds the core.
    void requireHolder() {
        if (strands.current() != null && holder != strands.current()) {
            throw new AssertionError("the core is run by who does not hold it");
        }
    }

    @Override
    boolean tryTake() {
        strands.point();
        boolean taken = super.tryTake();
        if (taken) {
            if (holder != null) {
                throw new AssertionError("two hold the core");
            }
            holder = strands.current();
        }
        strands.point();
        return taken;
    }

    @Override
    void letGo() {
        strands.point();
        requireHolder();
        holder = null;
        super.letGo();
        strands.point();
    }

    @Override
    void queue(CoreTask task) {
        strands.point();
        super.queue(task);
        strands.point();
    }

    @Override
    boolean hasTasks() {
        strands.point();
        boolean some = super.hasTasks();
        strands.point();
        return some;
    }

    @Override
    @Nullable CoreTask nextTask() {
        requireHolder();
        strands.point();
        return super.nextTask();
    }
}
