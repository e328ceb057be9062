package org.vencejo.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicName;
import org.vencejo.storage.StoreReport.Holdings;

/// A look at all that is in a store that nobody writes: whether everything is there that was
/// durable, can be read, and adds up. Confined to one thread; changes nothing.
///
/// It keeps in memory each session's state and 20 to 60 bytes for each message that several
/// sessions share.
public final class StoreCheck {
    private static final int MISTAKES_MAX = 1_000;
    private static final int TOPICS = 4_096;

    /// Stands for a message whose size is known, where the rest of its entry is looked at.
    static final Message STAND_IN =
            new Message(
                    new Publish(
                            TopicName.of("t"),
                            Payload.of(new byte[0]),
                            QoS.AT_MOST_ONCE,
                            false,
                            false,
                            0,
                            Properties.NONE),
                    Message.NEVER);

    private final Database database;
    private final Findings mistakes;
    private final TopicCache topics = new TopicCache(TOPICS);
    private final MessageTable numbered = new MessageTable();
    private final Map<Long, Session> sessions = new HashMap<>();
    private final Map<String, Long> clients = new HashMap<>();
    private MutationWriter.Progress progress = MutationWriter.Progress.NOTHING;

    // What is counted
    private long live;
    private long ending;
    private long ended;
    private long messages;
    private long bytes;
    private long retained;

    private StoreCheck(Database database, Findings mistakes) {
        this.database = database;
        this.mistakes = mistakes;
    }

    /// Looks at the store in `folder`.
    ///
    /// @throws StoreException if there is none, or none that this program knows
    public static StoreReport of(Path folder) {
        Findings mistakes = new Findings(MISTAKES_MAX);
        Holdings holds = null;
        try {
            if (!Tables.isStore(folder)) {
                throw new StoreException("there is no store in '" + folder + "'");
            }
            if (!Opening.isComplete(folder)) {
                throw new StoreException(
                        "the store '" + folder + "' was never completely made, and holds nothing");
            }
            try (Database database = Database.openReadOnly(folder, StoreOptions.DEFAULTS)) {
                lookForAll(folder, database, mistakes);
                holds = new StoreCheck(database, mistakes).look();
            }
        } catch (StoreDamagedException e) {
            mistakes.add(e.damage());
        } catch (RocksDBException e) {
            if (!(Opening.refusal(folder, e) instanceof StoreDamagedException damaged)) {
                throw Opening.refusal(folder, e);
            }
            mistakes.add(damaged.damage());
        } catch (IOException e) {
            throw new StoreException("the store '" + folder + "' cannot be read: " + e, e);
        }
        Tables.verify(folder, mistakes);
        return new StoreReport(holds, mistakes.sentences());
    }

    private static void lookForAll(Path folder, Database database, Findings mistakes)
            throws RocksDBException, IOException {
        try {
            Opening.check(folder, database);
        } catch (StoreDamagedException e) {
            mistakes.add(e.damage());
        }
    }

    private Holdings look() throws RocksDBException {
        progress = Opening.progress(database);
        // Whether there is anything to compare with
        boolean all = each(Family.MESSAGES, this::message);
        SessionsInOrder inOrder = new SessionsInOrder();
        all &= each(Family.SESSIONS, inOrder::take);
        inOrder.end();
        QueuesInOrder queues = new QueuesInOrder();
        all &= each(Family.QUEUES, queues::take);
        queues.end();
        each(Family.RETAINED, this::retained);
        if (all) {
            sessions.values().forEach(this::compare);
            numbered.forEach(this::compareCount);
        } else {
            mistakes.add("counters were not compared, as not all that they count can be read");
        }
        return new Holdings(progress.index(), live, ending, ended, messages, bytes, retained);
    }

    // ---- records
    // ----------------------------------------------------------------------------------

    private interface Visitor {
        void take(byte[] key, byte[] value);
    }

    /// Shows all of a family; returns whether all of it can be read.
    private boolean each(Family family, Visitor visitor) {
        byte[] last = {};
        boolean good = true;
        try (ReadOptions options = new ReadOptions().setFillCache(false);
                RocksIterator all = database.rocks.newIterator(database.family(family), options)) {
            for (all.seekToFirst(); all.isValid(); all.next()) {
                last = all.key();
                try {
                    visitor.take(last, all.value());
                } catch (RuntimeException e) {
                    good = false;
                    mistakes.add(KeyText.of(family, last) + ": cannot be read: " + e);
                }
            }
            all.status();
        } catch (RocksDBException e) {
            good = false;
            mistakes.add(
                    "%s: what follows %s cannot be read: %s"
                            .formatted(
                                    KeyText.of(family),
                                    last.length == 0 ? "the begin" : KeyText.of(family, last),
                                    Tables.words(e)));
        }
        return good;
    }

    private void message(byte[] key, byte[] value) {
        long number = Keys.sessionOf(key);
        if (Keys.kindOf(key) == Keys.COUNT) {
            numbered.count(number, (int) Records.readNumber(Records.wrap(value)));
        } else {
            Message message = Records.readMessage(Records.wrap(value), topics);
            numbered.message(number, message.bytes());
        }
        if (number > progress.lastMessage()) {
            mistakes.add(KeyText.of(Family.MESSAGES, key) + ": no such number was given yet");
        }
    }

    private void retained(byte[] key, byte[] value) {
        retained++;
        Message message = Records.readMessage(Records.wrap(value), topics);
        if (!Arrays.equals(key, message.publish().topicName().utf8())) {
            mistakes.add(
                    "%s: has the topic '%s'"
                            .formatted(
                                    KeyText.of(Family.RETAINED, key),
                                    message.publish().topicName()));
        }
    }

