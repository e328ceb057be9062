package org.vencejo.core;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.KeepAlive.Pause;
import org.vencejo.core.session.Acknowledgements;
import org.vencejo.core.session.Link;
import org.vencejo.core.session.TopicAliases;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// One transport connection, from accept to close, and the way to the client at its other end.
///
/// Part of the core: touched only by whoever runs it, except [#peer()]. It belongs to one epoch of
/// one session at most; once closed, nothing that arrives for it acts.
public final class Connection implements Link {
    /// How far the connection is.
    enum State {
        AWAITING_CONNECT,
        /// CONNECT came; who it is, or whether the session is durable, is not decided yet.
        CONNECTING,
        CONNECTED,
        CLOSED
    }

    /// What holds for a century holds for ever, and deadlines are compared by difference.
    private static final long IDENTITY_NANOS_MAX = 100L * 365 * 24 * 3_600 * 1_000_000_000;

    // For its whole life
    private final Peer peer;
    private State state = State.AWAITING_CONNECT;
    private @Nullable Turn turn;
    private @Nullable KeepAlive keepAlive;
    private ListenerLimits ofListener = ListenerLimits.NONE;
    private boolean writable = true;

    // Since CONNECT
    private ProtocolVersion version = ProtocolVersion.MQTT_3_1_1;
    private boolean versionKnown;
    private String clientIdentifier = "";
    private long packetSizeMax = Long.MAX_VALUE;
    private boolean problemInformation = true;
    private long sessionExpiryIntervalAsked;
    private @Nullable Handshake handshake;

    // Since it was accepted
    private @Nullable ServerSession session;
    private @Nullable Acknowledgements acknowledgements;
    private @Nullable TopicAliases aliases;
    private @Nullable String authenticationMethod;
    private boolean reAuthenticating;
    private boolean asked;
    private Authentication.@Nullable Exchange exchange;
    private Properties explanation = Properties.NONE;
    private long epoch;
    private @Nullable Deadline identityDeadline;

    // Made when first needed
    private @Nullable RateLimit incoming;
    private @Nullable RateLimit outgoing;

    public Connection(Peer peer) {
        this.peer = peer;
    }

    /// The driver's side of the connection. Thread-safe.
    public Peer peer() {
        return peer;
    }

    /// Its client, as somebody with `identity`, for the access rules.
    AccessRules.Subject subject(Authentication.Identity identity) {
        return new AccessRules.Subject(
                clientIdentifier,
                identity,
                peer.listener(),
                peer.remoteAddress(),
                peer.clientCertificate());
    }

    /// Who the client says it is; empty before CONNECT.
    public String clientIdentifier() {
        return clientIdentifier;
    }

    public ProtocolVersion version() {
        return version;
    }

    // ---- as Link
    // ----------------------------------------------------------------------------------

    @Override
    public void send(Packet packet) {
        if (state == State.CLOSED) {
            return;
        }
        Packet fitted = packet;
        if (version.isMqtt5()
                && (packetSizeMax != Long.MAX_VALUE || !packet.properties().isEmpty())) {
            fitted = PacketEncoder.fitted(packet, version, packetSizeMax, problemInformation);
            if (PacketEncoder.size(fitted, version) > packetSizeMax) {
                return; // [MQTT-3.1.2-24]: never larger, whatever it is
            }
        }
        turn().statistics.sent(fitted.type());
        long waiting = turn().outbox().send(this, fitted);
        noteWaiting(waiting);
        if (waiting > 2L * turn().limits.outBufferHighBytes()) {
            keepAlive()
                    .pause(Pause.OUT_BUFFER); // answers are never dropped (B15): no more requests
        }
    }

    /// Whether a packet of ours is within the client's Maximum Packet Size [MQTT-3.1.2-24].
    boolean fits(Packet packet) {
        return packetSizeMax == Long.MAX_VALUE
                || PacketEncoder.size(packet, version) <= packetSizeMax;
    }

    /// Whether `publish` would be, at this QoS and with these Subscription Identifiers (B17).
    boolean fitsAs(Publish publish, QoS qos, int[] subscriptionIdentifiers) {
        return packetSizeMax == Long.MAX_VALUE
                || fits(
                        new Publish(
                                publish.topicName(),
                                publish.payload(),
                                qos,
                                publish.retain(),
                                false,
                                0,
                                publish.properties()
                                        .withSubscriptionIdentifiers(subscriptionIdentifiers)),
                        0);
    }

    /// Fails for an answer that the client will need and cannot take: rather than wait for it for
    /// ever, it is told.
    void requireFits(Packet packet) {
        if (!fits(packet)) {
            throw new ProtocolViolation(
                    ReasonCode.PACKET_TOO_LARGE,
                    "MQTT-3.1.2-24",
                    packet.type() + " is larger than the client's Maximum Packet Size");
        }
    }

