package org.vencejo.storage;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Mutation;
import org.vencejo.core.Mutation.Enqueued;
import org.vencejo.core.Recovered;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What a store should have, in plain maps; and changes by chance that make sense to it. Confined
/// to one thread.
final class Model {
    static final class Session {
        Mutation.SessionCreated created;
        Mutation.SessionConnected connected;
        Mutation.@Nullable SessionDisconnected disconnected;
        @Nullable Long endingFrom;
        long endingSentUpTo;
        final Map<TopicFilter, Mutation.Subscribed> subscriptions = new HashMap<>();
        final TreeMap<Long, Enqueued> queue = new TreeMap<>();
        final TreeMap<Long, Mutation.Released> released = new TreeMap<>();
        final TreeSet<Integer> taken = new TreeSet<>();
        long nextSequence;
        long nextPlace;

        Session(Mutation.SessionCreated created, Mutation.SessionConnected connected) {
            this.created = created;
            this.connected = connected;
        }
    }

    final TreeMap<Long, Session> sessions = new TreeMap<>();
    final Map<TopicName, Message> retained = new HashMap<>();
    long lastSession;
    long lastMessage;
    private final List<Message> lately = new ArrayList<>();

    // ---- changes by chance
    // --------------------------------------------------------------------------

    /// One change, or two that belong together.
    List<Mutation> change(Chance chance) {
        List<Session> open = sessions.values().stream().filter(s -> s.endingFrom == null).toList();
        if (open.isEmpty() || chance.is(0.01)) {
            return create(chance);
        }
        Session session = chance.pick(open);
        long number = session.created.session();
        return switch (chance.below(20)) {
            case 0 -> List.of(connect(chance, session));
            case 1 ->
                    session.disconnected == null ? List.of(disconnect(chance, session)) : List.of();
            case 2 -> subscribe(chance, session);
            case 3 -> unsubscribe(chance, session);
            case 4 -> take(chance, session);
            case 5 -> free(chance, session);
            case 6, 7 -> retain(chance);
            case 8 -> release(chance, session);
            case 9 -> chance.is(0.1) ? end(chance, session) : List.of();
            case 10 -> removeWill(session);
            case 11 -> claim(session);
            case 12, 13, 14, 15 -> enqueue(chance, session, number);
            default -> dequeue(chance);
        };
    }

    private List<Mutation> create(Chance chance) {
        long number = ++lastSession;
        String user = chance.is(0.5) ? null : "user";
        var created = new Mutation.SessionCreated(number, "cli\u00E9nt " + number, user);
        var connected =
                new Mutation.SessionConnected(
                        number,
                        1,
                        chance.below(100_000),
                        1 + chance.below(6),
                        chance.is(0.5) ? null : Things.will(chance));
        sessions.put(number, new Session(created, connected));
        return List.of(created, connected);
    }

    private static Mutation connect(Chance chance, Session session) {
        session.connected =
                new Mutation.SessionConnected(
                        session.created.session(),
                        session.connected.epoch() + 1 + chance.below(2),
                        0xFFFF_FFFFL,
                        chance.is(0.2) ? 65_535 : 1 + chance.below(6),
                        chance.is(0.5) ? null : Things.will(chance));
        session.disconnected = null;
        return session.connected;
    }

    private static Mutation disconnect(Chance chance, Session session) {
        long sentUpTo = session.queue.isEmpty() ? session.nextSequence : session.queue.firstKey();
        session.disconnected =
                new Mutation.SessionDisconnected(
                        session.created.session(),
                        1_790_000_000_000L,
                        chance.below(100),
                        sentUpTo + chance.below(5));
        return session.disconnected;
    }

    private static List<Mutation> claim(Session session) {
        Mutation.SessionCreated before = session.created;
        if (before.userName() != null) {
            return List.of();
        }
        session.created =
                new Mutation.SessionCreated(before.session(), before.clientIdentifier(), "later");
        return List.of(new Mutation.SessionClaimed(before.session(), "later"));
    }

    private static List<Mutation> removeWill(Session session) {
        Mutation.SessionConnected before = session.connected;
        if (before.will() == null) {
            return List.of();
        }
        session.connected =
                new Mutation.SessionConnected(
                        before.session(),
                        before.epoch(),
                        before.sessionExpiryInterval(),
                        before.receiveMaximum(),
                        null);
        return List.of(new Mutation.WillRemoved(before.session()));
    }

    private static List<Mutation> subscribe(Chance chance, Session session) {
        Mutation.Subscribed made = Things.subscribed(chance, session.created.session());
        session.subscriptions.put(made.subscription().topicFilter(), made);
        return List.of(made);
    }

    private static List<Mutation> unsubscribe(Chance chance, Session session) {
        if (session.subscriptions.isEmpty()) {
            return List.of();
        }
        TopicFilter filter = chance.pick(List.copyOf(session.subscriptions.keySet()));
        session.subscriptions.remove(filter);
        return List.of(new Mutation.Unsubscribed(session.created.session(), filter));
    }

    private static List<Mutation> take(Chance chance, Session session) {
        int identifier = 1 + chance.below(65_535);
        return session.taken.add(identifier)
                ? List.of(new Mutation.IdentifierTaken(session.created.session(), identifier))
                : List.of();
    }

