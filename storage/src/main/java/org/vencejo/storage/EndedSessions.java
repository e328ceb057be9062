package org.vencejo.storage;

import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.Slice;

/// What sessions that ended leave in a store, removed slice by slice. Confined to whoever writes.
///
/// References first, as they must be counted down one by one, then the entries, in one piece if
/// they are many, then the session's records, its state last: whatever is done is done for good,
/// and what is not is found again after a crash.
final class EndedSessions {
    /// How many records of an ended session go in one turn.
    private static final int SLICE = 1_000;

    private final MutationWriter mutations;

    EndedSessions(MutationWriter mutations) {
        this.mutations = mutations;
    }

    /// Whether any has left something.
    boolean areLeft() {
        return mutations.nextEnded() != null;
    }

    /// Puts the removal of a slice into `batch`; returns whether its session still has something.
    boolean removeSlice(Database open, BatchBytes batch) throws RocksDBException {
        SessionRecord session = mutations.nextEnded();
        if (session == null) {
            throw new IllegalStateException("no session that ended has left anything");
        }
        boolean somethingLeft = session.messages > 0;
        if (session.references > 0) {
            releaseReferences(open, session);
        } else if (session.messages > SLICE) {
            removeQueue(session, batch);
        } else if (session.messages > 0) {
            removeEntries(open, session, batch);
        } else {
            somethingLeft = removeRecords(open, session.number, batch);
        }
        mutations.writeReleased(session, somethingLeft, batch);
        return somethingLeft;
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

    private static void removeQueue(SessionRecord session, BatchBytes batch) {
        Keys.entry(batch.key(), session.number, session.head);
        Keys.entry(batch.value(), session.number, session.end);
        batch.deleteRange(Family.QUEUES);
        session.messages = 0;
    }

    private static void removeEntries(Database open, SessionRecord session, BatchBytes batch)
            throws RocksDBException {
        try (QueueScan scan = new QueueScan(open, session.number, session.head, session.end)) {
            while (scan.next()) {
                Keys.entry(batch.key(), session.number, scan.sequence());
                batch.singleDelete(Family.QUEUES);
            }
        }
        session.messages = 0;
    }

    private static boolean removeRecords(Database open, long session, BatchBytes batch)
            throws RocksDBException {
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
}
