package org.vencejo.core;

import java.util.ArrayDeque;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Connection.State;
import org.vencejo.core.routing.SubscriptionTrie;
import org.vencejo.core.session.Accounting;
import org.vencejo.core.session.Copy;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Unsuback;
import org.vencejo.protocol.Unsubscribe;

/// The Server of the standard as a state machine: [#handle] takes one input to its end.
///
/// Part of the core: touched only by whoever runs it. Here is decided which part an input belongs
/// to; what becomes of an input that fails is decided by [Faults].
public final class Server {
    /// How many deadlines one call handles at most.
    private static final int DEADLINES_MAX = 256;

    private final Turn turn;
    private final Consumer<Connection> whenReached = this::connectionDeadline;
    private final SubscriptionTrie<ServerSession> trie;
    private final RetainedStore retained;
    private final Subscribing subscribing;
    private final Publishing publishing;
    private final Sessions sessions;
    private final Faults faults;
    private final RulesChange rulesChange;
    private final UsersChange usersChange;
    private final ShutDown shutDown;
    private boolean begun;

    /// A server that begins with what was `recovered`. `seed` is its only source of chance, and
    /// should be hard to guess: Client Identifiers that it assigns and hashes hang on it;
    /// `wallMillis` is the time of day at `nowNanos`.
    public Server(
            ServerSettings settings,
            AccessRules accessRules,
            Recovered recovered,
            long seed,
            long wallMillis,
            long nowNanos) {
        this.turn = new Turn(settings, accessRules, wallMillis, nowNanos);
        this.trie = new SubscriptionTrie<>(settings.limits().routesCachedMax(), seed);
        this.retained = new RetainedStore(turn, seed);
        this.subscribing = new Subscribing(turn, trie, retained);
        this.publishing = new Publishing(turn, trie, retained);
        this.sessions = new Sessions(turn, trie, subscribing, publishing, this::established, seed);
        this.faults = new Faults(turn, sessions);
        this.rulesChange = new RulesChange(turn, sessions, subscribing, faults);
        this.usersChange = new UsersChange(turn, sessions, faults);
        this.shutDown = new ShutDown(turn, sessions, faults);
        turn.recover(recovered.lastMessage());
        sessions.recover(recovered);
        recovered.retained().forEach(retained::recover);
    }

    /// Handles one input to its end. Never calls back and never throws.
    public void handle(Input input, long nowNanos, Outbox outbox) {
        turn.begin(nowNanos, outbox);
        try {
            if (!begun) {
                begun = true;
                sessions.restart().begin();
            }
            dispatch(input);
            sessions.endOverfull();
        } catch (RuntimeException fault) {
            turn.outbox().event(new Event.Fault(null, fault));
        } finally {
            turn.end();
        }
    }

    /// When [Input.DeadlineReached] is due (it may be already), or `Long.MAX_VALUE`.
    public long nextDeadline() {
        if (!begun) {
            return turn.nowNanos(); // what the start owes the sessions that it found
        }
        return turn.deadlines.next();
    }

    private void dispatch(Input input) {
        switch (input) {
            case Input.PacketReceived i -> {
                if (!i.connection().isClosed()) {
                    received(i.connection(), i.packet());
                }
            }
            case Input.Writable i -> {
                i.connection().becameWritable();
                writable(i.connection());
            }
            case Input.Durable i -> durable(i.upTo());
            case Input.DeadlineReached i -> deadlineReached();
            case Input.Connected i -> connected(i.connection(), i.nanosAgo());
            case Input.Disconnected i -> disconnected(i.connection(), i.reason());
            case Input.PacketRejected i -> rejected(i);
            case Input.Authenticated i -> authenticated(i.connection(), i.outcome());
            case Input.ReadingWasPaused i -> i.connection().keepAlive().readingWasPaused(i.nanos());
            case Input.PublishLocally i -> publishing.publishLocally(i.publish());
            case Input.Expel i -> sessions.disconnect(i.connection(), i.reasonCode(), i.detail());
            case Input.EndSession i -> sessions.endAsAsked(i.clientIdentifier());
            case Input.PushedOut i -> faults.pushedOut(i.connection());
            case Input.AtMostOnceDropped i -> turn.dropsAtMostOnce = i.isDropped();
            case Input.Reconfigured i -> turn.reconfigure(i.settings());
            case Input.QueueRead i -> turn.queueRead(i);
            case Input.StoreUnavailable i -> turn.storeUnavailable(i);
            case Input.StoreAvailable i -> turn.storeAvailable();
            case Input.RulesChanged i -> rulesChange.begin(i.rules());
            case Input.UsersChanged i -> usersChange.begin(i.userNames());
            case Input.ShutDown i -> shutDown.begin();
        }
    }

