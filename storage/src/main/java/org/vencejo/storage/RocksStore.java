package org.vencejo.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Checkpoint;
import org.rocksdb.FlushOptions;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.rocksdb.WriteBatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
    private static final Logger LOG = LoggerFactory.getLogger(RocksStore.class);

    /// How many records of an ended session go in one turn.
    private static final int SLICE = 1_000;

    private static final long FORCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path folder;
    private final StoreOptions options;

    /// Held for reading by whoever uses the database, for writing while it is replaced or closed.
    private final ReentrantReadWriteLock access = new ReentrantReadWriteLock();

    private volatile @Nullable Database database;
    private volatile boolean closed;

    // The writer's
    private final BatchBytes batch = new BatchBytes();
    private final MutationWriter mutations = new MutationWriter(this::storedCount);
    private @Nullable DurableMark mark;
    private boolean loaded;
    private long base;
    private long forcedNanos;

    // Written by the writer, read by anybody
    private volatile long applied;
    private final AtomicLong batches = new AtomicLong();
    private final AtomicLong syncs = new AtomicLong();
    private final AtomicLong bytesWritten = new AtomicLong();
    private final AtomicLong reads = new AtomicLong();

    RocksStore(Path folder, StoreOptions options) {
        this.folder = folder;
        this.options = options;
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
        store.base = store.applied;
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
        store.openDatabase();
        store.base = store.applied;
        return store;
    }

    // ---- opening and closing
    // ----------------------------------------------------------------------

    private void openDatabase() {
        take(Opening.open(folder, options));
    }

    private void take(Opening.Opened opened) {
        database = opened.database();
        mark = opened.mark();
        applied = opened.progress().index();
        loaded = false;
    }

    /// Closes the database after an error, and opens it anew. Reads wait meanwhile.
    void reopen() {
        access.writeLock().lock();
        try {
            closeDatabase();
            openDatabase();
        } finally {
            access.writeLock().unlock();
        }
    }

    private void closeDatabase() {
        Database open = database;
        database = null;
        if (open != null) {
            open.close();
        }
        DurableMark file = mark;
        mark = null;
        if (file != null) {
            try {
                file.close();
            } catch (IOException e) {
                LOG.warn("the durable mark of '{}' was not closed: {}", folder, e.getMessage());
            }
        }
    }

    /// Writes out what is in memory, notes that all is durable, and closes.
    @Override
    public void close() {
        access.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            Database open = database;
            DurableMark file = mark;
            if (open != null && file != null) {
                try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
                    open.rocks.flush(wait, open.families());
                    file.note(applied);
                    file.force();
                } catch (RocksDBException | IOException e) {
                    LOG.warn(
                            "the store '{}' was not written out at its close: {}",
                            folder,
                            e.getMessage());
                }
            }
            closeDatabase();
        } finally {
            access.writeLock().unlock();
        }
    }

    /// Has what is in memory written to files, and these merged by and by, as removals make room
    /// only there.
    void flushSoon() throws RocksDBException {
        Database open = database();
        try (FlushOptions later = new FlushOptions().setWaitForFlush(false)) {
            open.rocks.flush(later, open.families());
        }
    }

    private Database database() {
        Database open = database;
        if (open == null) {
            throw new StoreException("the store '" + folder + "' is closed");
        }
        return open;
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
            Database open = database();
            load(open);
            loaded = false; // unless all goes well
            batch.begin(open.familyNumbers());
            mutations.write(index, changes, batch);
            write(open, synced);
            mutations.written(index);
            loaded = true;
            applied = index;
        }
        if (synced) {
            note(applied);
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

    private void note(long index) throws IOException {
        DurableMark file = mark;
        if (file == null) {
            throw new StoreException("the store '" + folder + "' is closed");
        }
        file.note(index);
        long now = System.nanoTime();
        if (now - forcedNanos >= FORCE_NANOS) {
            forcedNanos = now;
            file.force();
        }
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
            Database open = database();
            byte[] count =
                    open.rocks.get(open.family(Family.MESSAGES), Keys.message(number, Keys.COUNT));
            return count == null ? 0 : (int) Records.readNumber(Records.wrap(count));
        } catch (RocksDBException e) {
            throw new StoreException("the count of message " + number + " cannot be read", e);
        }
    }

    // ---- what ended sessions leave
    // ----------------------------------------------------------------

    /// Removes a slice of what ended sessions have left; returns whether there is more.
    ///
    /// References first, as they must be counted down one by one, then the entries, in one piece if
    /// they are many, then the session's records, its state last: whatever is done is done for
    /// good, and what is not is found again after a crash.
    boolean releaseSlice() throws RocksDBException {
        Database open = database();
        load(open);
        SessionRecord session = mutations.nextEnded();
        if (session == null) {
            return false;
        }
        loaded = false; // unless all goes well
        batch.begin(open.familyNumbers());
        boolean somethingLeft = session.messages > 0;
        if (session.references > 0) {
            releaseReferences(open, session);
        } else if (session.messages > SLICE) {
            removeQueue(session);
        } else if (session.messages > 0) {
            removeEntries(open, session);
        } else {
            somethingLeft = removeRecords(open, session.number);
        }
        mutations.writeReleased(session, somethingLeft, batch);
        write(open, false);
        mutations.releasedWritten(somethingLeft);
        loaded = true;
        return mutations.nextEnded() != null;
    }

    private void releaseReferences(Database open, SessionRecord session) throws RocksDBException {
        try (QueueScan scan =
                new QueueScan(open, session.number, session.dereferencedTo, session.end)) {
            for (int i = 0; i < SLICE && session.references > 0; i++) {
                if (!scan.next()) {
                    throw new IllegalStateException(
                            "an ended session with "
                                    + session.references
                                    + " references more than entries: "
                                    + session.number);
                }
                long number = scan.reference();
                mutations.release(number);
                session.references -= number == 0 ? 0 : 1;
                session.dereferencedTo = scan.sequence() + 1;
            }
        }
    }

    private void removeQueue(SessionRecord session) {
        Keys.entry(batch.key(), session.number, session.head);
        Keys.entry(batch.value(), session.number, session.end);
        batch.deleteRange(Family.QUEUES);
        session.messages = 0;
    }

    private void removeEntries(Database open, SessionRecord session) throws RocksDBException {
        try (QueueScan scan = new QueueScan(open, session.number, session.head, session.end)) {
            while (scan.next()) {
                Keys.entry(batch.key(), session.number, scan.sequence());
                batch.singleDelete(Family.QUEUES);
            }
        }
        session.messages = 0;
    }

    private boolean removeRecords(Database open, long session) throws RocksDBException {
        try (Slice upper = new Slice(Keys.session(session + 1));
                ReadOptions bound = new ReadOptions().setIterateUpperBound(upper);
                RocksIterator all = open.rocks.newIterator(open.family(Family.SESSIONS), bound)) {
            int removed = 0;
            for (all.seek(Keys.session(session)); all.isValid(); all.next()) {
                byte[] key = all.key();
                if (Keys.kindOf(key) == Keys.STATE) {
                    continue;
                }
                if (removed++ == SLICE) {
                    return true;
                }
                batch.key().writeBytes(key);
                batch.delete(Family.SESSIONS);
            }
            all.status();
            return false;
        }
    }

    // ---- reading
    // ----------------------------------------------------------------------------------

    @Override
    public Recovered recovered(int windowMax) {
        try {
            Recovery.Result found = Recovery.recover(database(), windowMax);
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
        List<Enqueued> entries = new ArrayList<>(messagesMax);
        access.readLock().lock();
        try (QueueScan scan = new QueueScan(database(), session, from, Long.MAX_VALUE)) {
            long bytes = 0;
            while (entries.size() < messagesMax && bytes < bytesMax && scan.next()) {
                Enqueued entry = scan.entryOrNull();
                if (entry != null) {
                    bytes += entry.message().bytes();
                    entries.add(entry);
                }
            }
            reads.incrementAndGet();
            return entries;
        } catch (RocksDBException e) {
            throw new StoreException("the queue of session " + session + " cannot be read", e);
        } finally {
            access.readLock().unlock();
        }
    }

    /// Makes a consistent copy in `copy`, which must not be there, while the store is in use; on
    /// any thread. Files are linked where the file system allows it.
    public void checkpoint(Path copy) {
        access.readLock().lock();
        try {
            long index = applied;
            try (Checkpoint checkpoint = Checkpoint.create(database().rocks)) {
                checkpoint.createCheckpoint(copy.toString());
            }
            try (DurableMark copied = DurableMark.open(copy, index)) {
                copied.force();
            }
            StoreFolder.sync(copy);
        } catch (RocksDBException | IOException e) {
            throw new StoreException("the store '" + folder + "' cannot be copied", e);
        } finally {
            access.readLock().unlock();
        }
    }

    /// How far the store has come.
    public long applied() {
        return applied;
    }

    /// Whether the store has the core's number `upTo`.
    boolean has(long upTo) {
        return base + upTo <= applied;
    }

    Database databaseForTests() {
        return database();
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
