package org.vencejo.storage;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.core.Journal;
import org.vencejo.core.Mutation;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.QueueReader;

/// The journal on disk: one thread that writes what was appended in groups, one sync for each, and
/// says how far it is durable ([StoreWriter]); two more that read queues ([QueueReads]).
///
/// Any thread may append, read and close. While a group is synced the next gathers, so that the
/// disk's pace sets the size of groups and nobody waits longer than for two syncs.
public final class DiskJournal implements Journal, QueueReader {
    private static final Logger LOG = LoggerFactory.getLogger(DiskJournal.class);

    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(20);

    private final RocksStore store;
    private final Inbox appended = new Inbox();
    private final Availability availability;
    private final QueueReads reads;
    private final Thread thread;

    private DiskJournal(RocksStore store, Room room) {
        this.store = store;
        this.availability = new Availability(store.folder());
        this.reads = new QueueReads(store);
        StoreWriter writer = new StoreWriter(store, room, appended, availability, System::nanoTime);
        this.thread = Thread.ofPlatform().name("store-writer").daemon().unstarted(writer::run);
    }

    /// A journal of `store`, which it closes. What the core is to begin with has been read before.
    public static DiskJournal start(RocksStore store) {
        return start(store, new Room(store));
    }

    static DiskJournal start(RocksStore store, Room room) {
        DiskJournal journal = new DiskJournal(store, room);
        journal.thread.start();
        return journal;
    }

    @Override
    public void append(long upTo, List<Mutation> batch, Listener to) {
        appended.add(new Batch(upTo, batch, to));
        reads.leaveEndedOf(batch);
    }

    @Override
    public void read(
            long session,
            long from,
            int messagesMax,
            long bytesMax,
            Consumer<List<Enqueued>> answer) {
        reads.read(session, from, messagesMax, bytesMax, answer);
    }

    /// Makes all that was appended durable, closes the store and ends. In trouble it tries once
    /// more, and says what is lost.
    @Override
    public void close() {
        close(CLOSE_NANOS);
    }

    /// The same, within about so many nanoseconds: a disk that answers no more would let nobody
    /// stop.
    void close(long nanos) {
        long deadline = System.nanoTime() + nanos;
        appended.close();
        // Who still writes or reads holds what closing needs.
        if (awaitWriter(deadline) && reads.close(deadline)) {
            store.close();
        } else {
            LOG.error("the store '{}' does not answer, and is left as it is", store.folder());
        }
    }

    private boolean awaitWriter(long deadline) {
        boolean interrupted = false;
        while (thread.isAlive() && System.nanoTime() - deadline < 0) {
            try {
                var _ = thread.join(Duration.ofMillis(100));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    /// Copies the store into `folder`, which is made, or is there and empty: all that is durable
    /// now, while more comes.
    public void backup(Path folder) {
        Backup.make(store, folder);
    }

    /// What it has done and holds.
    public StoreStatistics statistics() {
        return store.statistics(availability.reason(), reads.failing(), reads.failures());
    }
}