    private void received(Connection connection, Packet packet) {
        turn.statistics.received(packet.type());
        if (packet instanceof Publish publish) {
            turn.statistics.payloadReceived(publish.payload().length());
        }
        try {
            packet(connection, packet);
        } catch (RuntimeException fault) {
            faults.failed(connection, fault);
        }
    }

    // ---- connections

    private void writable(Connection connection) {
        if (connection.isIn(State.CONNECTED) && connection.ownsSession()) {
            try {
                connection.ownSession().pump();
            } catch (RuntimeException fault) {
                faults.failed(connection, fault);
            }
        }
    }

    private void connected(Connection connection, long nanosAgo) {
        connection.accepted(turn, whenReached, nanosAgo);
    }

    // The time to CONNECT and our answer, or one and a half Keep Alive has passed.
    private void connectionDeadline(Connection connection) {
        Handshake handshake = connection.handshake();
        if (handshake != null && handshake.isAsked()) {
            // Not the client's fault, so it is told to come again.
            faults.violated(
                    connection,
                    new ProtocolViolation(
                            ReasonCode.SERVER_UNAVAILABLE,
                            "MQTT-3.1.4-2",
                            "the authenticator did not answer in time"));
        } else if (!connection.isIn(State.CONNECTED)) {
            turn.outbox()
                    .event(
                            new Event.ConnectRefused(
                                    connection,
                                    null,
                                    ReasonCode.SERVER_BUSY,
                                    "no CONNECT in time [U5-35]"));
            sessions.leave(connection, ReasonCode.SERVER_BUSY, "no CONNECT in time", false);
            connection.close();
        } else if (connection.keepAlive().isOver()) {
            sessions.disconnect(
                    connection,
                    ReasonCode.KEEP_ALIVE_TIMEOUT,
                    "silent for one and a half times its Keep Alive");
        }
    }

    private void disconnected(Connection connection, String reason) {
        if (!connection.isClosed()) {
            Handshake handshake = connection.handshake();
            boolean willDiscarded = handshake != null && handshake.saysGoodbye();
            sessions.leave(connection, null, reason, willDiscarded);
            connection.closed();
        }
    }

    private void rejected(Input.PacketRejected input) {
        Connection connection = input.connection();
        if (connection.isClosed()) {
            return;
        }
        ProtocolVersion version = input.version();
        if (connection.isIn(State.AWAITING_CONNECT) && version != null) {
            connection.understoodOnly(version);
        }
        faults.violated(connection, input.violation());
    }

    private void authenticated(Connection connection, Authentication.Outcome outcome) {
        if (connection.isClosed()) {
            return;
        }
        Handshake handshake = connection.handshake();
        try {
            if (handshake != null) {
                shutDown.requireNotBegun();
                handshake.outcome(outcome);
            } else {
                ReAuthentication.outcome(connection, outcome, sessions);
            }
        } catch (RuntimeException fault) {
            faults.failed(connection, fault);
        }
    }

    // CONNACK was sent: messages flow, and what the client sent behind CONNECT is handled.
    private void established(ServerSession session, Connack connack) {
        Connection connection = session.connection();
        Handshake handshake = connection == null ? null : connection.handshake();
        if (connection == null || handshake == null) {
            throw new IllegalStateException("a CONNACK that nobody waits for");
        }
        sessions.clientConnected();
        ArrayDeque<Packet> behind = handshake.finish(session, connack);
        for (Packet packet : behind) {
            if (connection.isClosed()) {
                return; // [MQTT-3.14.4-1]
            }
            try {
                packet(connection, packet);
            } catch (RuntimeException fault) {
                faults.failed(connection, fault);
            }
        }
    }

