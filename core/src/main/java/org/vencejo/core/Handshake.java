package org.vencejo.core;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.session.Acknowledgements;
import org.vencejo.core.session.AliasesSent;
import org.vencejo.core.session.TopicAliases;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Will;

/// The way of one connection from CONNECT to CONNACK (3.1.4): checks, authentication, takeover,
/// session.
///
/// Part of the core: touched only by whoever runs it. No session is touched before the client is
/// known (A14). What the client sends meanwhile is kept, within a limit, and handled in order
/// behind CONNACK (A23).
final class Handshake {
    private static final int PACKET_OVERHEAD_BYTES = 64;

    private final Turn turn;
    private final Sessions sessions;
    private final Connection connection;
    private final Connect connect;
    private final String clientIdentifier;
    private final boolean identifierAssigned;
    private final @Nullable String method;
    private final Terms terms;
    private final ArrayDeque<Packet> behind = new ArrayDeque<>();
    private long bytesBehind;
    private long bytesCounted;
    private boolean asked;
    private boolean decided;

    private Handshake(
            Turn turn,
            Sessions sessions,
            Connection connection,
            Connect connect,
            String clientIdentifier,
            boolean identifierAssigned) {
        this.turn = turn;
        this.sessions = sessions;
        this.connection = connection;
        this.connect = connect;
        this.clientIdentifier = clientIdentifier;
        this.identifierAssigned = identifierAssigned;
        this.method = connect.properties().text(Property.AUTHENTICATION_METHOD);
        this.terms = new Terms(turn.settings, connection, connect);
    }

    /// CONNECT came: checks it and asks who the client is.
    ///
    /// @throws ProtocolViolation with the code that CONNACK is to carry
    static void begin(Turn turn, Sessions sessions, Connection connection, Connect connect) {
        boolean assigned = connect.clientIdentifier().isEmpty();
        Handshake handshake =
                new Handshake(
                        turn,
                        sessions,
                        connection,
                        connect,
                        assigned ? sessions.assignIdentifier() : connect.clientIdentifier(),
                        assigned);
        connection.connecting(connect, handshake.clientIdentifier, handshake);
        handshake.countBytes();
        handshake.checkClientIdentifier();
        handshake.checkWill();
        handshake.authenticate(connect.properties().binary(Property.AUTHENTICATION_DATA), true);
    }

    private void checkClientIdentifier() {
        String given = connect.clientIdentifier();
        ProtocolVersion version = connect.version();
        if (given.isEmpty() && version == ProtocolVersion.MQTT_3_1) {
            throw refused("V31-5", "3.1 allows no empty Client Identifier");
        }
        if (given.isEmpty() && version == ProtocolVersion.MQTT_3_1_1 && !connect.cleanStart()) {
            throw refused("MQTT-3.1.3-8", "an empty Client Identifier needs Clean Session 1");
        }
        int bytes = given.getBytes(StandardCharsets.UTF_8).length;
        if (version == ProtocolVersion.MQTT_3_1
                && turn.settings.strictClientIdentifierFor31()
                && given.length() > 23) {
            throw refused("V31-4", "3.1 allows 23 characters, given were " + given.length());
        }
        if (bytes > turn.limits.clientIdentifierBytesMax()) {
            throw refused(
                    version.isMqtt5() ? "MQTT-3.1.3-8" : "MQTT-3.1.3-9",
                    "at most " + turn.limits.clientIdentifierBytesMax() + " bytes");
        }
    }

    private static ProtocolViolation refused(String statement, String detail) {
        return new ProtocolViolation(ReasonCode.CLIENT_IDENTIFIER_NOT_VALID, statement, detail);
    }

