package org.vencejo.core;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.routing.Member;
import org.vencejo.core.routing.SharedSubscription;
import org.vencejo.core.routing.SubscriptionTrie;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Will;

/// All sessions by Client Identifier: how they begin, lose their connection, expire and end, and
/// what becomes of their wills then.
///
/// Part of the core: touched only by whoever runs it.
final class Sessions {
    static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final Turn turn;
    private final SubscriptionTrie<ServerSession> trie;
    private final Subscribing subscribing;
    private final Publishing publishing;
    private final BiConsumer<ServerSession, Connack> established;
    private final SplittableRandom random;
    private final SplittableRandom veil;
    private final Map<String, ServerSession> byClientIdentifier = new HashMap<>();
    private final SessionLine line = new SessionLine();
    private final Set<Inheritance> inheritances = new LinkedHashSet<>();
    private final Restart restart;
    private long lastNumber;

    /// The journal numbers behind the ends of kept sessions that are not durable yet, by Client
    /// Identifier, the oldest first.
    private final LinkedHashMap<String, Long> ends = new LinkedHashMap<>();

    private long expired;
    private int connectedClients;
    private int connectedClientsMost;

    Sessions(
            Turn turn,
            SubscriptionTrie<ServerSession> trie,
            Subscribing subscribing,
            Publishing publishing,
            BiConsumer<ServerSession, Connack> established,
            long seed) {
        this.turn = turn;
        this.trie = trie;
        this.subscribing = subscribing;
        this.publishing = publishing;
        this.established = established;
        this.restart = new Restart(turn, this::wake, ending -> inherit(ending).goOn(0));
        this.random = new SplittableRandom(seed);
        this.veil = new SplittableRandom(~seed);
    }

    @Nullable ServerSession find(String clientIdentifier) {
        return byClientIdentifier.get(clientIdentifier);
    }

    /// What should have happened by now to the session of a client that connects happens before it
    /// is looked at: what a start owes it, its end and its will, if their time has come and their
    /// turn has not.
    void catchUp(String clientIdentifier) {
        ServerSession session = find(clientIdentifier);
        if (session == null) {
            return;
        }
        restart.settle(session);
        if (session.expiry != null && turn.isDue(session.expiry)) {
            expire(session);
        } else if (session.willDelay != null && turn.isDue(session.willDelay)) {
            cancel(session.willDelay);
            publishWill(session);
        }
    }

    /// A Client Identifier that no session has [MQTT-3.2.2-16]. Either generator alone could be run
    /// backwards by who was given an identifier, to those of others and to the seed.
    String assignIdentifier() {
        String identifier;
        do {
            identifier = "vencejo-" + Long.toHexString(random.nextLong() ^ veil.nextLong());
        } while (byClientIdentifier.containsKey(identifier));
        return identifier;
    }

    /// The journal number behind the last end of a kept session of this client. Who is told that
    /// its session is new must not find the old one again after a crash.
    long endOf(String clientIdentifier) {
        return ends.getOrDefault(clientIdentifier, 0L);
    }

    private void noteEnd(String clientIdentifier) {
        ends.remove(clientIdentifier);
        ends.put(clientIdentifier, turn.appended());
        Iterator<Long> oldest = ends.values().iterator();
        while (oldest.hasNext() && oldest.next() <= turn.durable()) {
            oldest.remove();
        }
    }

    ServerSession create(String clientIdentifier, Identity identity, boolean kept) {
        ServerSession session =
                new ServerSession(turn, ++lastNumber, clientIdentifier, identity, kept);
        add(session);
        session.state().created();
        return session;
    }

    private void add(ServerSession session) {
        byClientIdentifier.put(session.state().clientIdentifier(), session);
        line.add(session);
    }

    /// The session goes on with a new connection: nothing that waited for its end happens. Its will
    /// is that of the new connection from now on [MQTT-3.1.3-9].
    void resume(ServerSession session) {
        cancel(session.expiry);
        cancel(session.willDelay);
    }

    /// The session's client is back, and may do less from elsewhere (A19). Returns the journal
    /// number behind what has ended for it, or 0.
    long checkSubscriptions(ServerSession session) {
        long before = turn.appended();
        if (turn.settings.subscriptionsCheckedAtResume()) {
            subscribing.endDenied(session);
        }
        return turn.appended() > before ? turn.appended() : 0;
    }

    /// An answer was sent to the session's client: what waited for it goes on.
    void answered(ServerSession session, Packet packet) {
        switch (packet) {
            case Connack connack -> established.accept(session, connack);
            case Suback suback -> {
                PendingSubscriptions pending = session.takePending(suback);
                if (pending != null) { // it grants something
                    subscribing.activate(session, pending, true);
                }
            }
            default -> {}
        }
    }