    // ---- packets

    private void packet(Connection connection, Packet packet) {
        if (!connection.isIn(State.CONNECTED)) {
            connecting(connection, packet);
            return;
        }
        connection.keepAlive().packetCame();
        ServerSession session = connection.ownSession();
        long before = turn.appended();
        switch (packet) {
            case Publish publish -> publishing.receive(connection, publish);
            case Puback puback -> {
                stray(
                        session.state()
                                .outbound()
                                .puback(puback.packetIdentifier(), puback.reasonCode()));
                session.pump();
            }
            case Pubrec pubrec -> pubrec(connection, session, pubrec);
            case Pubrel pubrel -> pubrel(connection, session, pubrel);
            case Pubcomp pubcomp -> {
                stray(session.state().outbound().pubcomp(pubcomp.packetIdentifier()));
                session.pump();
            }
            case Subscribe subscribe -> subscribing.subscribe(connection, subscribe);
            case Unsubscribe unsubscribe -> subscribing.unsubscribe(connection, unsubscribe);
            case Pingreq p -> connection.send(Pingresp.INSTANCE);
            case Disconnect disconnect -> disconnect(connection, session, disconnect);
            case Auth auth -> ReAuthentication.step(connection, auth);
            case Connect c ->
                    throw ProtocolViolation.protocolError("MQTT-3.1.0-2", "a second CONNECT");
            case Connack p -> throw fromServerOnly(p);
            case Suback p -> throw fromServerOnly(p);
            case Unsuback p -> throw fromServerOnly(p);
            case Pingresp p -> throw fromServerOnly(p);
        }
        connection.readAsFastAsItIsAnswered();
        connection.readAtItsRate(packet);
        if (turn.appended() > before) {
            turn.waiters.holdBackIfBehind(connection);
        }
    }

    private static ProtocolViolation fromServerOnly(Packet packet) {
        return ProtocolViolation.protocolError("MQTT-4.13.1-1", packet.type() + " from a client");
    }

    private void connecting(Connection connection, Packet packet) {
        Handshake handshake = connection.handshake();
        if (handshake != null) {
            if (packet instanceof Disconnect && handshake.isExchange()) {
                connection.close(); // [MQTT-3.1.2-30]: given up in the middle of authentication
            } else {
                handshake.packet(packet);
            }
            return;
        }
        if (!(packet instanceof Connect connect)) {
            throw ProtocolViolation.protocolError(
                    "MQTT-3.1.0-1", packet.type() + " before CONNECT");
        }
        connection.understoodOnly(connect.version());
        shutDown.requireNotBegun();
        if (turn.connections > turn.limits.connectionsMax()) {
            throw new ProtocolViolation(
                    ReasonCode.QUOTA_EXCEEDED,
                    "MQTT-3.1.4-2",
                    "at most " + turn.limits.connectionsMax() + " connections");
        }
        Handshake.begin(turn, sessions, connection, connect);
    }

    private void pubrec(Connection connection, ServerSession session, Pubrec pubrec) {
        Copy copy =
                session.state()
                        .outbound()
                        .pubrec(
                                pubrec.packetIdentifier(),
                                pubrec.reasonCode(),
                                turn.nowNanos(),
                                turn.durable());
        if (copy == null) {
            stray(null);
            if (connection.version().isMqtt5() && !pubrec.reasonCode().isError()) {
                session.answer( // behind earlier PUBRELs [MQTT-4.6.0-4]
                        new Pubrel(
                                pubrec.packetIdentifier(), ReasonCode.PACKET_IDENTIFIER_NOT_FOUND),
                        0);
            }
        }
        session.pump();
        session.waitIfOwing();
    }

    private void pubrel(Connection connection, ServerSession session, Pubrel pubrel) {
        boolean known = session.state().inbound().release(pubrel.packetIdentifier());
        boolean told = !known && connection.version().isMqtt5();
        session.answer(
                new Pubcomp(
                        pubrel.packetIdentifier(),
                        told ? ReasonCode.PACKET_IDENTIFIER_NOT_FOUND : ReasonCode.SUCCESS),
                session.state().inbound().lastNumber()); // (B3)
    }