    private void checkWill() {
        Will will = connect.will();
        if (will == null) {
            return;
        }
        if (will.qos().compareTo(connection.maximumQoS()) > 0) {
            throw new ProtocolViolation(ReasonCode.QOS_NOT_SUPPORTED, "MQTT-3.2.2-12", "Will QoS");
        }
        if (will.retain() && !turn.settings.retainAvailable()) {
            throw new ProtocolViolation(
                    ReasonCode.RETAIN_NOT_SUPPORTED, "MQTT-3.2.2-13", "Will Retain");
        }
        if (Publishing.isOfServer(will.topicName())) {
            throw new ProtocolViolation(ReasonCode.NOT_AUTHORIZED, "A13", "a will to $SYS/");
        }
        if (turn.settings.payloadFormatChecked()
                && will.properties().number(Property.PAYLOAD_FORMAT_INDICATOR, 0) == 1
                && !will.payload().isUtf8()) {
            throw new ProtocolViolation(ReasonCode.PAYLOAD_FORMAT_INVALID, "U5-18", "will payload");
        }
    }

    // ---- authentication
    // ------------------------------------------------------------------------------

    private void authenticate(byte @Nullable [] data, boolean first) {
        asked = true;
        turn.outbox()
                .authenticate(
                        connection,
                        method == null
                                ? new Authentication.Credentials(
                                        clientIdentifier, connect.userName(), connect.password())
                                : new Authentication.Step(
                                        clientIdentifier,
                                        connect.userName(),
                                        first ? connect.password() : null,
                                        method,
                                        data,
                                        first,
                                        false,
                                        connection.exchange()));
    }

    /// A packet came behind CONNECT, before CONNACK.
    void packet(Packet packet) {
        if (packet instanceof Auth auth && !decided) {
            if (method == null) {
                throw ProtocolViolation.protocolError(
                        "MQTT-4.12.0-7", "AUTH without an Authentication Method in CONNECT");
            }
            if (asked) {
                throw ProtocolViolation.protocolError(
                        "MQTT-4.12.0-3", "AUTH before the server asked for it");
            }
            checkStep(auth, method);
            authenticate(auth.properties().binary(Property.AUTHENTICATION_DATA), false);
            return;
        }
        if (isExchange()) {
            throw ProtocolViolation.protocolError(
                    "MQTT-3.1.2-30", packet.type() + " in the middle of authentication");
        }
        if (behind.peekLast() instanceof Disconnect) {
            return; // [MQTT-3.14.4-2]
        }
        bytesBehind += PACKET_OVERHEAD_BYTES + PacketEncoder.size(packet, connect.version());
        long most = turn.limits.pendingBytesMax() + (long) connection.limits().packetSizeMax();
        if (bytesBehind > most) {
            throw new ProtocolViolation(
                    ReasonCode.QUOTA_EXCEEDED, "A23", "too much before CONNACK was sent");
        }
        if (bytesBehind > turn.limits.pendingBytesMax()) {
            connection.keepAlive().pause(KeepAlive.Pause.BEHIND_CONNECT);
        }
        countBytes();
        behind.add(packet instanceof Publish publish ? stored(publish) : packet);
    }

    // One packet may be large, of who is not known yet; of many, they are as many as of those that
    // are not whole.
    private void countBytes() {
        long bytes = SessionBytes.of(connect.will()) + bytesBehind;
        if (bytes <= turn.limits.pendingBytesMax()) {
            return;
        }
        long more = bytes - bytesCounted;
        if (turn.bytesBeforeConnack > 0
                && turn.bytesBeforeConnack + more > turn.limits.partialPacketsBytesMax()) {
            throw new ProtocolViolation(
                    ReasonCode.SERVER_BUSY,
                    "A23",
                    "too many large packets before CONNACK was sent");
        }
        bytesCounted = bytes;
        turn.bytesBeforeConnack += more;
    }

    /// Nothing of it is kept any more.
    void forget() {
        turn.bytesBeforeConnack -= bytesCounted;
        bytesCounted = 0;
    }

    /// Whether only AUTH and DISCONNECT are allowed now [MQTT-3.1.2-30].
    boolean isExchange() {
        return method != null && !decided;
    }

    /// Whether an answer of the authenticator is awaited.
    boolean isAsked() {
        return asked;
    }

    /// Whether the client has said, behind CONNECT, that it wants no will: if its connection ends
    /// before that is handled, it still counts [MQTT-3.14.4-3].
    boolean saysGoodbye() {
        return behind.peekLast() instanceof Disconnect disconnect
                && disconnect.reasonCode() == ReasonCode.SUCCESS;
    }

