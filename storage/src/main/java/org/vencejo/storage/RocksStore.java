package org.vencejo.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.vencejo.core.Mutation;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.Recovered;
import org.vencejo.core.Store;

/// Sessions, queues and retained messages in one RocksDB database.
///
/// One thread at a time writes, reopens and closes (the *writer*); any thread may read queues at
/// the same time. The numbers of the core begin anew at each start; those in the store never do: an
/// index is a number of the core plus what the store had when it was opened.
///
/// Not final so that a test can come between a write and what follows.
public class RocksStore implements Store, AutoCloseable {
    private final Path folder;
    private final StoreOptions options;
    private final Access access;

    // The writer's
    private final BatchBytes batch = new BatchBytes();
    private final MutationWriter mutations = new MutationWriter(this::storedCount);
    private final EndedSessions endedSessions = new EndedSessions(mutations);
    private boolean loaded;
    private long base;

    /// How far all is durable, at the level that it is opened with.
    private long durable;

    // Written by the writer, read by anybody
    private volatile long applied;
    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong syncs = new AtomicLong();
    private final AtomicLong bytesWritten = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();

    RocksStore(Path folder, StoreOptions options) {
        this.folder = folder;
        this.options = options;
        this.access = new Access(folder);
    }

    /// An open store, and what a server begins with.
    public record Started(RocksStore store, Recovered recovered) {}

    /// Opens the store in `folder`, which is made if it is not there, for a server that has
    /// `windowMax` messages in flight to a client at most. All that it begins with is read before
    /// anything is changed.
    ///
    /// @throws StoreDamagedException if something that was acknowledged is missing or cannot be
    ///   read; then nothing was changed
    /// @throws StoreException if it cannot be opened otherwise
    public static Started start(Path folder, StoreOptions options, int windowMax) {
        RocksStore store = new RocksStore(folder, options);
        Opening.Started started = Opening.start(folder, options, windowMax);
        store.take(started.opened());
        store.begin(started.found());
        return new Started(store, started.found().recovered());
    }

    /// Opens the store in `folder`, which is made if it is not there; reads no more of it than how
    /// far it goes.
    ///
    /// @throws StoreDamagedException if something that was acknowledged is missing; then nothing
    ///   was changed
    /// @throws StoreException if it cannot be opened otherwise
    public static RocksStore open(Path folder, StoreOptions options) {
        return opened(new RocksStore(folder, options));
    }

    static RocksStore opened(RocksStore store) {
        store.take(Opening.open(store.folder, store.options));
        return store;
    }

    // ---- opening and closing
    // ----------------------------------------------------------------------

    /// Closes the database after an error, and opens it anew. Reads wait meanwhile.
    ///
    /// @throws StoreDamagedException if it is gone or has less than was durable; then nothing was
    ///   changed
    void reopen() {
        hasOpened(access.reopen(() -> Opening.reopen(folder, options, durable)));
    }

    private void take(Opening.OpenStore opened) {
        access.begin(opened);
        hasOpened(opened);
        base = applied;
    }

    private void hasOpened(Opening.OpenStore opened) {
        applied = opened.progress().index();
        durable = applied; // all that a database opens with it has just synced
        loaded = false;
    }

    /// Writes out what is in memory, notes that all is durable, and closes.
    @Override
    public void close() {
        access.close(applied);
    }

    /// Has what is in memory written to files, and these merged by and by.
    void flushSoon() throws RocksDBException {
        access.database().flush(false);
    }

    // ---- writing
    // ----------------------------------------------------------------------------------

    @Override
    public void apply(long upTo, List<Mutation> changes) {
        try {
            write(upTo, changes, options.synced());
        } catch (RocksDBException | IOException e) {
            throw new StoreException("the store '" + folder + "' cannot be written", e);
        }
    }

    /// Applies changes whose last has the core's number `upTo`, as one write; nothing if the store
    /// has them already. If it is `synced` they are durable when this returns.
    void write(long upTo, List<Mutation> changes, boolean synced)
            throws RocksDBException, IOException {
        long index = base + upTo;
        if (index > applied) {
            Database open = access.database();
            load(open);
            loaded = false; // unless all goes well
            batch.begin(open.familyNumbers());
            mutations.write(index, changes, batch);
            write(open, synced);
            mutations.written(index);
            loaded = true;
            applied = index;
        }
        if (synced || !options.synced()) {
            durable = applied;
        }
        if (synced) {
            access.note(applied);
        }
    }

    private void write(Database open, boolean synced) throws RocksDBException {
        try (WriteBatch bytes = batch.toWriteBatch()) {
            commit(open, bytes, synced);
        }
        batches.incrementAndGet();
        bytesWritten.addAndGet(batch.bytes());
        if (synced) {
            syncs.incrementAndGet();
        }
    }

