package org.vencejo.storage;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.TopicCache;

/// The entries of one session's queue in their order, from one sequence on and below another.
/// Confined to one thread, which closes it.
final class QueueScan implements AutoCloseable {
    private static final int TOPICS = 64;

    private final Database database;
    private final long session;
    private final TopicCache topics = new TopicCache(TOPICS);
    private final Deque<AutoCloseable> natives = new ArrayDeque<>();
    private final RocksIterator entries;
    private boolean begun;
    private long sequence;

    QueueScan(Database database, long session, long from, long below) {
        this.database = database;
        this.session = session;
        Slice lower = kept(new Slice(Keys.entry(session, from)));
        Slice upper = kept(new Slice(Keys.entry(session, below)));
        // The bounds keep it from walking over what was removed before and behind.
        ReadOptions options =
                kept(new ReadOptions().setIterateLowerBound(lower).setIterateUpperBound(upper));
        this.entries = kept(database.rocks.newIterator(database.family(Family.QUEUES), options));
    }

    private <T extends AutoCloseable> T kept(T object) {
        natives.push(object);
        return object;
    }

    /// Goes to the next entry; returns whether there is one.
    boolean next() throws RocksDBException {
        if (begun) {
            entries.next();
        } else {
            entries.seekToFirst();
            begun = true;
        }
        if (!entries.isValid()) {
            entries.status();
            return false;
        }
        sequence = Keys.sequenceOf(entries.key());
        return true;
    }

    long sequence() {
        return sequence;
    }

    /// The entry with its message; null if it was removed since the scan began.
    @Nullable Enqueued entryOrNull() {
        try {
            return entry();
        } catch (NoSuchElementException gone) {
            return null;
        }
    }

    /// The entry with its message, in a queue that nobody changes.
    Enqueued entry() {
        return Records.readEntry(
                session, sequence, Records.wrap(entries.value()), topics, this::message);
    }

    /// The number of the message that the entry refers to, 0 if it has its own.
    long reference() {
        return Records.referenceOf(Records.wrap(entries.value()));
    }

    private Message message(long number) {
        try {
            byte[] message =
                    database.rocks.get(
                            database.family(Family.MESSAGES), Keys.message(number, Keys.MESSAGE));
            if (message != null) {
                return Records.readMessage(Records.wrap(message), topics);
            }
            // The scan sees the queue as it was when it began, but messages as they are now.
            byte[] entry = Keys.entry(session, sequence);
            if (database.rocks.get(database.family(Family.QUEUES), entry) == null) {
                throw new NoSuchElementException("entry " + sequence + " is gone");
            }
            throw new IllegalStateException(
                    "entry "
                            + sequence
                            + " of session "
                            + session
                            + " refers to message "
                            + number
                            + ", which is not there");
        } catch (RocksDBException e) {
            throw new StoreException("message " + number + " cannot be read", e);
        }
    }

    @Override
    public void close() {
        while (!natives.isEmpty()) {
            try {
                natives.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a native object that cannot be closed", e);
            }
        }
    }
}
