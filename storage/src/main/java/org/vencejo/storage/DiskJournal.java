package org.vencejo.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.core.Journal;
import org.vencejo.core.Mutation;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.QueueReader;
import org.vencejo.protocol.QoS;

/// The journal on disk: one thread that writes what was appended in groups, one sync for each, and
/// says how far it is durable; two more that read queues.
///
/// Any thread may append, read and close. While a group is synced the next gathers, so that the
/// disk's pace sets the size of groups and nobody waits longer than for two syncs.
///
/// **What is lazy.** Subscribers' PUBACKs may be lost in a crash, which QoS 1 answers by a repeat:
/// a group that holds nothing else waits a moment for company and is then written without a sync.
///
/// **In trouble** (an error of the disk, or none left) every batch is kept. After an error the
/// store is opened anew, once a second, until it works, and what it has not got is handed in again:
/// after a failed sync nobody knows what the disk has, and opening finds out. For want of room
/// alone nothing is closed: what was accepted before is still written, in the room that is kept for
/// it, and removals must be, as they are what makes room.
public final class DiskJournal implements Journal, QueueReader {
    private static final Logger LOG = LoggerFactory.getLogger(DiskJournal.class);

    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long CLOSE_NANOS = TimeUnit.SECONDS.toNanos(20);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    // A group larger than that takes longer to write than to sync.
    private static final int GROUP_CHANGES_MAX = 16_384;
    private static final long GROUP_BYTES_MAX = 4 << 20;

    private enum Writer {
        AWAKE,
        /// Waits for anything.
        ASLEEP,
        /// Waits for anything that is not lazy.
        LINGERING
    }

    private record Batch(long upTo, List<Mutation> changes, Listener listener) {}

    private final RocksStore store;
    private final Room room;
    private final QueueReads reads;
    private final Thread thread;

    // Between those who append and the writer
    private final ConcurrentLinkedQueue<Batch> appended = new ConcurrentLinkedQueue<>();
    private volatile Writer writer = Writer.AWAKE;
    private volatile boolean closing;

    /// Why nothing new should come; null if all is well.
    private volatile @Nullable String unavailable;

    // The writer's
    private final ArrayDeque<Batch> open = new ArrayDeque<>();
    private @Nullable Listener listener;
    private boolean broken;
    private boolean careful;
    private long brokenNanos;
    private String logged = "";