    private static void checkStep(Auth auth, String method) {
        if (auth.reasonCode() != ReasonCode.CONTINUE_AUTHENTICATION) {
            throw ProtocolViolation.protocolError(
                    "MQTT-4.12.0-3", "AUTH carries 0x18 here, given was " + auth.reasonCode());
        }
        if (!method.equals(auth.properties().text(Property.AUTHENTICATION_METHOD))) {
            throw ProtocolViolation.protocolError(
                    "MQTT-4.12.0-5", "AUTH repeats the Authentication Method of CONNECT");
        }
    }

    private static Publish stored(Publish publish) {
        return new Publish(
                publish.topicName(),
                publish.payload().stored(),
                publish.qos(),
                publish.retain(),
                publish.dup(),
                publish.packetIdentifier(),
                publish.properties());
    }

    /// The authenticator answered. An answer to nothing that was asked has no effect.
    void outcome(Authentication.Outcome outcome) {
        if (!asked) {
            return;
        }
        asked = false;
        switch (outcome) {
            case Authentication.More more -> connection.more(method, more);
            case Authentication.Refused refused -> {
                connection.explain(explanation(refused));
                throw new ProtocolViolation(refused.reasonCode(), "MQTT-3.1.4-2", refused.detail());
            }
            case Authentication.Accepted accepted -> accept(accepted);
        }
    }

    /// What a client is told of a refusal beside its code: never the details, which are for
    /// operators.
    static Properties explanation(Authentication.Refused refused) {
        if (!refused.properties().isEmpty()) {
            return refused.properties();
        }
        return switch (refused.reasonCode()) {
            case SERVER_UNAVAILABLE ->
                    Properties.NONE.with(Property.REASON_STRING, "not known now; try again");
            case CLIENT_IDENTIFIER_NOT_VALID ->
                    Properties.NONE.with(
                            Property.REASON_STRING, "another Client Identifier is expected");
            default -> Properties.NONE;
        };
    }

    static Auth auth(@Nullable String method, byte[] data) {
        if (method == null) {
            throw new IllegalStateException("AUTH to a client that named no method");
        }
        return new Auth(
                ReasonCode.CONTINUE_AUTHENTICATION,
                Properties.builder()
                        .put(Property.AUTHENTICATION_METHOD, method)
                        .put(Property.AUTHENTICATION_DATA, data)
                        .build());
    }

    // ---- session
    // --------------------------------------------------------------------------------------

    private void accept(Authentication.Accepted accepted) {
        Identity identity = accepted.identity();
        sessions.catchUp(clientIdentifier);
        checkOwner(identity);
        AccessRules.Subject subject = connection.subject(identity);
        Permissions permissions = checkWillAllowed(subject);
        checkRoom(identity);
        checkStore();
        long expirySeconds = terms.sessionExpiryInterval();
        Properties properties =
                terms.told(
                        connection, identifierAssigned ? clientIdentifier : null, accepted.data());
        decided = true;
        ServerSession session = sessions.find(clientIdentifier);
        if (session != null) {
            takeOver(session);
            boolean goesOn = !connect.cleanStart() && !session.hasEnded();
            if (!goesOn) {
                sessions.end(session);
                session = null;
            }
        }
        boolean present = session != null;
        if (session == null) {
            session = sessions.create(clientIdentifier, identity, expirySeconds > 0);
        } else {
            sessions.resume(session);
        }
        session.state().identify(subject, permissions);
        connection.identityHolds(accepted.holdsNanos(), sessions::identityOver);
        int receiveMaximum = (int) connect.properties().number(Property.RECEIVE_MAXIMUM, 65_535);
        long number = session.bind(connection, expirySeconds, receiveMaximum, connect.will());
        connection.bind(session, session.state().epoch());
        number = Math.max(number, sessions.checkSubscriptions(session));
        Connack connack =
                new Connack(
                        present && connect.version() != ProtocolVersion.MQTT_3_1,
                        ReasonCode.SUCCESS,
                        properties);
        ServerSession bound = session;
        Acknowledgements answers =
                new Acknowledgements(connection, packet -> sessions.answered(bound, packet));
        connection.answering(answers);
        bound.answer(
                connack, present ? number : Math.max(number, sessions.endOf(clientIdentifier)));
    }

