package org.vencejo.storage;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Mutation;
import org.vencejo.protocol.QoS;

/// What each change leaves behind: mutations in, records out. Confined to whoever writes.
///
/// Of one group is written only what lasts: an entry that the same group removes is not written at
/// all, and a session's state and a message's count are written once. A mutation that makes no
/// sense is a [SenselessChangeException]; then nothing of the group may be written, and memory must
/// be read anew ([#begin]).
final class MutationWriter {
    private record Entry(long session, long sequence) {}

    private final References references;
    private final Map<Long, SessionRecord> sessions = new HashMap<>();
    private final ArrayDeque<SessionRecord> ended = new ArrayDeque<>();
    private Progress progress = Progress.NOTHING;

    // For the group at hand
    private BatchBytes batch = new BatchBytes();
    private long lastSession;
    private long lastMessage;
    private final List<SessionRecord> touched = new ArrayList<>();
    private final Set<Entry> removed = new HashSet<>();
    private final Set<Entry> passing = new HashSet<>();
    private @Nullable SessionRecord latest;

    MutationWriter(References.Stored stored) {
        this.references = new References(stored);
    }

    /// How far the store has come, and the highest numbers that it ever saw. Immutable.
    record Progress(long index, long lastSession, long lastMessage) {
        static final Progress NOTHING = new Progress(0, 0, 0);

        void write(ByteBuf out) {
            out.writeLong(index).writeLong(lastSession).writeLong(lastMessage);
        }

        static Progress read(ByteBuf in) {
            return new Progress(in.readLong(), in.readLong(), in.readLong());
        }
    }

    // ---- memory
    // -----------------------------------------------------------------------------------

    /// Begins with what the store has.
    void begin(Progress from, List<SessionRecord> all) {
        progress = from;
        references.forget();
        sessions.clear();
        ended.clear();
        latest = null;
        touched.clear();
        for (SessionRecord each : all) {
            if (each.ended) {
                ended.add(each);
            } else {
                sessions.put(each.number, each);
            }
        }
    }

    Progress progress() {
        return progress;
    }

    /// The next session that ended and still has something; null if there is none.
    @Nullable SessionRecord nextEnded() {
        return ended.peek();
    }

    // ---- a group
    // ----------------------------------------------------------------------------------

    /// Writes the changes of a group, the last of which has index `upTo`.
    void write(long upTo, List<Mutation> group, BatchBytes out) {
        batch = out;
        lastSession = progress.lastSession();
        lastMessage = progress.lastMessage();
        findPassing(group);
        for (Mutation each : group) {
            apply(each);
        }
        for (SessionRecord each : touched) {
            writeState(each);
        }
        references.write(batch);
        Keys.progress(batch.key());
        new Progress(upTo, lastSession, lastMessage).write(batch.value());
        batch.put(Family.META);
    }

    /// The group is in the store.
    void written(long upTo) {
        progress = new Progress(upTo, lastSession, lastMessage);
        references.written();
        touched.clear();
        removed.clear();
        passing.clear();
    }

    // Only for groups that have both: queueing alone or acknowledging alone costs nothing here.
    private void findPassing(List<Mutation> group) {
        removed.clear();
        passing.clear();
        boolean anyAdded = false;
        for (Mutation each : group) {
            if (each instanceof Mutation.Enqueued) {
                anyAdded = true;
            } else if (anyAdded && each instanceof Mutation.Dequeued m) {
                removed.add(new Entry(m.session(), m.sequence()));
            }
        }
    }