    // ---- sessions
    // ---------------------------------------------------------------------------------

    /// What is compared of a session.
    private static final class Session {
        final String name;
        final SessionRecord state;
        final int released;

        long messages;
        long bytes;
        long shared;
        long references;
        long releasedFound;
        long first = -1;
        long last = -1;

        Session(String name, SessionRecord state, int released) {
            this.name = name;
            this.state = state;
            this.released = released;
        }
    }

    private final class SessionsInOrder {
        private SessionScan.@Nullable Found found;

        void take(byte[] key, byte[] value) {
            long number = Keys.sessionOf(key);
            SessionScan.Found current = found;
            if (current == null || current.number != number) {
                end();
                current = new SessionScan.Found(number);
                found = current;
            }
            SessionScan.take(current, key, Records.wrap(value), topics);
        }

        void end() {
            if (found != null) {
                session(found);
            }
        }
    }

    private void session(SessionScan.Found found) {
        String name = "session " + found.number;
        SessionRecord state = found.state;
        if (state == null) {
            mistakes.add(name + ": has no state");
            return;
        }
        if (state.ended) {
            ended++;
            sessions.put(found.number, new Session(name, state, found.released.size()));
            return;
        }
        String client = found.clientIdentifier;
        if (client == null) {
            mistakes.add(name + ": has no Client Identifier");
        } else {
            name += " ('" + client + "')";
        }
        if (!state.connected) {
            mistakes.add(name + ": never was connected");
        }
        if (state.owned != (found.userName != null)) {
            mistakes.add(name + ": its state and its User Name do not agree");
        }
        if (state.hasWill != (found.will != null)) {
            mistakes.add(name + ": its state and its will do not agree");
        }
        if (found.number > progress.lastSession()) {
            mistakes.add(name + ": no such number was given yet");
        }
        if (state.ending) {
            ending++;
        } else {
            live++;
            Long other = client == null ? null : clients.put(client, found.number);
            if (other != null) {
                mistakes.add(name + ": session " + other + " has the same Client Identifier");
            }
        }
        sessions.put(found.number, new Session(name, state, found.released.size()));
    }

    // ---- queues
    // -----------------------------------------------------------------------------------

    private final class QueuesInOrder {
        private @Nullable Session current;
        private long orphans;
        private long orphansOf;

        void take(byte[] key, byte[] value) {
            long number = Keys.sessionOf(key);
            Session session = current;
            if (session == null || session.state.number != number) {
                session = sessions.get(number);
                current = session;
            }
            if (session != null) {
                entry(session, Keys.sequenceOf(key), value);
                return;
            }
            if (number != orphansOf) {
                end();
                orphansOf = number;
            }
            orphans++;
        }

        void end() {
            if (orphans > 0) {
                mistakes.add(
                        "session "
                                + orphansOf
                                + ": has "
                                + orphans
                                + " queue entries, and there is no such session");
            }
            orphans = 0;
        }
    }

    private void entry(Session session, long sequence, byte[] value) {
        SessionRecord state = session.state;
        session.first = session.messages == 0 ? sequence : session.first;
        session.last = sequence;
        session.messages++;
        Enqueued entry =
                Records.readEntry(
                        state.number, sequence, Records.wrap(value), topics, number -> STAND_IN);
        long reference = Records.referenceOf(Records.wrap(value));
        long size = entry.message().bytes();
        if (reference != 0 && (!state.ended || sequence >= state.dereferencedTo)) {
            session.references++;
            size = numbered.reference(reference);
            if (size == MessageTable.MISSING) {
                mistakes.add(
                        "%s: entry %d refers to message %d, which is not there"
                                .formatted(session.name, sequence, reference));
                size = 0;
            }
        }
        session.bytes += size;
        session.shared += entry.share() == null ? 0 : 1;
        session.releasedFound +=
                state.isReleased(sequence) && entry.qos() == QoS.EXACTLY_ONCE ? 1 : 0;
        if (!state.ended) {
            messages++;
            bytes += size;
        }
    }

    private void compare(Session session) {
        SessionRecord state = session.state;
        expect(session, "messages", state.messages, session.messages);
        expect(session, "references to messages", state.references, session.references);
        if (state.ended) {
            return; // of what it has left nothing else counts
        }
        expect(session, "bytes", state.bytes, session.bytes);
        expect(session, "messages of shared subscriptions", state.shared, session.shared);
        expect(session, "entries that PUBREC came for", session.released, session.releasedFound);
        if (session.messages > 0 && (session.first < state.head || session.last >= state.end)) {
            mistakes.add(
                    "%s: has entries from %d to %d, by its state they are from %d on and below %d"
                            .formatted(
                                    session.name,
                                    session.first,
                                    session.last,
                                    state.head,
                                    state.end));
        }
    }

    private void expect(Session session, String what, long expected, long found) {
        if (expected != found) {
            mistakes.add(
                    "%s: its state counts %d %s, and there are %d"
                            .formatted(session.name, expected, what, found));
        }
    }

    private void compareCount(long number, int size, int stored, int counted) {
        if (stored != counted) {
            mistakes.add(
                    "message %d: its count is %d, and %d entries refer to it"
                            .formatted(number, stored, counted));
        } else if (size == MessageTable.MISSING && stored > 0) {
            mistakes.add("message " + number + ": has a count, and is not there");
        } else if (stored == 0) {
            mistakes.add("message " + number + ": has no count");
        }
    }
}