    private void stray(@Nullable Copy copy) {
        if (copy == null) {
            turn.statistics.strayAcknowledgement(); // (B5)
        }
    }

    private void disconnect(Connection connection, ServerSession session, Disconnect disconnect) {
        long asked = disconnect.properties().number(Property.SESSION_EXPIRY_INTERVAL, -1);
        if (asked > 0 && connection.sessionExpiryIntervalAsked() == 0) {
            throw ProtocolViolation.protocolError(
                    "U5-11", "a Session Expiry Interval of " + asked + " after 0 in CONNECT");
        }
        if (asked >= 0) {
            long most = connection.limits().sessionExpiryIntervalMaxSeconds();
            session.state().expireAfter(Math.min(asked, most));
        }
        boolean normal = disconnect.reasonCode() == ReasonCode.SUCCESS;
        sessions.leave(connection, disconnect.reasonCode(), "by the client", normal);
        connection.close();
    }

    // ---- the journal and time

    private void durable(long upTo) {
        turn.backlog.durable(upTo);
        turn.waiters.durable(faults);
        turn.settling.durable();
    }

    private void deadlineReached() {
        for (int i = 0;
                i < DEADLINES_MAX && turn.workLeft() > 0 && turn.deadlines.isDue(turn.nowNanos());
                i++) {
            Deadline deadline = turn.deadlines.take();
            deadline.reached();
            if (deadline.isSlice() && turn.workLeft() < turn.limits.sliceMax() / 2) {
                return;
            }
        }
    }

    // ---- what others look at

    public Accounting accounting() {
        return turn.accounting;
    }

    public Statistics statistics() {
        return turn.statistics;
    }

    /// Clients that have a CONNACK.
    public int connectedClients() {
        return sessions.connectedClients();
    }

    /// The most clients that had a CONNACK at a time.
    public int connectedClientsMost() {
        return sessions.connectedClientsMost();
    }

    /// Transport connections, with those before CONNACK.
    public int connections() {
        return turn.connections;
    }

    public int sessions() {
        return sessions.size();
    }

    /// About what all sessions occupy beside their queues; 0 when there is none.
    public long sessionBytes() {
        return turn.sessionBytes;
    }

    /// Sessions that ended by their expiry.
    public long sessionsExpired() {
        return sessions.expired();
    }

    public int subscriptions() {
        return trie.size();
    }

    /// How many of the subscriptions are shared; each member of a group counts.
    public int sharedSubscriptions() {
        return trie.sharedSize();
    }

    /// About what clients make the server hold in the heap: connections, sessions, queues, retained
    /// messages.
    public long heldBytes() {
        return turn.heldBytes() + retained.bytes();
    }

    public int retainedMessages() {
        return retained.size();
    }

    public long retainedBytes() {
        return retained.bytes();
    }

    /// How many deadlines are set; none when nobody is there and nothing is kept.
    public int deadlines() {
        return turn.deadlines.size();
    }

    /// Whether what was appended so far may be a batch of its own. Not while a QoS 2 message is
    /// given to its receivers in slices: a crash would have some of them miss it.
    public boolean mayCommit() {
        return publishing.mayCommit();
    }

    /// The durable part of the state, to be compared with the store.
    public Recovered durableState() {
        return new Recovered(
                sessions.durableState(),
                sessions.ending(),
                retained.all(),
                sessions.lastNumber(),
                turn.lastMessage());
    }

    /// All clients and topics, to be read in later calls.
    public Census census() {
        return new Census(sessions.line().walk(), retained);
    }

    /// All sessions, to be read in later calls.
    public Roster roster() {
        return new Roster(sessions.line().walk());
    }

    /// Whether this client has a session.
    public boolean hasSession(String clientIdentifier) {
        return sessions.find(clientIdentifier) != null;
    }

    /// The connections of all connected clients.
    public List<Connection> connectionsOfClients() {
        return sessions.connections();
    }
}
