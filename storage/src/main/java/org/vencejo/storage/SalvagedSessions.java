package org.vencejo.storage;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.rocksdb.RocksDBException;
import org.vencejo.core.Mutation.Enqueued;

/// The sessions that a salvage finds, with their queues: which can be kept, and what of them is
/// lost. Confined to one thread.
///
/// A session is kept if its state, its Client Identifier and, if it has one, its User Name can be
/// read: without the first nobody knows what it was, without the others whose.
final class SalvagedSessions {
    private final SalvageTarget target;
    private final SalvagedMessages messages;
    private final Findings lost;
    private final Findings doubtful = new Findings(10_000);
    private final Map<Long, Salvaged> sessions = new TreeMap<>();
    private final Map<String, Salvaged> clients = new HashMap<>();
    private long lastNumber;

    // The session whose records are read
    private @Nullable Salvaged current;
    private SessionScan.Found found = new SessionScan.Found(0);
    private List<Raw> records = new ArrayList<>();

    SalvagedSessions(SalvageTarget target, SalvagedMessages messages, Findings lost) {
        this.target = target;
        this.messages = messages;
        this.lost = lost;
    }

    private record Raw(byte[] key, byte[] value) {}

    /// What is known of one session.
    private static final class Salvaged {
        final long number;
        @Nullable String client;
        @Nullable SessionRecord state;
        boolean old;
        boolean kept;
        boolean over;
        final Map<Long, Raw> released = new HashMap<>();

        // By its state before the salvage
        long messagesBefore;
        long headBefore;
        long endBefore;

        // Of its queue
        long entries;
        long messages;
        long inside;
        long head;
        long bytes;
        long shared;
        long references;
        long next;
        long firstHole = -1;
        long lastHole = -1;

        Salvaged(long number) {
            this.number = number;
        }

        String name() {
            return "session " + number + (client == null ? "" : " ('" + client + "')");
        }

        void hole(long from, long to) {
            firstHole = firstHole < 0 ? from : firstHole;
            lastHole = to;
        }
    }

    // ---- records
    // ----------------------------------------------------------------------------------

    /// A record of SESSIONS.
    void record(byte[] key, byte[] value, boolean old) throws RocksDBException {
        if (key.length <= Keys.session(0).length) {
            lost.add(KeyText.of(Family.SESSIONS, key) + " is no record of a session");
            return;
        }
        long number = Keys.sessionOf(key);
        if (current == null || current.number != number) {
            endRecords();
            current = new Salvaged(number);
            found = new SessionScan.Found(number);
            lastNumber = Math.max(lastNumber, number);
        }
        byte kind = Keys.kindOf(key);
        if (old && kind == Keys.TAKEN) {
            // The identifier may be free again. Taken for a repeat, a new message would be lost.
            return;
        }
        try {
            SessionScan.take(found, key, Records.wrap(value), messages.topics());
        } catch (RuntimeException e) {
            lost.add(KeyText.of(Family.SESSIONS, key) + " cannot be read: " + e);
            return;
        }
        current.old |= old;
        if (kind == Keys.RELEASED) {
            current.released.put(sequenceOfReleased(key), new Raw(key, value));
        } else if (kind != Keys.STATE) {
            records.add(new Raw(key, value));
        }
    }

    /// All records of SESSIONS were shown.
    void endRecords() throws RocksDBException {
        Salvaged session = current;
        if (session == null) {
            return;
        }
        session.client = found.clientIdentifier;
        SessionRecord state = found.state;
        session.state = state;
        sessions.put(session.number, session);
        session.over = state != null && state.ended;
        String trouble = session.over ? "it had ended" : trouble(session);
        if (trouble == null && state != null) {
            keep(session, state);
        } else if (!session.over) {
            lost.add(session.name() + " is not kept: " + trouble);
        }
        current = null;
        records = new ArrayList<>();
    }

    private @Nullable String trouble(Salvaged session) {
        SessionRecord state = found.state;
        if (state == null) {
            return "its state cannot be read";
        }
        if (session.client == null) {
            return "its Client Identifier cannot be read";
        }
        if (state.owned && found.userName == null) {
            return "its User Name cannot be read, and nobody else may have it";
        }
        if (!state.connected) {
            return "it never was connected";
        }
        return null;
    }

    private void keep(Salvaged session, SessionRecord state) throws RocksDBException {
        Salvaged other =
                state.ending ? null : clients.put(found.created().clientIdentifier(), session);
        if (other != null) {
            other.kept = false;
            other.over = true;
            target.deleteSession(other.number);
            doubtful.add(other.name() + " is left out: there is a newer one");
        }
        session.kept = true;
        session.messagesBefore = state.messages;
        session.headBefore = state.head;
        session.endBefore = state.end;
        session.next = state.head;
        if (state.hasWill && found.will == null) {
            lost.add(session.name() + ": its will cannot be read");
        }
        state.owned = found.userName != null;
        boolean hasWill = state.hasWill && found.will != null;
        state.hasWill = hasWill;
        if (session.old) {
            doubtful.add(
                    session.name()
                            + ": its records, or some of them, are from an older table; it may have had other subscriptions since");
        }
        for (Raw each : records) {
            if (hasWill || Keys.kindOf(each.key) != Keys.WILL) {
                target.put(Family.SESSIONS, each.key, each.value);
            }
        }
    }

