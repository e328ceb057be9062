package org.vencejo.storage;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;
import org.vencejo.core.Mutation.Enqueued;

/// A store whose disk fails, or takes its time, when it is told to. Its faults may be set on any
/// thread.
final class FailingStore extends RocksStore {
    enum Fault {
        NONE,
        /// Nothing of a group is written.
        BEFORE,
        /// The group is written, and the sync fails: nobody knows whether it is there.
        AFTER
    }

    volatile Fault fault = Fault.NONE;
    volatile @Nullable CountDownLatch held;
    final CountDownLatch reached = new CountDownLatch(1);
    final Semaphore reopenings = new Semaphore(0);

    /// How often it was told to write out what is in memory.
    final AtomicInteger flushes = new AtomicInteger();

    /// Attempts to open it anew that found what must not be gone on with.
    final Semaphore refusals = new Semaphore(0);

    /// Sessions whose queues cannot be read.
    final Set<Long> unreadable = ConcurrentHashMap.newKeySet();

    /// A read hangs until it opens, however much its thread is interrupted.
    volatile @Nullable CountDownLatch hanging;

    /// The sessions whose queues were tried, in their order.
    final LinkedBlockingQueue<Long> tried = new LinkedBlockingQueue<>();

    private FailingStore(Path folder, StoreOptions options) {
        super(folder, options);
    }

    static FailingStore failing(Path folder) {
        return failing(folder, StoreOptions.DEFAULTS);
    }

    static FailingStore failing(Path folder, StoreOptions options) {
        FailingStore store = new FailingStore(folder, options);
        opened(store);
        return store;
    }

    @Override
    void reopen() {
        try {
            super.reopen();
            reopenings.release();
        } catch (StoreException e) {
            refusals.release();
            throw e;
        }
    }

    @Override
    public List<Enqueued> read(long session, long from, int messagesMax, long bytesMax) {
        tried.add(session);
        CountDownLatch latch = hanging;
        if (latch != null) {
            hang(latch);
        }
        if (unreadable.contains(session)) {
            throw new StoreException("the queue of session " + session + " cannot be read");
        }
        return super.read(session, from, messagesMax, bytesMax);
    }

    /// Waits until the queue of a session was tried so many times more; returns how often those of
    /// others were meanwhile.
    int awaitTries(long session, int times) throws InterruptedException {
        int others = 0;
        for (int left = times; left > 0; ) {
            Long next = tried.poll(30, TimeUnit.SECONDS);
            if (next == null) {
                throw new IllegalStateException("the queue of " + session + " is not tried again");
            }
            left -= next == session ? 1 : 0;
            others += next == session ? 0 : 1;
        }
        return others;
    }

    @Override
    void commit(Database open, WriteBatch bytes, boolean synced) throws RocksDBException {
        CountDownLatch latch = held;
        if (latch != null) {
            reached.countDown();
            await(latch);
        }
        if (fault == Fault.BEFORE) {
            throw new RocksDBException("the disk is out of order");
        }
        super.commit(open, bytes, synced);
        if (fault == Fault.AFTER) {
            throw new RocksDBException("the disk did not sync");
        }
    }

    @Override
    void flushSoon() throws RocksDBException {
        flushes.incrementAndGet();
        if (fault == Fault.BEFORE) {
            throw new RocksDBException("the disk is out of order");
        }
        super.flushSoon();
    }

    private static void hang(CountDownLatch latch) {
        while (latch.getCount() > 0) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                // like one that waits for its disk
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("held for too long");
            }
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
