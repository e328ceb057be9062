package org.vencejo.storage;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.rocksdb.RocksDBException;
import org.vencejo.core.Mutation;

/// What the writer's thread does: it writes what was appended in groups, one sync for each, and
/// says how far it is durable. Confined to that thread.
///
/// **What is lazy.** Subscribers' PUBACKs may be lost in a crash, which QoS 1 answers by a repeat:
/// a group that holds nothing else waits a moment for company and is then written without a sync.
/// It is kept until the next sync, as the disk may lose it without a crash.
///
/// **In trouble** (an error of the disk, or none left) every batch is kept. After an error the
/// store is opened anew, once a second, until it works, and what it has not got is handed in again:
/// after a failed sync nobody knows what the disk has, and opening finds out. For want of room
/// alone nothing is closed: what was accepted before is still written, in the room that is kept for
/// it, and removals must be, as they are what makes room.
///
/// **After a fault of ours** (a change that makes no sense) the store is opened anew once and gets
/// what stands before that change. Then it stays open to be read, and only a restart ends it.
final class StoreWriter {
    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    // A group larger than that takes longer to write than to sync.
    private static final int GROUP_CHANGES_MAX = 16_384;
    private static final long GROUP_BYTES_MAX = 4 << 20;

    private static final int UNSYNCED_CHANGES_MAX = 16_384;

    private final RocksStore store;
    private final Room room;
    private final Inbox inbox;
    private final Availability availability;
    private final LongSupplier nanoTime;
    private final Lull lull = new Lull();

    /// What was taken over and is not durable.
    private final ArrayDeque<Batch> open = new ArrayDeque<>();

    /// What was told durable and waits for the next sync: lazy, at level `fsync`.
    private final ArrayDeque<Batch> unsynced = new ArrayDeque<>();

    private int unsyncedChanges;
    private long toldDurable;

    /// Whether each batch is to be a group, so that one that the store does not take holds up none
    /// before it.
    private boolean careful;

    /// Whether a change that makes no sense comes next, and nothing can be written any more.
    private boolean senseless;

    private long brokenNanos;

    StoreWriter(
            RocksStore store,
            Room room,
            Inbox inbox,
            Availability availability,
            LongSupplier nanoTime) {
        this.store = store;
        this.room = room;
        this.inbox = inbox;
        this.availability = availability;
        this.nanoTime = nanoTime;
    }

    /// Writes until the inbox is at its end.
    void run() {
        boolean lastTry = false;
        while (true) {
            take();
            boolean ending = inbox.isAtItsEnd();
            if (senseless) {
                if (ending) {
                    giveUp();
                    return;
                }
                inbox.sleep(Inbox.Wake.FOR_NOTHING, RETRY_NANOS);
                continue;
            }
            if (availability.isBroken()) {
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
        for (Batch next = inbox.poll(); next != null; next = inbox.poll()) {
            availability.tell(next.listener());
            open.add(next);
        }
    }

    private void sleep() {
        if (availability.reason() != null) {
            inbox.sleep(Inbox.Wake.FOR_ANYTHING, RETRY_NANOS);
            attempt(this::lookForRoom);
            return;
        }
        long left = lull.leftNanos(store.bytesWritten(), nanoTime.getAsLong());
        if (left > 0) {
            inbox.sleep(Inbox.Wake.FOR_ANYTHING, left);
        } else {
            lull.end(); // whether it works or not: a store that is opened anew has written it out
            attempt(store::flushSoon);
        }
    }

    /// Removes some of what ended sessions have left; returns whether there is more.
    private boolean tidy() {
        boolean[] more = {false};
        if (!availability.isBroken()) {
            attempt(() -> more[0] = store.releaseSlice());
        }
        return more[0];
    }

    // ---- groups
    // -----------------------------------------------------------------------------------

    /// Lets what is lazy wait for company.
    private void linger() {
        long deadline = nanoTime.getAsLong() + LINGER_NANOS;
        while (!inbox.isClosing() && open.stream().allMatch(Batch::isLazy)) {
            long left = deadline - nanoTime.getAsLong();
            if (left <= 0) {
                return;
            }
            inbox.sleep(Inbox.Wake.FOR_WHAT_IS_NOT_LAZY, left);
            take();
        }
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
                            || changes.size() + each.changes().size() > GROUP_CHANGES_MAX
                            || bytes >= GROUP_BYTES_MAX)) {
                break;
            }
            changes.addAll(each.changes());
            bytes += each.bytes();
            lazy &= each.isLazy();
            upTo = each.upTo();
            batches++;
        }
        boolean level = store.options().synced();
        boolean synced =
                level && (!lazy || unsyncedChanges + changes.size() > UNSYNCED_CHANGES_MAX);
        store.write(upTo, changes, synced);
        if (synced) {
            forgetUnsynced();
        }
        for (int i = 0; i < batches; i++) {
            Batch written = open.remove();
            if (level && !synced) {
                unsynced.add(written);
                unsyncedChanges += written.changes().size();
            }
        }
        careful &= !open.isEmpty();
        durable(upTo);
    }

    private void forgetUnsynced() {
        unsynced.clear();
        unsyncedChanges = 0;
    }

    // What was not synced may be written a second time, and is told once.
    private void durable(long upTo) {
        if (upTo > toldDurable) {
            toldDurable = upTo;
            availability.durable(upTo);
        }
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
            senseless = careful && e instanceof SenselessChangeException;
            careful = true;
            brokenNanos = nanoTime.getAsLong();
            availability.broke(e);
            return false;
        }
    }

    /// Looks, about once a second, whether there is room for more.
    private void lookForRoom() throws RocksDBException, IOException {
        if (!room.isTimeToLook()) {
            return;
        }
        String want = room.want(availability.reason() != null);
        if (want != null) {
            store.flushSoon(); // what was removed takes room until it is known in the files
        }
        availability.wants(want);
    }

    private void waitForRetry() {
        for (long left = RETRY_NANOS; left > 0 && !inbox.isClosing(); ) {
            inbox.sleep(Inbox.Wake.FOR_NOTHING, left);
            left = brokenNanos + RETRY_NANOS - nanoTime.getAsLong();
        }
    }

    /// Opens the store anew, settles what it has and hands in what it has not; returns whether that
    /// worked for all that waits.
    private boolean repair() {
        take();
        return attempt(() -> {
            if (!inbox.isClosing()) {
                room.requireEnoughToOpen();
            }
            store.reopen();
            settle();
            while (!open.isEmpty()) {
                writeGroup();
            }
            careful = false;
            availability.mended(room.want(true));
        });
    }

    /// Ends the waiting for what the store has, as all that a store opens with is durable; what it
    /// had without a sync and has no more waits again.
    private void settle() throws RocksDBException, IOException {
        while (!unsynced.isEmpty()) {
            open.addFirst(unsynced.removeLast());
        }
        forgetUnsynced();
        long settled = 0;
        for (Batch next = open.peek(); next != null && store.has(next.upTo()); next = open.peek()) {
            settled = next.upTo();
            open.remove();
        }
        if (settled > 0) {
            store.write(settled, List.of(), store.options().synced());
            durable(settled);
        }
    }

    private void giveUp() {
        long changes = 0;
        for (Batch each : open) {
            changes += each.changes().size();
        }
        availability.giveUp(changes);
    }
}
