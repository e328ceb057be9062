package org.vencejo.testing.memory;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Mutation;
import org.vencejo.core.Recovered;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What mutations leave behind, worked out without the core's own state code: the oracle that the
/// core's durable state is compared with.
///
/// Confined to one thread. A mutation that makes no sense (a removal of what is not there, a change
/// of a session that ended) is an [IllegalStateException]: the core never writes one.
final class StoredState {
    private final TreeMap<Long, StoredSession> sessions = new TreeMap<>();
    private final Map<TopicName, Message> retained = new LinkedHashMap<>();
    private long lastSession;
    private long lastMessage;

    void apply(Mutation mutation) {
        switch (mutation) {
            case Mutation.SessionCreated m -> {
                expect(m.session() > lastSession, m);
                lastSession = m.session();
                sessions.put(m.session(), new StoredSession(m));
            }
            case Mutation.SessionClaimed m -> session(m.session(), m).claim(m);
            case Mutation.SessionConnected m -> {
                StoredSession session = session(m.session(), m);
                expect(session.connected == null || session.connected.epoch() < m.epoch(), m);
                session.connected = m;
                session.disconnected = null;
            }
            case Mutation.SessionDisconnected m -> {
                StoredSession session = session(m.session(), m);
                expect(session.disconnected == null, m);
                session.disconnected = m;
            }
            case Mutation.WillRemoved m -> session(m.session(), m).removeWill(m);
            case Mutation.SessionEnding m -> session(m.session(), m).ending(m);
            case Mutation.SessionEnded m -> expect(sessions.remove(m.session()) != null, m);
            case Mutation.Subscribed m ->
                    session(m.session(), m).subscriptions.put(m.subscription().topicFilter(), m);
            case Mutation.Unsubscribed m ->
                    expect(
                            session(m.session(), m).subscriptions.remove(m.topicFilter()) != null,
                            m);
            case Mutation.Enqueued m -> {
                expect(session(m.session(), m).queue.put(m.sequence(), m) == null, m);
                lastMessage = Math.max(lastMessage, m.message().number());
            }
            case Mutation.Released m -> {
                StoredSession session = session(m.session(), m);
                expect(session.queue.containsKey(m.sequence()), m);
                expect(session.released.put(m.sequence(), m) == null, m);
            }
            case Mutation.Dequeued m -> {
                StoredSession session = session(m.session(), m);
                Mutation.Enqueued entry = session.queue.remove(m.sequence());
                expect(
                        entry != null
                                && entry.message().number() == m.messageNumber()
                                && entry.message().bytes() == m.messageBytes()
                                && entry.qos() == m.qos()
                                && (entry.share() != null) == m.shared(),
                        m);
                session.released.remove(m.sequence());
            }
            case Mutation.IdentifierTaken m ->
                    expect(session(m.session(), m).taken.add(m.packetIdentifier()), m);
            case Mutation.IdentifierFreed m ->
                    expect(session(m.session(), m).taken.remove(m.packetIdentifier()), m);
            case Mutation.RetainedSet m ->
                    retained.put(m.message().publish().topicName(), m.message());
            case Mutation.RetainedRemoved m -> expect(retained.remove(m.topicName()) != null, m);
        }
    }

    private StoredSession session(long number, Mutation mutation) {
        StoredSession session = sessions.get(number);
        if (session == null) {
            throw new IllegalStateException("a change of a session that is not there: " + mutation);
        }
        return session;
    }

    private static void expect(boolean makesSense, Mutation mutation) {
        if (!makesSense) {
            throw new IllegalStateException("a change that makes no sense: " + mutation);
        }
    }

    Recovered recovered() {
        return recovered(Integer.MAX_VALUE, true);
    }

    /// Of queues only what counts as sent.
    Recovered recovered(int windowMax) {
        return recovered(windowMax, false);
    }

    private Recovered recovered(int windowMax, boolean whole) {
        List<Recovered.Session> all = new ArrayList<>();
        List<Recovered.Ending> ending = new ArrayList<>();
        for (StoredSession session : sessions.values()) {
            if (session.ending == null) {
                all.add(session.recovered(windowMax, whole));
            } else {
                ending.add(session.recovered(session.ending));
            }
        }
        return new Recovered(
                all, ending, new ArrayList<>(retained.values()), lastSession, lastMessage);
    }

