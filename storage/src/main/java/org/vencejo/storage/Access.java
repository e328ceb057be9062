package org.vencejo.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The database of a store and its mark, while they are open, and who may use them.
///
/// Any thread may read; one at a time, the *writer*, writes, notes, reopens and closes.
final class Access {
    private static final Logger LOG = LoggerFactory.getLogger(RocksStore.class);

    private static final long FORCE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Path folder;

    /// Held for reading by whoever reads, for writing while the database is replaced or closed.
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock();

    private volatile @Nullable Database database;
    private volatile boolean closed;

    // The writer's
    private @Nullable DurableMark mark;
    private long forcedNanos;

    Access(Path folder) {
        this.folder = folder;
    }

    interface Read<T> {
        T from(Database database) throws RocksDBException, IOException;
    }

    interface Opener {
        Opening.OpenStore open();
    }

    /// Begins with what was opened.
    void begin(Opening.OpenStore opened) {
        database = opened.database();
        mark = opened.mark();
    }

    /// Closes the database after an error, and goes on with what is opened then. Reads wait
    /// meanwhile.
    Opening.OpenStore reopen(Opener opener) {
        lock.writeLock().lock();
        try {
            closeAll();
            Opening.OpenStore opened = opener.open();
            begin(opened);
            return opened;
        } finally {
            lock.writeLock().unlock();
        }
    }

    /// Writes out what is in memory, notes that all up to `applied` is durable, and closes.
    void close(long applied) {
        lock.writeLock().lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            Database open = database;
            DurableMark file = mark;
            if (open != null && file != null) {
                try {
                    open.flush(true);
                    file.note(applied);
                    file.force();
                } catch (RocksDBException | IOException e) {
                    LOG.warn(
                            "the store '{}' was not written out at its close: {}",
                            folder,
                            e.getMessage());
                }
            }
            closeAll();
        } finally {
            lock.writeLock().unlock();
        }
    }

    private void closeAll() {
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

    /// What `read` reads, on any thread: nobody closes the database meanwhile.
    <T> T read(Read<T> read) throws RocksDBException, IOException {
        lock.readLock().lock();
        try {
            return read.from(database());
        } finally {
            lock.readLock().unlock();
        }
    }

    // ---- the writer's
    // -----------------------------------------------------------------------------

    Database database() {
        Database open = database;
        if (open == null) {
            throw closed();
        }
        return open;
    }

    /// Notes that the disk has all up to `index`.
    void note(long index) throws IOException {
        DurableMark file = mark;
        if (file == null) {
            throw closed();
        }
        file.note(index);
        long now = System.nanoTime();
        if (now - forcedNanos >= FORCE_NANOS) {
            forcedNanos = now;
            file.force();
        }
    }

    private StoreException closed() {
        return new StoreException("the store '" + folder + "' is closed");
    }
}