    private void checkOwner(Identity identity) {
        ServerSession session = sessions.find(clientIdentifier);
        if (session != null && !session.state().isOpenTo(identity)) {
            throw new ProtocolViolation(
                    ReasonCode.NOT_AUTHORIZED, "A19", "the session belongs to another user");
        }
    }

    // Returns what the client may do, if that was asked for.
    private @Nullable Permissions checkWillAllowed(AccessRules.Subject subject) {
        Will will = connect.will();
        if (will == null) {
            return null;
        }
        Permissions permissions = turn.accessRules.of(subject);
        if (!permissions.mayPublish(will.topicName(), will.qos(), will.retain())) {
            throw new ProtocolViolation(
                    ReasonCode.NOT_AUTHORIZED, "A13", "a will to " + will.topicName());
        }
        return permissions;
    }

    // What sessions hold is bounded for all of them together; one that brings nothing new goes on.
    private void checkRoom(Identity identity) {
        long more = SessionBytes.of(connect.will());
        ServerSession session = sessions.find(clientIdentifier);
        more +=
                session == null
                        ? SessionBytes.of(clientIdentifier, identity.userName())
                        : session.state().bytesMoreAs(identity)
                                - SessionBytes.of(session.state().will());
        long bytes = more + (session == null ? 0 : session.state().bytes());
        long most = SessionBytes.ofAllFor(bytes, true, turn.limits.sessionsBytesMax());
        if (more > 0 && turn.sessionBytes + more > most) {
            throw new ProtocolViolation(
                    ReasonCode.QUOTA_EXCEEDED,
                    "MQTT-3.1.4-2",
                    "sessions have at most " + turn.limits.sessionsBytesMax() + " bytes");
        }
    }

    // A CONNACK that promises a kept session, or the end of one, waits for nothing that may not
    // come.
    private void checkStore() {
        ServerSession session = sessions.find(clientIdentifier);
        boolean isKept = session != null && session.state().isKept();
        if (turn.backlog.isUnavailable()
                && (terms.sessionExpiryInterval() > 0 || isKept)
                && !(isKept && turn.backlog.writes())) { // it may make room
            throw new ProtocolViolation(
                    ReasonCode.QUOTA_EXCEEDED, "MQTT-3.1.4-2", "nothing can be kept now");
        }
    }

    // The old connection goes first, told why, and its will is decided (A7, A8).
    private void takeOver(ServerSession session) {
        Connection old = session.connection();
        if (old != null) {
            sessions.disconnect(
                    old,
                    ReasonCode.SESSION_TAKEN_OVER,
                    "taken over from " + connection.peer().remoteAddress());
        }
    }

    /// CONNACK was sent: the connection is the session's from now on. Returns what the client sent
    /// meanwhile.
    ArrayDeque<Packet> finish(ServerSession session, Connack connack) {
        forget();
        Properties told = connack.properties();
        connection.connected(
                new TopicAliases((int) told.number(Property.TOPIC_ALIAS_MAXIMUM, 0)),
                method,
                terms.keepAlive());
        session.state().inbound().connected((int) told.number(Property.RECEIVE_MAXIMUM, 65_535));
        int aliasesMax =
                Math.min(
                        (int) connect.properties().number(Property.TOPIC_ALIAS_MAXIMUM, 0),
                        connection.limits().topicAliasesSentMax());
        turn.outbox()
                .event(
                        new Event.ClientConnected(
                                connection,
                                clientIdentifier,
                                connect.version(),
                                session.state().identity().userName(),
                                connack.sessionPresent()));
        session.established(
                connection,
                aliasesMax == 0 ? AliasesSent.NONE : new AliasesSent(aliasesMax),
                terms.retryIntervalNanos());
        connection.keepAlive().resume(KeepAlive.Pause.BEHIND_CONNECT);
        return behind;
    }
}
