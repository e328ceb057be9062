package org.vencejo.storage;

import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.core.Mutation.Enqueued;

/// The two threads that read queues, for sessions in turn: who asks again stands behind all who
/// asked before. Thread-safe.
///
/// A session asks for one block at a time, so there are never more reads than sessions. One that
/// fails is tried again every second: its session waits, and no other.
final class QueueReads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(QueueReads.class);

    private static final int THREADS = 2;
    private static final long RETRY_SECONDS = 1;

    private final RocksStore store;
    private final ScheduledThreadPoolExecutor threads;

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
        threads.execute(new Read(session, from, messagesMax, bytesMax, answer));
    }

    private final class Read implements Runnable {
        private final long session;
        private final long from;
        private final int messagesMax;
        private final long bytesMax;
        private final Consumer<List<Enqueued>> answer;
        private boolean failed;

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

        @Override
        public void run() {
            List<Enqueued> entries;
            try {
                entries = store.read(session, from, messagesMax, bytesMax);
            } catch (RuntimeException | Error e) {
                again(e);
                return;
            }
            answer.accept(entries);
        }

        @SuppressWarnings("FutureReturnValueIgnored") // it says itself what goes wrong
        private void again(Throwable why) {
            if (!failed) {
                failed = true;
                LOG.error(
                        "the queue of session {} cannot be read from {} on; it is tried again every second",
                        session,
                        from,
                        why);
            }
            try {
                threads.schedule(this, RETRY_SECONDS, TimeUnit.SECONDS);
            } catch (RejectedExecutionException closed) {
                // Whoever asked is closing.
            }
        }
    }

    /// Ends the threads behind the reads that run.
    @Override
    public void close() {
        threads.shutdownNow();
        boolean interrupted = false;
        while (true) {
            try {
                if (threads.awaitTermination(1, TimeUnit.SECONDS)) {
                    break;
                }
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
