package org.vencejo.storage;

import java.util.ArrayList;
import java.util.List;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.Recovered;
import org.vencejo.core.Recovered.Rest;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.TopicCache;

/// What a start is told: sessions and retained messages whole, of queues only what counts as sent.
/// Confined to one thread.
///
/// No queue is scanned: its counters stand in the session's state, so that a start takes as long
/// with a million messages as with ten. What was removed between those that count as sent is
/// skipped one by one, as long as RocksDB has not merged it away: it does so when a table of
/// removals is written, so that is no more than a memtable or two of them, however many messages
/// passed behind one that was never acknowledged.
final class Recovery {
    private static final int TOPICS = 4_096;

    private final Database database;
    private final int windowMax;
    private final List<Recovered.Session> sessions = new ArrayList<>();
    private final List<Recovered.Ending> ending = new ArrayList<>();
    private final List<SessionRecord> records = new ArrayList<>();

    private Recovery(Database database, int windowMax) {
        this.database = database;
        this.windowMax = windowMax;
    }

    /// What was found, and what the writer goes on with.
    record Result(
            Recovered recovered, List<SessionRecord> records, MutationWriter.Progress progress) {
        static final Result NOTHING =
                new Result(Recovered.NOTHING, List.of(), MutationWriter.Progress.NOTHING);
    }

    /// The writer's records alone.
    static List<SessionRecord> records(Database database) throws RocksDBException {
        List<SessionRecord> records = new ArrayList<>();
        SessionScan.forEach(database, found -> records.add(found.state()));
        return records;
    }

    static Result recover(Database database, int windowMax) throws RocksDBException {
        MutationWriter.Progress progress = Opening.progress(database);
        Recovery recovery = new Recovery(database, windowMax);
        SessionScan.forEach(database, recovery::take);
        Recovered recovered =
                new Recovered(
                        recovery.sessions,
                        recovery.ending,
                        retained(database),
                        progress.lastSession(),
                        progress.lastMessage());
        return new Result(recovered, recovery.records, progress);
    }

    private void take(SessionScan.Found found) {
        SessionRecord state = found.state();
        records.add(state);
        try {
            if (state.ended) {
                return; // what it has left goes by and by
            }
            if (state.ending) {
                ending.add(
                        new Recovered.Ending(
                                found.number,
                                found.created().clientIdentifier(),
                                state.endingSentUpTo,
                                endingRest(state)));
            } else {
                sessions.add(session(found, state));
            }
        } catch (RocksDBException e) {
            throw new StoreException("session " + found.number + " cannot be read", e);
        }
    }

    private Recovered.Session session(SessionScan.Found found, SessionRecord state)
            throws RocksDBException {
        if (!state.connected) {
            throw new IllegalStateException("session " + found.number + " never was connected");
        }
        List<Recovered.Entry> queue = new ArrayList<>();
        long bytes = 0;
        long shared = 0;
        long from = state.head;
        Sent sent = new Sent(state, windowMax);
        if (state.messages > 0 && sent.mayBe(0, from)) {
            try (QueueScan scan = new QueueScan(database, found.number, from, state.end)) {
                while (queue.size() < state.messages
                        && sent.mayBe(queue.size(), from)
                        && scan.next()) {
                    state.head = queue.isEmpty() ? scan.sequence() : state.head;
                    if (!sent.mayBe(queue.size(), scan.sequence())) {
                        break;
                    }
                    Enqueued entry = scan.entry();
                    bytes += entry.message().bytes();
                    shared += entry.share() == null ? 0 : 1;
                    from = entry.sequence() + 1;
                    queue.add(new Recovered.Entry(entry, found.released.get(entry.sequence())));
                }
            }
        }
        long messages = state.messages - queue.size();
        Rest rest =
                messages == 0
                        ? Rest.NOTHING
                        : new Rest(
                                from,
                                state.end,
                                messages,
                                state.bytes - bytes,
                                state.shared - shared);
        return new Recovered.Session(
                found.created(),
                state.toConnected(found.will),
                state.toDisconnected(),
                found.subscriptions,
                queue,
                rest,
                found.taken);
    }

    /// What of a queue counts as sent: whatever PUBREC came for; and as many as the client's window
    /// allowed, if it was not connected when the server died only of those that were sent.
    private static final class Sent {
        private final boolean connected;
        private final int window;
        private final long sentUpTo;
        private final long lastReleased;

        Sent(SessionRecord state, int windowMax) {
            connected = !state.disconnected;
            window = Math.min(state.receiveMaximum, windowMax);
            sentUpTo = state.sentUpTo;
            lastReleased = state.lastReleased();
        }

        /// Whether an entry may count that comes behind `before` others and whose sequence is
        /// `sequence`, or whether any behind it may.
        boolean mayBe(int before, long sequence) {
            return sequence <= lastReleased
                    || (before < window && (connected || sequence < sentUpTo));
        }
    }

    /// What an ending session still has to give away: the counters less what lies before, which is
    /// no more than was in flight.
    private Rest endingRest(SessionRecord state) throws RocksDBException {
        long messages = state.messages;
        long bytes = state.bytes;
        long shared = state.shared;
        if (messages > 0 && state.endingFrom > state.head) {
            try (QueueScan scan =
                    new QueueScan(database, state.number, state.head, state.endingFrom)) {
                while (scan.next()) {
                    Enqueued entry = scan.entry();
                    messages--;
                    bytes -= entry.message().bytes();
                    shared -= entry.share() == null ? 0 : 1;
                }
            }
        }
        return new Rest(
                state.endingFrom,
                messages == 0 ? state.endingFrom : state.end,
                messages,
                bytes,
                shared);
    }

    private static List<Message> retained(Database database) throws RocksDBException {
        List<Message> retained = new ArrayList<>();
        TopicCache topics = new TopicCache(TOPICS);
        try (ReadOptions options = new ReadOptions().setFillCache(false);
                RocksIterator all =
                        database.rocks.newIterator(database.family(Family.RETAINED), options)) {
            for (all.seekToFirst(); all.isValid(); all.next()) {
                retained.add(Records.readMessage(Records.wrap(all.value()), topics));
            }
            all.status();
        }
        return retained;
    }
}