    /// Sends a packet, or fails as [#requireFits] does.
    void sendWhole(Packet packet) {
        requireFits(packet);
        send(packet);
    }

    @Override
    public void publish(Publish publish, int packetIdentifier, boolean dup, int topicAlias) {
        turn().worked();
        turn().statistics.sent(PacketType.PUBLISH);
        turn().statistics.payloadSent(publish.payload().length());
        noteWaiting(turn().outbox().publish(this, publish, packetIdentifier, dup, topicAlias));
        if (limits().rates().limitsOut()) {
            noteRate(publish, topicAlias);
        }
    }

    private void noteRate(Publish publish, int topicAlias) {
        Limits.Rates rates = limits().rates();
        if (outgoing == null) {
            outgoing = new RateLimit(turn().nowNanos(), this::sendOn);
        }
        if (outgoing.passed(
                1,
                PacketEncoder.publishSize(publish, version, topicAlias),
                rates.messagesOutPerSecond(),
                rates.bytesOutPerSecond(),
                turn())) {
            turn().statistics.heldOut();
        }
    }

    private void sendOn() {
        if (state == State.CONNECTED && ownsSession()) {
            ownSession().pump();
        }
    }

    /// Whether messages wait because it was sent as much as it may be.
    boolean isHeldByRate() {
        return outgoing != null && outgoing.isHeld();
    }

    /// A packet of its client was handled; of one that sends faster than it may nothing more is
    /// read for a while. Acknowledgements are answers to what it was sent, and not counted.
    void readAtItsRate(Packet packet) {
        Limits.Rates rates = limits().rates();
        int requests = rates.limitsIn() ? RateLimit.requests(packet) : 0;
        if (requests == 0 || state != State.CONNECTED) {
            return;
        }
        if (incoming == null) {
            incoming = new RateLimit(turn().nowNanos(), () -> keepAlive().resume(Pause.RATE));
        }
        if (incoming.passed(
                requests,
                PacketEncoder.size(packet, version),
                rates.messagesInPerSecond(),
                rates.bytesInPerSecond(),
                turn())) {
            turn().statistics.heldIn();
            keepAlive().pause(Pause.RATE);
        }
    }

    @Override
    public boolean fits(Publish publish, int topicAlias) {
        return packetSizeMax == Long.MAX_VALUE
                || PacketEncoder.publishSize(publish, version, topicAlias) <= packetSizeMax;
    }

    @Override
    public boolean writable() {
        return writable && state == State.CONNECTED && !isHeldByRate();
    }

    private void noteWaiting(long bytes) {
        if (bytes > turn().limits.outBufferHighBytes()) {
            writable = false;
        }
    }

    void becameWritable() {
        writable = true;
        keepAlive().resume(Pause.OUT_BUFFER);
    }

    // ---- its life
    // ---------------------------------------------------------------------------------

    void accepted(Turn shared, Consumer<Connection> whenReached, long nanosAgo) {
        turn = shared;
        ofListener = peer.limits();
        shared.connections++;
        shared.unknown.add(this);
        keepAlive = new KeepAlive(this, shared, whenReached);
        keepAlive.allow(Math.max(0, limits().connectTimeoutNanos() - nanosAgo));
    }

    /// CONNECT came: what it says of the connection holds from now on.
    void connecting(Connect connect, String assignedClientIdentifier, Handshake begun) {
        state = State.CONNECTING;
        version = connect.version();
        clientIdentifier = assignedClientIdentifier;
        packetSizeMax = connect.properties().number(Property.MAXIMUM_PACKET_SIZE, Long.MAX_VALUE);
        problemInformation = connect.properties().flag(Property.REQUEST_PROBLEM_INFORMATION, true);
        handshake = begun;
        sessionExpiryIntervalAsked =
                connect.properties().number(Property.SESSION_EXPIRY_INTERVAL, 0);
    }

    /// As the client asked for it in CONNECT, before any cap (A15).
    long sessionExpiryIntervalAsked() {
        return sessionExpiryIntervalAsked;
    }

    /// Nothing of CONNECT but its version could be read.
    void understoodOnly(ProtocolVersion ofConnect) {
        version = ofConnect;
        versionKnown = true;
    }

    /// Whether any version was understood.
    boolean hasVersion() {
        return versionKnown;
    }

    /// The session is this connection's from now on; CONNACK may still have to wait.
    void bind(ServerSession to, long ofEpoch) {
        session = to;
        epoch = ofEpoch;
    }

    /// Who the client is holds for so long from now on; then `over` is told.
    void identityHolds(long nanos, Consumer<Connection> over) {
        if (nanos < IDENTITY_NANOS_MAX) {
            if (identityDeadline == null) {
                identityDeadline = Deadline.of(() -> over.accept(this));
            }
            turn().schedule(identityDeadline, Math.max(0, nanos));
        } else if (identityDeadline != null) {
            turn().deadlines.cancel(identityDeadline);
        }
    }