    /// Ends a connection from our side: the client is told why, if it can be (3.14), and its will
    /// goes the way of a lost connection.
    void disconnect(Connection connection, ReasonCode reasonCode, String detail) {
        if (connection.isIn(Connection.State.CONNECTED) && connection.version().isMqtt5()) {
            connection.send(new Disconnect(reasonCode, connection.explanation()));
        }
        leave(connection, reasonCode, detail, false);
        connection.close();
    }

    /// What the client has shown to be who it is held until now, and it has shown nothing since.
    void identityOver(Connection connection) {
        turn.statistics.identityExpired();
        disconnect(
                connection,
                ReasonCode.NOT_AUTHORIZED,
                "what it had shown to be who it is has expired");
    }

    /// The connection, whoever ended it, is no longer its session's. Without a Reason Code it was
    /// lost.
    void leave(
            Connection connection,
            @Nullable ReasonCode reasonCode,
            String detail,
            boolean willDiscarded) {
        ServerSession session = connection.session();
        if (session == null || !connection.ownsSession()) {
            return;
        }
        if (connection.isIn(Connection.State.CONNECTED)) {
            connectedClients--;
            turn.outbox()
                    .event(
                            new Event.ClientDisconnected(
                                    connection,
                                    session.state().clientIdentifier(),
                                    reasonCode,
                                    detail));
        }
        detach(session, willDiscarded);
    }

    /// The session's connection is gone: its will is decided (A8 to A11), and the session ends or
    /// waits.
    private void detach(ServerSession session, boolean willDiscarded) {
        session.unbind();
        for (PendingSubscriptions pending = session.takePending();
                pending != null;
                pending = session.takePending()) {
            subscribing.activate(session, pending, false);
        }
        if (willDiscarded) {
            session.state().removeWill(); // [MQTT-3.14.4-3]
        }
        if (session.state().sessionExpiryInterval() == 0) {
            end(session);
            return;
        }
        session.state().disconnected();
        awaitExpiry(session, 0);
        awaitWill(session, 0);
    }

    private void awaitExpiry(ServerSession session, long passedNanos) {
        long seconds = session.state().sessionExpiryInterval();
        if (seconds == Limits.NEVER_SECONDS) {
            return;
        }
        if (session.expiry == null) {
            session.expiry = Deadline.of(() -> expire(session));
        }
        turn.schedule(session.expiry, Math.max(0, seconds * NANOS_PER_SECOND - passedNanos));
    }

    private void expire(ServerSession session) {
        expired++;
        end(session);
    }

    private void awaitWill(ServerSession session, long passedNanos) {
        Will will = session.state().will();
        if (will == null) {
            return;
        }
        long delaySeconds = will.properties().number(Property.WILL_DELAY_INTERVAL, 0);
        if (delaySeconds == 0) {
            publishWill(session);
            return;
        }
        if (session.willDelay == null) {
            session.willDelay = Deadline.of(() -> publishWill(session));
        }
        turn.schedule(
                session.willDelay, Math.max(0, delaySeconds * NANOS_PER_SECOND - passedNanos));
    }

    private void publishWill(ServerSession session) {
        Will will = session.state().will();
        if (will != null) {
            session.state().removeWill(); // [MQTT-3.1.2-10]
            publishing.publishWill(session, will);
        }
    }

    /// Ends the session: a pending will is published, and what a shared subscription chose it for
    /// goes to other members (C24).
    void end(ServerSession session) {
        if (session.hasEnded()) {
            return;
        }
        byClientIdentifier.remove(session.state().clientIdentifier(), session);
        line.remove(session);
        subscribing.forget(session);
        List<SharedCopy> orphans = session.state().flows().copiesThatMayGoElsewhere();
        orphans.forEach(session.state().outbound()::takeAway);
        publishWill(session); // U5-13
        Inheritance inheritance = inheritance(session);
        long undelivered = session.end(inheritance != null);
        if (session.state().isKept()) {
            noteEnd(session.state().clientIdentifier());
        }
        for (SharedCopy orphan : orphans) {
            undelivered += giveToAnother(orphan) ? 0 : 1;
        }
        if (inheritance != null) {
            inheritance.goOn(undelivered);
        } else {
            tellUndelivered(session.state().clientIdentifier(), undelivered);
        }
    }

    private void tellUndelivered(String clientIdentifier, long undelivered) {
        if (undelivered > 0) {
            turn.outbox().event(new Event.SessionEnded(clientIdentifier, undelivered));
        }
    }

    private @Nullable Inheritance inheritance(ServerSession session) {
        Recovered.Rest rest = session.state().flows().rest();
        return rest.shared() == 0
                ? null
                : inherit(
                        new Recovered.Ending(
                                session.state().number(),
                                session.state().clientIdentifier(),
                                session.state().outbound().perhapsSentBefore(),
                                rest));
    }