    private void apply(Mutation mutation) {
        switch (mutation) {
            case Mutation.SessionCreated m -> created(m);
            case Mutation.SessionClaimed m -> {
                SessionRecord session = session(m.session(), m);
                expect(!session.owned, m);
                session.owned = true;
                writeText(m.session(), Keys.OWNER, m.userName());
            }
            case Mutation.SessionConnected m -> connected(m);
            case Mutation.SessionDisconnected m -> {
                SessionRecord session = session(m.session(), m);
                expect(session.connected && !session.disconnected, m);
                session.disconnected = true;
                session.disconnectedMillis = m.wallMillis();
                session.disconnectedExpiryInterval = m.sessionExpiryInterval();
                session.sentUpTo = m.sentUpTo();
            }
            case Mutation.WillRemoved m -> {
                SessionRecord session = session(m.session(), m);
                expect(session.hasWill, m);
                removeWill(session);
            }
            case Mutation.SessionEnding m -> {
                SessionRecord session = session(m.session(), m);
                expect(!session.ending, m);
                session.ending = true;
                session.endingFrom = m.from();
                session.endingSentUpTo = m.sentUpTo();
            }
            case Mutation.SessionEnded m -> {
                SessionRecord session = session(m.session(), m);
                session.ended = true;
                session.dereferencedTo = session.head;
                sessions.remove(m.session());
                latest = null;
                ended.add(session);
            }
            case Mutation.Subscribed m -> {
                session(m.session(), m);
                Keys.subscription(batch.key(), m.session(), m.subscription().topicFilter());
                Records.writeSubscription(
                        m.subscription(), m.subscriptionIdentifier(), batch.value());
                batch.put(Family.SESSIONS);
            }
            case Mutation.Unsubscribed m -> {
                session(m.session(), m);
                Keys.subscription(batch.key(), m.session(), m.topicFilter());
                batch.delete(Family.SESSIONS);
            }
            case Mutation.Enqueued m -> enqueued(m);
            case Mutation.Released m -> released(m);
            case Mutation.Dequeued m -> dequeued(m);
            case Mutation.IdentifierTaken m -> {
                session(m.session(), m);
                Keys.taken(batch.key(), m.session(), m.packetIdentifier());
                batch.value();
                batch.put(Family.SESSIONS);
            }
            case Mutation.IdentifierFreed m -> {
                session(m.session(), m);
                Keys.taken(batch.key(), m.session(), m.packetIdentifier());
                batch.delete(Family.SESSIONS);
            }
            case Mutation.RetainedSet m -> {
                lastMessage = Math.max(lastMessage, m.message().number());
                batch.key().writeBytes(m.message().publish().topicName().utf8());
                Records.writeMessage(m.message(), batch.value());
                batch.put(Family.RETAINED);
            }
            case Mutation.RetainedRemoved m -> {
                batch.key().writeBytes(m.topicName().utf8());
                batch.delete(Family.RETAINED);
            }
        }
    }

    // ---- sessions
    // ---------------------------------------------------------------------------------

    private void created(Mutation.SessionCreated m) {
        expect(m.session() > lastSession, m);
        lastSession = m.session();
        SessionRecord session = new SessionRecord(m.session());
        sessions.put(m.session(), session);
        touch(session);
        writeText(m.session(), Keys.IDENTITY, m.clientIdentifier());
        if (m.userName() != null) {
            session.owned = true;
            writeText(m.session(), Keys.OWNER, m.userName());
        }
    }

    private void connected(Mutation.SessionConnected m) {
        SessionRecord session = session(m.session(), m);
        expect(!session.connected || session.epoch < m.epoch(), m);
        session.connected = true;
        session.epoch = m.epoch();
        session.sessionExpiryInterval = m.sessionExpiryInterval();
        session.receiveMaximum = m.receiveMaximum();
        session.disconnected = false;
        if (m.will() != null) {
            session.hasWill = true;
            Keys.session(batch.key(), m.session(), Keys.WILL);
            Records.writeWill(m.will(), batch.value());
            batch.put(Family.SESSIONS);
        } else if (session.hasWill) {
            removeWill(session);
        }
    }

    private void removeWill(SessionRecord session) {
        session.hasWill = false;
        Keys.session(batch.key(), session.number, Keys.WILL);
        batch.delete(Family.SESSIONS);
    }

    private void writeText(long session, byte kind, String text) {
        Keys.session(batch.key(), session, kind);
        batch.value().writeCharSequence(text, StandardCharsets.UTF_8);
        batch.put(Family.SESSIONS);
    }

    private void writeState(SessionRecord session) {
        session.touched = false;
        Keys.session(batch.key(), session.number, Keys.STATE);
        session.write(batch.value());
        batch.put(Family.SESSIONS);
    }