    private DiskJournal(RocksStore store, Room room) {
        this.store = store;
        this.room = room;
        this.reads = new QueueReads(store);
        this.thread = Thread.ofPlatform().name("store-writer").daemon().unstarted(this::run);
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

    // ---- on any thread
    // ----------------------------------------------------------------------------

    @Override
    public void append(long upTo, List<Mutation> batch, Listener to) {
        appended.add(new Batch(upTo, batch, to));
        Writer state = writer;
        if (state == Writer.ASLEEP || (state == Writer.LINGERING && !isLazy(batch))) {
            LockSupport.unpark(thread);
        }
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
        closing = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        long deadline = System.nanoTime() + CLOSE_NANOS;
        while (thread.isAlive() && System.nanoTime() - deadline < 0) {
            try {
                var _ = thread.join(Duration.ofMillis(100));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (thread.isAlive()) { // and may hold what closing needs
            LOG.error("the store '{}' does not answer, and is left as it is", store.folder());
            return;
        }
        reads.close();
        store.close();
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /// Copies the store into `folder`, which is made, or is there and empty: all that is durable
    /// now, while more comes.
    public void backup(Path folder) {
        Backup.make(store, folder);
    }

    /// What it has done and holds.
    public StoreStatistics statistics() {
        return store.statistics(unavailable, reads.failing(), reads.failures());
    }

    // Without a sync a crash may lose them, and then repeats: nobody was promised anything.
    private static boolean isLazy(List<Mutation> changes) {
        for (Mutation each : changes) {
            if (!(each instanceof Mutation.Dequeued m) || m.qos() == QoS.EXACTLY_ONCE) {
                return false;
            }
        }
        return true;
    }

    // ---- the writer
    // -------------------------------------------------------------------------------

    private void run() {
        boolean lastTry = false;
        while (true) {
            take();
            boolean ending = closing && appended.isEmpty();
            if (broken) {
                lastTry |= ending;
                waitForRetry();
                if (!repair() && lastTry) {
                    giveUp();
                    return;
                }
                continue;
            }
            if (open.isEmpty()) {
                if (ending) {
                    return;
                }
                if (!tidy()) {
                    sleep();
                }
                continue;
            }
            linger();
            attempt(this::writeGroup);
            tidy();
        }
    }

    private void take() {
        for (Batch next = appended.poll(); next != null; next = appended.poll()) {
            boolean first = listener == null;
            listener = next.listener;
            open.add(next);
            String trouble = unavailable;
            if (first && trouble != null) {
                next.listener.unavailable(trouble, !broken); // of before anybody could hear of it
            }
        }
    }

    private void sleep() {
        writer = Writer.ASLEEP;
        if (appended.isEmpty() && !closing) {
            if (unavailable == null) {
                LockSupport.park(this);
            } else {
                LockSupport.parkNanos(this, RETRY_NANOS);
                attempt(this::lookForRoom);
            }
        }
        writer = Writer.AWAKE;
    }

    /// Lets what is lazy wait for company.
    private void linger() {
        long deadline = System.nanoTime() + LINGER_NANOS;
        while (!closing && isAllLazy()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return;
            }
            writer = Writer.LINGERING;
            if (appended.isEmpty()) {
                LockSupport.parkNanos(this, left);
            }
            writer = Writer.AWAKE;
            take();
        }
    }

    private boolean isAllLazy() {
        for (Batch each : open) {
            if (!isLazy(each.changes)) {
                return false;
            }
        }
        return true;
    }

    /// Writes the batches that wait, or as many as make a group, and says that they are durable.
    private void writeGroup() throws RocksDBException, IOException {
        lookForRoom();
        List<Mutation> changes = new ArrayList<>();
        long bytes = 0;
        boolean lazy = true;
        int batches = 0;
        long upTo = 0;
        for (Batch each : open) {
            if (batches > 0
                    && (careful
                            || changes.size() + each.changes.size() > GROUP_CHANGES_MAX
                            || bytes >= GROUP_BYTES_MAX)) {
                break;
            }
            changes.addAll(each.changes);
            bytes += bytesOf(each.changes);
            lazy &= isLazy(each.changes);
            upTo = each.upTo;
            batches++;
        }
        store.write(upTo, changes, store.options().synced() && !lazy);
        for (int i = 0; i < batches; i++) {
            open.remove();
        }
        careful &= !open.isEmpty();
        tell(upTo);
    }

    private static long bytesOf(List<Mutation> changes) {
        long bytes = 0;
        for (Mutation each : changes) {
            bytes +=
                    switch (each) {
                        case Enqueued m -> m.message().bytes();
                        case Mutation.RetainedSet m -> m.message().bytes();
                        default -> 0;
                    };
        }
        return bytes;
    }

    private void tell(long upTo) {
        Listener to = listener;
        if (to != null) {
            to.durable(upTo);
        }
    }

    /// Removes some of what ended sessions have left; returns whether there is more.
    private boolean tidy() {
        boolean[] more = {false};
        if (!broken) {
            attempt(() -> more[0] = store.releaseSlice());
        }
        return more[0];
    }

    // ---- trouble
    // ----------------------------------------------------------------------------------

    private interface Action {
        void run() throws RocksDBException, IOException;
    }

    private boolean attempt(Action action) {
        try {
            action.run();
            return true;
        } catch (RocksDBException | IOException | RuntimeException | Error e) {
            boolean more = !broken;
            broken = true;
            careful = true;
            brokenNanos = System.nanoTime();
            String words = String.valueOf(e.getMessage());
            boolean isOurFault = e instanceof SenselessChangeException;
            if (!words.equals(logged)) {
                logged = words;
                LOG.error(
                        "the store '{}' does not take what it is given{}",
                        store.folder(),
                        isOurFault ? ": " + SenselessChangeException.REASON : "",
                        e);
            }
            if (unavailable == null || more) {
                becomeUnavailable(isOurFault ? SenselessChangeException.REASON : words);
            }
            return false;
        }
    }

    private void becomeUnavailable(String reason) {
        unavailable = reason;
        Listener to = listener;
        if (to != null) {
            to.unavailable(reason, !broken);
        }
    }

    private void becomeAvailable() {
        unavailable = null;
        Listener to = listener;
        if (to != null) {
            to.available();
        }
    }

    /// Looks, about once a second, whether there is room for more.
    private void lookForRoom() throws RocksDBException, IOException {
        if (!room.isTimeToLook()) {
            return;
        }
        String want = room.want(unavailable != null);
        if (want != null) {
            store.flushSoon(); // what was removed takes room until it is known in the files
        }
        if (want != null && unavailable == null) {
            LOG.warn("the store '{}' takes nothing new: {}", store.folder(), want);
            becomeUnavailable(want);
        } else if (want == null && unavailable != null && !broken) {
            becomeAvailable();
        }
    }

    private void waitForRetry() {
        for (long left = RETRY_NANOS; left > 0 && !closing; ) {
            LockSupport.parkNanos(this, left);
            left = brokenNanos + RETRY_NANOS - System.nanoTime();
        }
    }

    /// Opens the store anew, settles what it has and hands in what it has not; returns whether that
    /// worked for all that waits.
    private boolean repair() {
        take();
        return attempt(() -> {
            if (!closing) {
                room.requireEnoughToOpen();
            }
            store.reopen();
            settle();
            while (!open.isEmpty()) {
                writeGroup();
            }
            broken = false;
            careful = false;
            logged = "";
            String want = room.want(true);
            if (want == null) {
                becomeAvailable();
            } else {
                becomeUnavailable(want);
            }
        });
    }

    /// Ends the waiting for what the store has: all that a store opens with is durable.
    private void settle() throws RocksDBException, IOException {
        long settled = 0;
        for (Batch next = open.peek(); next != null && store.has(next.upTo); next = open.peek()) {
            settled = next.upTo;
            open.remove();
        }
        if (settled > 0) {
            store.write(settled, List.of(), store.options().synced());
            tell(settled);
        }
    }

    private void giveUp() {
        long changes = 0;
        for (Batch each : open) {
            changes += each.changes.size();
        }
        if (changes > 0) {
            LOG.error(
                    "the store '{}' is closed without {} changes that it did not take ({}); none of"
                            + " them was acknowledged",
                    store.folder(),
                    changes,
                    unavailable);
        }
    }
}