    // ---- queues
    // -----------------------------------------------------------------------------------

    /// An entry of QUEUES.
    void entry(byte[] key, byte[] value, boolean old) throws RocksDBException {
        if (key.length != Keys.entry(0, 0).length) {
            lost.add(KeyText.of(Family.QUEUES, key) + " is no entry of a queue");
            return;
        }
        long sequence = Keys.sequenceOf(key);
        Salvaged session = sessions.computeIfAbsent(Keys.sessionOf(key), Salvaged::new);
        lastNumber = Math.max(lastNumber, session.number);
        SessionRecord state = session.state;
        session.entries++;
        if (!session.kept || state == null || sequence < session.headBefore) {
            return; // below the head is what was removed, and came back with an older table
        }
        long size;
        Enqueued entry;
        long reference;
        try {
            entry =
                    Records.readEntry(
                            session.number,
                            sequence,
                            Records.wrap(value),
                            messages.topics(),
                            number -> StoreCheck.STAND_IN);
            reference = Records.referenceOf(Records.wrap(value));
        } catch (RuntimeException e) {
            lost.add(KeyText.of(Family.QUEUES, key) + " cannot be read: " + e);
            return;
        }
        size = reference == 0 ? entry.message().bytes() : messages.reference(reference);
        if (size == MessageTable.MISSING) {
            return; // a hole like others
        }
        target.put(Family.QUEUES, key, value);
        if (sequence > session.next) {
            session.hole(session.next, Math.min(sequence, session.endBefore) - 1);
        }
        session.next = sequence + 1;
        session.head = session.messages == 0 ? sequence : session.head;
        session.messages++;
        session.inside += sequence < session.endBefore ? 1 : 0;
        session.bytes += size;
        session.shared += entry.share() == null ? 0 : 1;
        session.references += reference == 0 ? 0 : 1;
        keepReleased(session, sequence);
    }

    private void keepReleased(Salvaged session, long sequence) throws RocksDBException {
        Raw released = session.released.get(sequence);
        if (released != null) {
            target.put(Family.SESSIONS, released.key, released.value);
        }
    }

    private static long sequenceOfReleased(byte[] key) {
        return ByteBuffer.wrap(key).getLong(9);
    }

    /// All entries were shown: writes what counts them.
    void endEntries() throws RocksDBException {
        for (Salvaged session : sessions.values()) {
            SessionRecord state = session.state;
            if (session.kept && state != null) {
                state.end = Math.max(session.endBefore, session.messages == 0 ? 0 : session.next);
                state.head = session.messages == 0 ? state.end : session.head;
                state.messages = session.messages;
                state.bytes = session.bytes;
                state.shared = session.shared;
                state.references = session.references;
                target.put(state);
            }
        }
    }

    // ---- what came of it
    // --------------------------------------------------------------------------

    StoreReport.Holdings holdings(long index, long retained) {
        long live = 0;
        long ending = 0;
        long queued = 0;
        long bytes = 0;
        for (Salvaged session : sessions.values()) {
            SessionRecord state = session.state;
            if (session.kept && state != null) {
                live += state.ending ? 0 : 1;
                ending += state.ending ? 1 : 0;
                queued += session.messages;
                bytes += session.bytes;
            }
        }
        return new StoreReport.Holdings(index, live, ending, 0, queued, bytes, retained);
    }

    List<String> lost(SalvagedMessages alsoOf) {
        for (Salvaged session : sessions.values()) {
            if (session.kept) {
                compare(session);
            } else if (!session.over && session.entries > 0) {
                lost.add(
                        "%s: %,d messages of its queue can be read and are not kept, as the session is not"
                                .formatted(session.name(), session.entries));
            }
        }
        alsoOf.lost().sentences().forEach(lost::add);
        return lost.sentences();
    }

    private void compare(Salvaged session) {
        long missing = session.messagesBefore - session.inside;
        if (missing > 0) {
            if (session.next < session.endBefore) {
                session.hole(session.next, session.endBefore - 1);
            }
            lost.add(
                    "%s: %,d of %,d messages, between sequences %d and %d"
                            .formatted(
                                    session.name(),
                                    missing,
                                    session.messagesBefore,
                                    session.firstHole,
                                    session.lastHole));
        } else if (missing < 0) {
            doubtful.add(
                    "%s: %,d messages more than it counted; they may have been acknowledged, and come a second time"
                            .formatted(session.name(), -missing));
        }
    }

    List<String> doubtful() {
        return doubtful.sentences();
    }

    long lastNumber() {
        return lastNumber;
    }
}