    /// The client is accepted: answers, CONNACK first, go this way.
    void answering(Acknowledgements answers) {
        acknowledgements = answers;
    }

    /// CONNACK was sent.
    void connected(TopicAliases ofClient, @Nullable String method, int keepAliveSeconds) {
        state = State.CONNECTED;
        turn().unknown.remove(this);
        aliases = ofClient;
        authenticationMethod = method;
        handshake = null;
        keepAlive().begin(keepAliveSeconds);
    }

    /// Ends the connection: after what was sent, the driver closes it.
    void close() {
        if (state != State.CLOSED) {
            closed();
            turn().outbox().close(this);
        }
    }

    /// The transport connection is gone, or about to be.
    void closed() {
        if (state == State.CLOSED) {
            return;
        }
        state = State.CLOSED;
        if (handshake != null) {
            handshake.forget();
        }
        handshake = null;
        turn().connections--;
        turn().unknown.remove(this);
        keepAlive().cancel();
        if (identityDeadline != null) {
            turn().deadlines.cancel(identityDeadline);
        }
        if (incoming != null) {
            incoming.end(turn());
        }
        if (outgoing != null) {
            outgoing.end(turn());
        }
    }

    // ---- reading no more than can be done
    // -----------------------------------------------------------

    /// Stops reading, or goes on, by how many answers the client is owed. A 5.0 client keeps to
    /// Receive Maximum with what it publishes, but not with its requests, and 3.x knows none.
    void readAsFastAsItIsAnswered() {
        if (state != State.CONNECTED || session == null) {
            return;
        }
        int owed = acknowledgements().waiting();
        int most = limits().receiveMaximum();
        if (owed > most) {
            keepAlive().pause(Pause.ANSWERS);
        } else if (owed <= most / 2) {
            keepAlive().resume(Pause.ANSWERS);
        }
    }

    // ---- what it is
    // ---------------------------------------------------------------------------------

    boolean isIn(State wanted) {
        return state == wanted;
    }

    boolean isClosed() {
        return state == State.CLOSED;
    }

    Turn turn() {
        if (turn == null) {
            throw new IllegalStateException("Input.Connected comes first");
        }
        return turn;
    }

    /// The limits that hold for it now.
    Limits limits() {
        return ofListener.over(turn().limits);
    }

    /// The highest QoS that its client may publish with, and is granted.
    QoS maximumQoS() {
        return ofListener.maximumQoS(turn().settings.maximumQoS());
    }

    /// Whether its client is alive, and whether we read from it.
    KeepAlive keepAlive() {
        if (keepAlive == null) {
            throw new IllegalStateException("Input.Connected comes first");
        }
        return keepAlive;
    }

    @Nullable Handshake handshake() {
        return handshake;
    }

    @Nullable ServerSession session() {
        return session;
    }

    /// The session of a connection that has sent CONNACK.
    ServerSession ownSession() {
        if (session == null || session.state().epoch() != epoch) {
            throw new IllegalStateException("the session belongs to another epoch");
        }
        return session;
    }

    /// Whether the session, if there is one, is still this connection's.
    boolean ownsSession() {
        return session != null && session.state().epoch() == epoch && session.isBoundTo(this);
    }

    Acknowledgements acknowledgements() {
        if (acknowledgements == null) {
            throw new IllegalStateException("no answer is owed to who is not known");
        }
        return acknowledgements;
    }

    TopicAliases aliases() {
        if (aliases == null) {
            throw new IllegalStateException("there are no aliases before CONNACK");
        }
        return aliases;
    }

    boolean isReAuthenticating() {
        return reAuthenticating;
    }

    void reAuthenticating(boolean underWay) {
        reAuthenticating = underWay;
    }

    /// Whether an answer of the authenticator is awaited.
    boolean isAsked() {
        return asked;
    }

    void asked(boolean awaited) {
        asked = awaited;
    }

    /// What the authenticator wants to know again at the next step, which it then does.
    Authentication.@Nullable Exchange exchange() {
        Authentication.Exchange it = exchange;
        exchange = null;
        return it;
    }

    /// The exchange goes on: sends AUTH with what is in `more`.
    void more(@Nullable String method, Authentication.More more) {
        exchange = more.exchange();
        sendWhole(Handshake.auth(method, more.data()));
    }

    /// What a refusal says beside its code, in CONNACK or DISCONNECT.
    Properties explanation() {
        return explanation;
    }

    void explain(Properties ofRefusal) {
        explanation = ofRefusal;
    }

    @Nullable String authenticationMethod() {
        return authenticationMethod;
    }

    @Override
    public String toString() {
        return clientIdentifier.isEmpty()
                ? peer.remoteAddress()
                : clientIdentifier + "@" + peer.remoteAddress();
    }
}