    private Inheritance inherit(Recovered.Ending ending) {
        Inheritance inheritance =
                new Inheritance(
                        turn, ending, this::giveToAnother, share -> trie.shared(share) != null);
        inheritances.add(inheritance);
        inheritance.onDone(undelivered -> {
            inheritances.remove(inheritance);
            tellUndelivered(ending.clientIdentifier(), undelivered);
        });
        return inheritance;
    }

    /// Ends the sessions whose queue ran full, if that is the policy (B37).
    void endOverfull() {
        for (ServerSession session = turn.overfull.poll();
                session != null;
                session = turn.overfull.poll()) {
            end(session, ReasonCode.QUOTA_EXCEEDED, "its queue is full");
        }
    }

    /// Ends the session of this client, if there is one, as an operator has asked for it.
    void endAsAsked(String clientIdentifier) {
        catchUp(clientIdentifier);
        ServerSession session = find(clientIdentifier);
        if (session != null) {
            end(session, ReasonCode.ADMINISTRATIVE_ACTION, "an operator has ended its session");
        }
    }

    private void end(ServerSession session, ReasonCode reasonCode, String detail) {
        Connection connection = session.connection();
        if (connection != null) {
            disconnect(connection, reasonCode, detail);
        }
        end(session);
    }

    private boolean giveToAnother(SharedCopy orphan) {
        SharedSubscription<ServerSession> group = trie.shared(orphan.share());
        Member<ServerSession> member =
                group == null
                        ? null
                        : group.choose(each -> readiness(each, orphan.message().publish()));
        if (member == null) {
            turn.accounting.ended(Fate.SESSION_ENDED);
            return false;
        }
        member.subscriber().adopt(orphan, member);
        return true;
    }

    private static int readiness(Member<ServerSession> member, Publish publish) {
        ServerSession session = member.subscriber();
        return session.excludedBy(publish, member) == null
                ? session.readinessFor(publish, member)
                : SharedSubscription.EXCLUDED;
    }

    private void cancel(@Nullable Deadline deadline) {
        if (deadline != null) {
            turn.deadlines.cancel(deadline);
        }
    }

    // ---- the store
    // ----------------------------------------------------------------------------------

    /// Takes the sessions that the store had when the server started.
    void recover(Recovered recovered) {
        lastNumber = recovered.lastSession();
        for (Recovered.Session from : recovered.sessions()) {
            ServerSession session =
                    new ServerSession(
                            turn,
                            from.created().session(),
                            from.created().clientIdentifier(),
                            Identity.remembered(from.created().userName()),
                            true);
            session.state().recover(from);
            add(session);
            subscribing.recover(session);
            restart.add(session);
        }
        for (Recovered.Ending ending : recovered.ending()) {
            turn.accounting.recovered(ending.rest().messages(), ending.rest().bytes());
            turn.accounting.stored(ending.rest().bytes());
            restart.add(ending);
        }
    }

    /// What a start owes the sessions that it found.
    Restart restart() {
        return restart;
    }

    private void wake(ServerSession session) {
        Mutation.SessionDisconnected before = session.state().lastDisconnected();
        if (before == null) {
            detach(session, false);
            return;
        }
        long passedNanos = Math.max(0, turn.wallMillis() - before.wallMillis()) * 1_000_000;
        awaitExpiry(session, passedNanos);
        awaitWill(session, passedNanos);
    }

    List<Recovered.Ending> ending() {
        List<Recovered.Ending> all = new ArrayList<>(restart.ending());
        inheritances.forEach(each -> all.add(each.toRecord()));
        return all;
    }

    List<Recovered.Session> durableState() {
        List<Recovered.Session> all = new ArrayList<>();
        for (ServerSession session : byClientIdentifier.values()) {
            if (session.state().isKept()) {
                all.add(session.state().toRecord());
            }
        }
        return all;
    }

    // ---- what others look at
    // --------------------------------------------------------------------------

    /// All of them, to be walked part by part.
    SessionLine line() {
        return line;
    }

    /// Those of all clients, also of absent ones.
    List<ServerSession> all() {
        return List.copyOf(byClientIdentifier.values());
    }

    /// The connections that are bound to sessions, as they are now.
    List<Connection> connections() {
        List<Connection> all = new ArrayList<>();
        for (ServerSession session : byClientIdentifier.values()) {
            Connection connection = session.connection();
            if (connection != null) {
                all.add(connection);
            }
        }
        return all;
    }

    /// The highest number that a session was given.
    long lastNumber() {
        return lastNumber;
    }

    int size() {
        return byClientIdentifier.size();
    }

    int connectedClients() {
        return connectedClients;
    }

    int connectedClientsMost() {
        return connectedClientsMost;
    }

    void clientConnected() {
        connectedClients++;
        connectedClientsMost = Math.max(connectedClientsMost, connectedClients);
    }

    /// How many sessions ended by their expiry.
    long expired() {
        return expired;
    }
}