    List<Mutation.Enqueued> read(long number, long from, int messagesMax, long bytesMax) {
        List<Mutation.Enqueued> entries = new ArrayList<>();
        StoredSession session = sessions.get(number);
        if (session == null) {
            return entries;
        }
        long bytes = 0;
        for (Mutation.Enqueued each : session.queue.tailMap(from, true).values()) {
            if (entries.size() == messagesMax || bytes >= bytesMax) {
                break;
            }
            entries.add(each);
            bytes += each.message().bytes();
        }
        return entries;
    }

    StoredState copy() {
        StoredState copy = new StoredState();
        sessions.forEach((number, session) -> copy.sessions.put(number, session.copy()));
        copy.retained.putAll(retained);
        copy.lastSession = lastSession;
        copy.lastMessage = lastMessage;
        return copy;
    }

    /// One kept session. Confined to one thread.
    private static final class StoredSession {
        private Mutation.SessionCreated created;
        private Mutation.@Nullable SessionConnected connected;
        private Mutation.@Nullable SessionDisconnected disconnected;
        private Mutation.@Nullable SessionEnding ending;
        private final Map<TopicFilter, Mutation.Subscribed> subscriptions = new LinkedHashMap<>();
        private final TreeMap<Long, Mutation.Enqueued> queue = new TreeMap<>();
        private final Map<Long, Mutation.Released> released = new TreeMap<>();
        private final TreeSet<Integer> taken = new TreeSet<>();

        StoredSession(Mutation.SessionCreated created) {
            this.created = created;
        }

        void claim(Mutation.SessionClaimed mutation) {
            expect(created.userName() == null, mutation);
            created =
                    new Mutation.SessionCreated(
                            created.session(), created.clientIdentifier(), mutation.userName());
        }

        private Mutation.SessionConnected connected() {
            if (connected == null) {
                throw new IllegalStateException("a session that never was connected: " + created);
            }
            return connected;
        }

        void removeWill(Mutation.WillRemoved mutation) {
            Mutation.SessionConnected before = connected();
            expect(before.will() != null, mutation);
            connected =
                    new Mutation.SessionConnected(
                            before.session(),
                            before.epoch(),
                            before.sessionExpiryInterval(),
                            before.receiveMaximum(),
                            null);
        }

        void ending(Mutation.SessionEnding mutation) {
            expect(ending == null, mutation);
            ending = mutation;
        }

        Recovered.Ending recovered(Mutation.SessionEnding since) {
            return new Recovered.Ending(
                    created.session(),
                    created.clientIdentifier(),
                    since.sentUpTo(),
                    rest(since.from()));
        }

        private Recovered.Rest rest(long from) {
            long bytes = 0;
            long shared = 0;
            Collection<Mutation.Enqueued> entries = queue.tailMap(from, true).values();
            for (Mutation.Enqueued each : entries) {
                bytes += each.message().bytes();
                shared += each.share() == null ? 0 : 1;
            }
            long end = entries.isEmpty() ? from : queue.lastKey() + 1;
            return new Recovered.Rest(from, end, entries.size(), bytes, shared);
        }

        Recovered.Session recovered(int windowMax, boolean whole) {
            List<Recovered.Entry> entries = new ArrayList<>();
            long from = Long.MAX_VALUE;
            int window = Math.min(windowMax, connected().receiveMaximum());
            long lastReleased =
                    released.keySet().stream().mapToLong(Long::longValue).max().orElse(-1);
            for (Mutation.Enqueued each : queue.values()) {
                boolean wasSent =
                        released.containsKey(each.sequence())
                                || (entries.size() < window
                                        && (disconnected == null
                                                || each.sequence() < disconnected.sentUpTo()));
                if (!whole && !wasSent && each.sequence() > lastReleased) {
                    from = each.sequence();
                    break;
                }
                entries.add(new Recovered.Entry(each, released.get(each.sequence())));
            }
            return new Recovered.Session(
                    created,
                    connected(),
                    disconnected,
                    new ArrayList<>(subscriptions.values()),
                    entries,
                    from == Long.MAX_VALUE ? Recovered.Rest.NOTHING : rest(from),
                    new TreeSet<>(taken));
        }

        StoredSession copy() {
            StoredSession copy = new StoredSession(created);
            copy.connected = connected;
            copy.disconnected = disconnected;
            copy.ending = ending;
            copy.subscriptions.putAll(subscriptions);
            copy.queue.putAll(queue);
            copy.released.putAll(released);
            copy.taken.addAll(taken);
            return copy;
        }
    }
}
