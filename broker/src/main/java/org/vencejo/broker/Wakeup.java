package org.vencejo.broker;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.vencejo.transport.IoLoop;

/// A task of a loop that others ask for: it runs once for any number of askings before it begins,
/// and again for one that comes while it runs. Thread-safe.
final class Wakeup implements Runnable {
    private final IoLoop loop;
    private final Runnable task;
    private final AtomicBoolean asked = new AtomicBoolean();

    Wakeup(IoLoop loop, Runnable task) {
        this.loop = loop;
        this.task = task;
    }

    void ask() {
        if (asked.compareAndSet(false, true)) {
            try {
                loop.execute(this);
            } catch (RejectedExecutionException ended) {
                // A loop that has ended at a stop, before others, has nothing to look after.
            }
        }
    }

    @Override
    public void run() {
        // Cleared first: what is left from here on asks again, and what was before is found.
        asked.set(false);
        task.run();
    }
}
