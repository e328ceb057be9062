package org.vencejo.broker;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Input;
import org.vencejo.core.Journal;
import org.vencejo.core.Mutation;
import org.vencejo.core.QueueReader;
import org.vencejo.core.Server;

/// The one core, the flag that says whether somebody runs it, and the queue of those who found it
/// taken.
///
/// Flag and queue are thread-safe; everything else belongs to the *holder*, the event loop that
/// took the flag last. Taking and letting go order memory like a lock, but nobody ever waits for
/// it: who finds it taken queues, and looks again afterwards; who lets go looks at the queue
/// afterwards. So one of the two sees the other, and nothing stays in the queue while nobody runs
/// the core.
///
/// Not final so that a test can come between any two of these steps.
class CoreOwner {
    private final AtomicBoolean taken = new AtomicBoolean();
    private final ConcurrentLinkedQueue<CoreTask> queue = new ConcurrentLinkedQueue<>();

    private final Server server;
    private final Journal journal;
    private final QueueReader queues;

    // The holder's.
    private long lastNanos;
    private long armedForNanos = Long.MAX_VALUE;
    private List<Mutation> mutations = new ArrayList<>();
    private long lastMutation;
    private boolean dropsAtMostOnce;

    // Between the holder and the journal's threads.
    private final AtomicLong durable = new AtomicLong();
    private volatile @Nullable Thread appending;
    private volatile @Nullable LoopDriver appender;
    private final AtomicBoolean durableQueued = new AtomicBoolean();
    private final CoreTask durableTask = this::handleDurable;
    private final Queue<Awaited> awaited = new ConcurrentLinkedQueue<>();
    private final Journal.Listener listener = new JournalListener();

    CoreOwner(Server server, Journal journal, QueueReader queues, long nowNanos) {
        this.server = server;
        this.journal = journal;
        this.queues = queues;
        this.lastNanos = nowNanos;
    }

    /// Makes the caller the holder, if there is none.
    boolean tryTake() {
        return !taken.get() && taken.compareAndSet(false, true);
    }

    /// Ends the caller's holding. It has to look at [#hasTasks] afterwards.
    void letGo() {
        taken.set(false);
    }

    /// Leaves a task for whoever runs the core. The caller has to try to take it afterwards.
    void queue(CoreTask task) {
        queue.add(task);
    }

    boolean hasTasks() {
        return !queue.isEmpty();
    }

    /// The next task. Only the holder may take one.
    @Nullable CoreTask nextTask() {
        return queue.poll();
    }

    /// Gives up what still waits, as nobody will run the core any more. Thread-safe.
    void discard() {
        for (CoreTask task = queue.poll(); task != null; task = queue.poll()) {
            task.discard();
        }
    }

    Server server() {
        return server;
    }

    /// The time of the core: it does not go back when loops with older ticks run it.
    long nanos(long tickNanos) {
        if (tickNanos - lastNanos > 0) {
            lastNanos = tickNanos;
        }
        return lastNanos;
    }

    /// Whether a timer for `deadlineNanos` is still to be armed; if so it counts as armed from now
    /// on.
    boolean arm(long deadlineNanos) {
        if (deadlineNanos >= armedForNanos) {
            return false;
        }
        armedForNanos = deadlineNanos;
        return true;
    }

    /// A timer went off.
    void disarm() {
        armedForNanos = Long.MAX_VALUE;
    }

    /// The server is to drop QoS 0, or not; returns whether that is new to it.
    boolean dropsAtMostOnce(boolean drops) {
        boolean isNew = dropsAtMostOnce != drops;
        dropsAtMostOnce = drops;
        return isNew;
    }

    /// Gathers a mutation for the batch of this tick.
    void append(long number, Mutation mutation) {
        mutations.add(mutation);
        lastMutation = number;
    }

    boolean hasMutations() {
        return !mutations.isEmpty();
    }

    /// Hands what was gathered to the journal as one batch, if it may be one. Answers the number up
    /// to which the journal said, before it returned, that mutations are durable; 0 if it will say
    /// so later, to `holder`.
    long handOver(LoopDriver holder) {
        if (mutations.isEmpty() || !server.mayCommit()) {
            return 0;
        }
        List<Mutation> batch = mutations;
        mutations = new ArrayList<>();
        long before = durable.get();
        appender = holder;
        appending = Thread.currentThread();
        try {
            journal.append(lastMutation, batch, listener);
        } finally {
            appending = null;
        }
        long now = durable.get();
        return now > before ? now : 0;
    }

    /// Who is told when mutations up to `number` are durable.
    private record Awaited(long number, Runnable then) {}

    /// Calls `then` once, when all mutations so far are durable: now, or on a thread of the
    /// journal, where it must be quick. Only the holder may ask.
    void whenDurable(Runnable then) {
        awaited.add(new Awaited(lastMutation, then));
        tellDurable();
    }

    private void tellDurable() {
        for (Awaited first = awaited.peek();
                first != null && first.number <= durable.get();
                first = awaited.peek()) {
            if (awaited.remove(first)) { // or another thread has told it
                first.then.run();
            }
        }
    }

    /// Has part of a queue read; the answer comes as an input.
    void readQueue(
            LoopDriver holder, long session, long read, long from, int messagesMax, long bytesMax) {
        queues.read(
                session,
                from,
                messagesMax,
                bytesMax,
                entries -> {
                    queue(next -> next.handleNow(new Input.QueueRead(session, read, entries)));
                    holder.drainLater();
                });
    }

    /// What the journal says, on its threads or within [#handOver].
    private final class JournalListener implements Journal.Listener {
        @Override
        public void durable(long upTo) {
            durable.accumulateAndGet(upTo, Math::max);
            tellDurable();
            LoopDriver loop = appender;
            if (!Thread.currentThread().equals(appending)
                    && loop != null
                    && durableQueued.compareAndSet(false, true)) {
                queue(durableTask);
                loop.drainLater();
            }
        }

        @Override
        public void unavailable(String reason, boolean stillWrites) {
            tell(new Input.StoreUnavailable(reason, stillWrites));
        }

        @Override
        public void available() {
            tell(new Input.StoreAvailable());
        }

        private void tell(Input input) {
            queue(holder -> holder.handleNow(input));
            LoopDriver loop = appender;
            if (loop != null) {
                loop.drainLater();
            }
        }
    }

    private void handleDurable(LoopDriver holder) {
        durableQueued.set(false);
        holder.handleNow(new Input.Durable(durable.get()));
    }
}