    // ---- queues
    // -----------------------------------------------------------------------------------

    private void enqueued(Mutation.Enqueued m) {
        if (!removed.isEmpty() && isPassing(m)) {
            return;
        }
        SessionRecord session = session(m.session(), m);
        long number = m.message().number();
        session.enqueued(m.sequence(), m.message().bytes(), m.share() != null, number != 0);
        Keys.entry(batch.key(), m.session(), m.sequence());
        Records.writeEntry(m, batch.value());
        batch.put(Family.QUEUES);
        if (number != 0) {
            references.add(m.message(), number > lastMessage);
            lastMessage = Math.max(lastMessage, number);
        }
    }

    // The numbers of a message that only passes count as given all the same.
    private boolean isPassing(Mutation.Enqueued m) {
        Entry entry = new Entry(m.session(), m.sequence());
        if (!removed.remove(entry)) {
            return false;
        }
        find(m.session(), m);
        passing.add(entry);
        lastMessage = Math.max(lastMessage, m.message().number());
        return true;
    }

    private void released(Mutation.Released m) {
        if (!passing.isEmpty() && passing.contains(new Entry(m.session(), m.sequence()))) {
            return;
        }
        SessionRecord session = session(m.session(), m);
        expect(m.sequence() >= session.head && m.sequence() < session.end, m);
        expect(session.release(m.sequence()), m);
        Keys.released(batch.key(), m.session(), m.sequence());
        ByteBuf value = batch.value();
        value.writeShort(m.packetIdentifier());
        Records.writeNumber(m.place(), value);
        batch.put(Family.SESSIONS);
    }

    private void dequeued(Mutation.Dequeued m) {
        if (!passing.isEmpty() && passing.remove(new Entry(m.session(), m.sequence()))) {
            return;
        }
        SessionRecord session = session(m.session(), m);
        long number = m.messageNumber();
        expect(session.dequeued(m.sequence(), m.messageBytes(), m.shared(), number != 0), m);
        Keys.entry(batch.key(), m.session(), m.sequence());
        batch.singleDelete(Family.QUEUES);
        if (m.qos() == QoS.EXACTLY_ONCE && session.forgetReleased(m.sequence())) {
            Keys.released(batch.key(), m.session(), m.sequence());
            batch.delete(Family.SESSIONS);
        }
        if (number != 0) {
            expect(references.remove(number), m);
        }
    }

    // ---- what sessions leave
    // ----------------------------------------------------------------------

    /// An entry of a session that ended goes, and refers to this message (0: to none).
    void release(long number) {
        if (number != 0 && !references.remove(number)) {
            throw new IllegalStateException("nothing refers to message " + number);
        }
    }

    /// Writes what the release of entries has changed; `session` still has something, or nothing.
    void writeReleased(SessionRecord session, boolean somethingLeft, BatchBytes out) {
        batch = out;
        references.write(batch);
        if (somethingLeft) {
            writeState(session);
        } else {
            Keys.session(batch.key(), session.number, Keys.STATE);
            batch.delete(Family.SESSIONS);
        }
    }

    void releasedWritten(boolean somethingLeft) {
        references.written();
        if (!somethingLeft) {
            ended.remove();
        }
    }

    // ---- parts
    // ------------------------------------------------------------------------------------

    /// The session, whose state will be written.
    private SessionRecord session(long number, Mutation mutation) {
        SessionRecord session = find(number, mutation);
        touch(session);
        return session;
    }

    private SessionRecord find(long number, Mutation mutation) {
        SessionRecord session = latest;
        if (session == null || session.number != number) {
            session = sessions.get(number);
            if (session == null) {
                throw new SenselessChangeException(
                        "a change of a session that is not there", mutation);
            }
            latest = session;
        }
        return session;
    }

    private void touch(SessionRecord session) {
        if (!session.touched) {
            session.touched = true;
            touched.add(session);
        }
    }

    private static void expect(boolean makesSense, Mutation mutation) {
        if (!makesSense) {
            throw new SenselessChangeException("a change that makes no sense", mutation);
        }
    }
}
