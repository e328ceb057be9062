package org.vencejo.storage;

import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.core.Mutation;
import org.vencejo.core.Mutation.Enqueued;

/// The two threads that read queues, for sessions in turn: who asks again stands behind all who
/// asked before. Thread-safe.
///
/// A session has one read at a time, its latest. One that fails is tried again every second, until
/// it works, its session asks anew or ends, or the store closes: its session waits, and no other.
final class QueueReads {
    private static final Logger LOG = LoggerFactory.getLogger(QueueReads.class);

    private static final int THREADS = 2;
    private static final long RETRY_SECONDS = 1;

    private final RocksStore store;
    private final ScheduledThreadPoolExecutor threads;

    /// By session.
    private final ConcurrentMap<Long, Read> latest = new ConcurrentHashMap<>();

    private final AtomicLong failures = new AtomicLong();

    // Guarded by this
    private final GrowingPause pause = new GrowingPause();

    private volatile boolean inTrouble;

    QueueReads(RocksStore store) {
        this.store = store;
        this.threads =
                new ScheduledThreadPoolExecutor(
                        THREADS, Thread.ofPlatform().name("store-reader-", 1).daemon().factory());
        threads.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    void read(
            long session,
            long from,
            int messagesMax,
            long bytesMax,
            Consumer<List<Enqueued>> answer) {
        Read read = new Read(session, from, messagesMax, bytesMax, answer);
        latest.compute(
                session,
                (same, before) -> {
                    read.isFailing = before != null && before.isFailing;
                    return read;
                });
        threads.execute(read);
    }

    /// Lets go of the reads of sessions that end in this batch; nobody waits for them.
    void leaveEndedOf(List<Mutation> batch) {
        if (latest.isEmpty()) {
            return;
        }
        for (Mutation each : batch) {
            if (each instanceof Mutation.SessionEnded m) {
                latest.remove(m.session());
            }
        }
        lookForTheEnd();
    }

    /// How many queues cannot be read at present.
    long failing() {
        return latest.values().stream().filter(read -> read.isFailing).count();
    }

    /// How many attempts failed so far.
    long failures() {
        return failures.get();
    }

    // ---- trouble
    // ----------------------------------------------------------------------------------

    private synchronized void failed(Read read, Throwable why) {
        failures.incrementAndGet();
        inTrouble = true;
        tell(read, why);
        lookForTheEnd(); // its session may have ended just before
    }

    private void tell(Read read, Throwable why) {
        boolean isFirst = !pause.hasBegun();
        if (!pause.beginNextIfOver(System.nanoTime())) {
            return;
        }
        if (isFirst) {
            LOG.error(
                    "the queue of session {} cannot be read from {} on; it is tried again every second",
                    read.session,
                    read.from,
                    why);
        } else {
            LOG.error(
                    "{} queues still cannot be read, among them that of session {} from {} on: {}",
                    failing(),
                    read.session,
                    read.from,
                    why.toString());
        }
    }

    /// Whether there is trouble that the log does not know the end of.
    boolean isInTrouble() {
        return inTrouble;
    }

    private void lookForTheEnd() {
        if (inTrouble) {
            synchronized (this) {
                if (inTrouble && failing() == 0) {
                    inTrouble = false;
                    pause.end();
                    LOG.info("every queue that is wanted can be read again");
                }
            }
        }
    }

    private final class Read implements Runnable {
        private final long session;
        private final long from;
        private final int messagesMax;
        private final long bytesMax;
        private final Consumer<List<Enqueued>> answer;

        /// Whether this read failed, or the one before it that it took the place of.
        private volatile boolean isFailing;

        Read(
                long session,
                long from,
                int messagesMax,
                long bytesMax,
                Consumer<List<Enqueued>> answer) {
            this.session = session;
            this.from = from;
            this.messagesMax = messagesMax;
            this.bytesMax = bytesMax;
            this.answer = answer;
        }

        private boolean isWanted() {
            return equals(latest.get(session));
        }

        @Override
        public void run() {
            if (!isWanted()) {
                lookForTheEnd();
                return;
            }
            List<Enqueued> entries;
            try {
                entries = store.read(session, from, messagesMax, bytesMax);
            } catch (RuntimeException | Error e) {
                again(e);
                return;
            }
            if (latest.remove(session, this)) {
                lookForTheEnd();
                answer.accept(entries);
            }
        }

        @SuppressWarnings("FutureReturnValueIgnored") // it says itself what goes wrong
        private void again(Throwable why) {
            isFailing = true;
            if (!isWanted()) {
                return;
            }
            failed(this, why);
            try {
                threads.schedule(this, RETRY_SECONDS, TimeUnit.SECONDS);
            } catch (RejectedExecutionException closed) {
                // Whoever asked is closing.
            }
        }
    }

    /// Ends the threads behind the reads that run, for which it waits until `deadlineNanos`;
    /// returns whether they have ended.
    boolean close(long deadlineNanos) {
        threads.shutdownNow();
        latest.clear();
        boolean interrupted = false;
        while (!threads.isTerminated() && System.nanoTime() - deadlineNanos < 0) {
            try {
                var _ = threads.awaitTermination(100, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return threads.isTerminated();
    }
}