    private static List<Mutation> free(Chance chance, Session session) {
        if (session.taken.isEmpty()) {
            return List.of();
        }
        int identifier = chance.pick(List.copyOf(session.taken));
        session.taken.remove(identifier);
        return List.of(new Mutation.IdentifierFreed(session.created.session(), identifier));
    }

    private List<Mutation> retain(Chance chance) {
        if (retained.isEmpty() || chance.is(0.6)) {
            Message message = Things.message(chance, chance.is(0.8) ? 0 : ++lastMessage);
            retained.put(message.publish().topicName(), message);
            return List.of(new Mutation.RetainedSet(message));
        }
        TopicName name = chance.pick(List.copyOf(retained.keySet()));
        retained.remove(name);
        return List.of(new Mutation.RetainedRemoved(name));
    }

    private List<Mutation> enqueue(Chance chance, Session session, long number) {
        session.nextSequence += chance.is(0.1) ? 1 + chance.below(3) : 0;
        session.nextSequence += chance.is(0.01) ? 1L << 33 : 0;
        long sequence = session.nextSequence++;
        Enqueued entry = Things.enqueued(chance, number, sequence, message(chance));
        session.queue.put(sequence, entry);
        List<Mutation> changes = new ArrayList<>(List.of(entry));
        if (chance.is(0.2)) {
            session.queue.remove(sequence);
            changes.add(Things.dequeued(entry));
        }
        return changes;
    }

    private Message message(Chance chance) {
        if (!lately.isEmpty() && chance.is(0.4)) {
            return chance.pick(lately);
        }
        Message message = Things.message(chance, chance.is(0.5) ? 0 : ++lastMessage);
        if (message.number() != 0) {
            lately.add(message);
            if (lately.size() > 4) {
                lately.removeFirst();
            }
        }
        return message;
    }

    private static List<Mutation> release(Chance chance, Session session) {
        List<Mutation> changes = new ArrayList<>();
        session.queue.values().stream()
                .limit(4)
                .filter(e -> e.qos() == QoS.EXACTLY_ONCE && chance.is(0.5))
                .filter(e -> !session.released.containsKey(e.sequence()))
                .findFirst()
                .ifPresent(e -> {
                    var released =
                            new Mutation.Released(
                                    e.session(),
                                    e.sequence(),
                                    1 + chance.below(65_535),
                                    session.nextPlace++);
                    session.released.put(e.sequence(), released);
                    changes.add(released);
                });
        return changes;
    }

    // Mostly of those at the front; also of a session that is ending.
    private List<Mutation> dequeue(Chance chance) {
        Session session = chance.pick(List.copyOf(sessions.values()));
        if (session.queue.isEmpty()) {
            return List.of();
        }
        List<Long> front = session.queue.keySet().stream().limit(5).toList();
        Enqueued entry = session.queue.remove(chance.pick(front));
        session.released.remove(entry.sequence());
        return List.of(Things.dequeued(entry));
    }

    private List<Mutation> end(Chance chance, Session session) {
        long number = session.created.session();
        List<Session> endings =
                sessions.values().stream().filter(s -> s.endingFrom != null).toList();
        if (!endings.isEmpty() && chance.is(0.5)) {
            long other = chance.pick(endings).created.session();
            sessions.remove(other);
            return List.of(new Mutation.SessionEnded(other));
        }
        if (chance.is(0.5)) {
            sessions.remove(number);
            return List.of(new Mutation.SessionEnded(number));
        }
        List<Long> sequences = List.copyOf(session.queue.keySet());
        session.endingFrom =
                sequences.size() < 3 ? session.nextSequence : sequences.get(sequences.size() / 2);
        session.endingSentUpTo = session.endingFrom + chance.below(3);
        return List.of(
                new Mutation.SessionEnding(number, session.endingFrom, session.endingSentUpTo));
    }

    // ---- what a store should say
    // ----------------------------------------------------------------------

    /// How many of the queue count as sent: at least so many must be told in full.
    int sentOf(Session session, int windowMax) {
        int window = Math.min(session.connected.receiveMaximum(), windowMax);
        int sent = 0;
        int position = 0;
        for (Enqueued each : session.queue.values()) {
            boolean counts =
                    session.released.containsKey(each.sequence())
                            || (position < window
                                    && (session.disconnected == null
                                            || each.sequence() < session.disconnected.sentUpTo()));
            position++;
            sent = counts ? position : sent;
        }
        return sent;
    }

    List<Recovered.Entry> entries(Session session) {
        return session.queue.values().stream()
                .map(e -> new Recovered.Entry(e, session.released.get(e.sequence())))
                .toList();
    }

    /// How many entries refer to each numbered message.
    Map<Long, Integer> references() {
        Map<Long, Integer> references = new TreeMap<>();
        for (Session session : sessions.values()) {
            for (Enqueued entry : session.queue.values()) {
                if (entry.message().number() != 0) {
                    references.merge(entry.message().number(), 1, Integer::sum);
                }
            }
        }
        return references;
    }
}