    void commit(Database open, WriteBatch bytes, boolean synced) throws RocksDBException {
        open.rocks.write(synced ? open.synced : open.unsynced, bytes);
    }

    private void load(Database open) throws RocksDBException {
        if (!loaded) {
            MutationWriter.Progress progress = Opening.progress(open);
            mutations.begin(progress, Recovery.records(open));
            applied = progress.index();
            loaded = true;
        }
    }

    private int storedCount(long number) {
        try {
            Database open = access.database();
            byte[] count =
                    open.rocks.get(open.family(Family.MESSAGES), Keys.message(number, Keys.COUNT));
            return count == null ? 0 : (int) Records.readNumber(Records.wrap(count));
        } catch (RocksDBException e) {
            throw new StoreException("the count of message " + number + " cannot be read", e);
        }
    }

    /// Removes a slice of what ended sessions have left; returns whether there is more.
    boolean releaseSlice() throws RocksDBException {
        Database open = access.database();
        load(open);
        if (!endedSessions.areLeft()) {
            return false;
        }
        loaded = false; // unless all goes well
        batch.begin(open.familyNumbers());
        boolean somethingLeft = endedSessions.removeSlice(open, batch);
        write(open, false);
        mutations.releasedWritten(somethingLeft);
        loaded = true;
        return endedSessions.areLeft();
    }

    // ---- reading
    // ----------------------------------------------------------------------------------

    @Override
    public Recovered recovered(int windowMax) {
        try {
            Recovery.Result found = Recovery.recover(access.database(), windowMax);
            begin(found);
            return found.recovered();
        } catch (RocksDBException | RuntimeException e) {
            throw new StoreException("the store '" + folder + "' cannot be read: " + e, e);
        }
    }

    private void begin(Recovery.Result found) {
        mutations.begin(found.progress(), found.records());
        loaded = true;
    }

    /// Reads entries of a session's queue as [org.vencejo.core.QueueReader#read] has it. On any
    /// thread; while the store is being reopened it waits.
    public List<Enqueued> read(long session, long from, int messagesMax, long bytesMax) {
        try {
            return access.read(open -> read(open, session, from, messagesMax, bytesMax));
        } catch (RocksDBException | IOException e) {
            throw new StoreException("the queue of session " + session + " cannot be read", e);
        }
    }

    private List<Enqueued> read(
            Database open, long session, long from, int messagesMax, long bytesMax)
            throws RocksDBException {
        List<Enqueued> entries = new ArrayList<>(messagesMax);
        try (QueueScan scan = new QueueScan(open, session, from, Long.MAX_VALUE)) {
            long bytes = 0;
            while (entries.size() < messagesMax && bytes < bytesMax && scan.next()) {
                Enqueued entry = scan.entryOrNull();
                if (entry != null) {
                    bytes += entry.message().bytes();
                    entries.add(entry);
                }
            }
        }
        reads.incrementAndGet();
        return entries;
    }

    /// Makes a consistent copy in `copy`, which must not be there, while the store is in use; on
    /// any thread. Files are linked where the file system allows it.
    public void checkpoint(Path copy) {
        try {
            var _ = access.read(open -> checkpoint(open, copy));
        } catch (RocksDBException | IOException e) {
            throw new StoreException("the store '" + folder + "' cannot be copied", e);
        }
    }

    // All up to what this returns is in the copy, and perhaps more.
    private long checkpoint(Database open, Path copy) throws RocksDBException, IOException {
        long index = applied;
        try (Checkpoint checkpoint = Checkpoint.create(open.rocks)) {
            checkpoint.createCheckpoint(copy.toString());
        }
        try (DurableMark copied = DurableMark.open(copy, index)) {
            copied.force();
        }
        return index;
    }

    /// How far the store has come.
    public long applied() {
        return applied;
    }

    /// Whether the store has the core's number `upTo`.
    boolean has(long upTo) {
        return base + upTo <= applied;
    }

    /// How many bytes it has written to its log since it was first opened.
    long bytesWritten() {
        return bytesWritten.get();
    }

    Database databaseForTests() {
        return access.database();
    }

    Path folder() {
        return folder;
    }

    StoreOptions options() {
        return options;
    }

    /// What it has done and holds. On any thread.
    StoreStatistics statistics(@Nullable String unavailable, long readsFailing, long readsFailed) {
        return new StoreStatistics(
                StoreFolder.bytes(folder),
                applied,
                unavailable,
                batches.get(),
                syncs.get(),
                bytesWritten.get(),
                reads.get(),
                readsFailing,
                readsFailed);
    }
}
