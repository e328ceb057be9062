package org.vencejo.client;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.session.Accounting;
import org.vencejo.core.session.TopicAliases;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Properties;
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
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.Unsuback;
import org.vencejo.protocol.Unsubscribe;

/// The client's side of MQTT as a state machine: packets, requests and time in, packets and answers
/// out.
///
/// Touched only by whoever runs it: in production the event loop of its socket, in tests the test.
/// It does no I/O and has no clock. What outlives a connection is in [Incoming] and [Outgoing], on
/// the flows that the server runs on; what a connection has is in [ServerConnection], gone with it.
/// This class only decides who gets a packet, how a connection begins and how it ends.
///
/// Inputs of a connection name it, and those of an older one do nothing. Each request is answered
/// once: by the server, or when the connection ends.
///
/// One file because how a connection begins, goes on and ends is one machine on two fields.
final class ClientSession {
    // For its whole life
    private final MqttOptions options;
    private final ProtocolVersion version;
    private final Inbox inbox;
    private final Incoming incoming;
    private final Outgoing outgoing = new Outgoing();
    private String clientIdentifier;

    // For the session
    private boolean kept;

    // For the connection
    private @Nullable Connecting connecting;
    private @Nullable ServerConnection connection;
    private MqttException ended;

    /// A client that is not connected yet. `inbox` is where its messages go.
    ClientSession(MqttOptions options, Inbox inbox, MqttException notConnected) {
        this.options = options;
        this.version = options.version();
        this.inbox = inbox;
        this.incoming = new Incoming(options, inbox);
        this.clientIdentifier = options.clientIdentifier();
        this.ended = notConnected;
    }

    // ---- connect ----

    /// There is a connection to the server: CONNECT goes out. Returns false, and closes it, if
    /// there is another one already.
    boolean connect(
            ToServer server, boolean cleanStart, Answer<MqttConnected> answer, long nowNanos) {
        if (connecting != null || connection != null) {
            server.close("another connection is open");
            answer.fail(
                    new MqttException(
                            ReasonCode.UNSPECIFIED_ERROR, "the client is connected already"));
            return false;
        }
        connecting = new Connecting(server, cleanStart, answer, nowNanos);
        connecting.begin(options, clientIdentifier);
        return true;
    }

    private void connack(Connecting asked, Connack connack, long nowNanos) {
        if (connack.reasonCode().isError()) {
            end(
                    connack.reasonCode(),
                    "the server refused the connection: "
                            + reason(connack.reasonCode(), connack)
                            + asked.explanation(connack.reasonCode()));
            return;
        }
        if (connack.sessionPresent() && asked.cleanStart()) {
            throw ProtocolViolation.protocolError(
                    "MQTT-3.2.2-2", "Session Present is 0 after Clean Start, given was 1");
        }
        if (connack.sessionPresent() && !kept && !options.foreignSessionAccepted()) {
            asked.server().send(new Disconnect(ReasonCode.SUCCESS));
            end( // [MQTT-3.2.2-4], D2
                    ReasonCode.UNSPECIFIED_ERROR,
                    "the server has a session of "
                            + clientIdentifier
                            + " that this client knows nothing of; begin with Clean Start, or"
                            + " accept it by the option foreignSessionAccepted");
            return;
        }
        // Before 3.1.1 the server does not say; it is asked to go on, and so do we (V31-23).
        boolean resumed =
                version == ProtocolVersion.MQTT_3_1
                        ? kept && !asked.cleanStart()
                        : connack.sessionPresent();
        List<MqttMessage> lost = resumed ? List.of() : startOver();
        established(asked, connack.properties(), resumed, nowNanos);
        asked.answer()
                .complete(
                        new MqttConnected(
                                connack.sessionPresent(),
                                clientIdentifier,
                                keepAlive(connack.properties()),
                                connack.properties(),
                                lost));
    }

    private void established(Connecting asked, Properties connack, boolean resumed, long nowNanos) {
        String assigned = connack.text(Property.ASSIGNED_CLIENT_IDENTIFIER);
        if (assigned != null) {
            clientIdentifier = assigned;
        }
        kept =
                version.isMqtt5()
                        ? connack.number(
                                        Property.SESSION_EXPIRY_INTERVAL,
                                        options.sessionExpiryInterval())
                                > 0
                        : !asked.cleanStart();
        ServerLimits limits = ServerLimits.of(version, connack);
        ServerConnection begun =
                new ServerConnection(
                        asked.server(),
                        limits,
                        new KeepAlive(keepAlive(connack), nowNanos),
                        new TopicAliases(options.topicAliasMaximum()),
                        incoming.generation(),
                        nowNanos);
        connecting = null;
        connection = begun;
        incoming.connected(resumed);
        inbox.open();
        outgoing.connected(
                begun, Math.min(limits.topicAliasMaximum(), options.topicAliasesSentMax()));
        pump(nowNanos);
    }

    private int keepAlive(Properties connack) {
        return (int) connack.number(Property.SERVER_KEEP_ALIVE, options.keepAlive());
    }

    /// Forgets the session; returns what was in flight.
    private List<MqttMessage> startOver() {
        incoming.startOver();
        kept = false;
        return outgoing.startOver();
    }

    // ---- from the server ----

    /// A packet came.
    void received(ToServer from, Packet packet, long nowNanos) {
        Connecting asked = connecting;
        ServerConnection to = connection;
        try {
            if (asked != null && asked.server() == from) {
                Connack connack = asked.answered(packet);
                if (connack != null) {
                    connack(asked, connack, nowNanos);
                }
            } else if (to != null && to.server() == from) {
                to.at(nowNanos);
                to.keepAlive().received(nowNanos);
                received(to, packet);
                pump(nowNanos);
            }
        } catch (ProtocolViolation violation) {
            violated(violation);
        } catch (MqttException notTheServer) { // so says the mechanism of authentication
            leave(ReasonCode.UNSPECIFIED_ERROR);
            end(notTheServer);
        }
    }

    /// What came is no packet.
    void rejected(ToServer from, ProtocolViolation violation, long nowNanos) {
        if (isCurrent(from)) {
            if (connection != null) {
                connection.at(nowNanos);
            }
            violated(violation);
        }
    }

    private void received(ServerConnection from, Packet packet) {
        switch (packet) {
            case Publish publish -> incoming.publish(from, publish);
            case Puback puback -> outgoing.puback(puback);
            case Pubrec pubrec -> outgoing.pubrec(from, pubrec);
            case Pubrel pubrel -> incoming.pubrel(from, pubrel.packetIdentifier());
            case Pubcomp pubcomp -> outgoing.pubcomp(pubcomp);
            case Suback suback -> outgoing.suback(suback);
            case Unsuback unsuback -> outgoing.unsuback(unsuback);
            case Pingresp pingresp -> from.keepAlive().pingrespCame();
            case Disconnect disconnect ->
                    end(
                            disconnect.reasonCode(),
                            "the server ended the connection: "
                                    + reason(disconnect.reasonCode(), disconnect));
            case Connack connack -> throw unexpected(packet, "MQTT-3.2.0-2");
            case Auth auth -> from.auth(auth);
            case Connect connect -> throw unexpected(packet, "MQTT-4.13.1-1");
            case Subscribe subscribe -> throw unexpected(packet, "MQTT-4.13.1-1");
            case Unsubscribe unsubscribe -> throw unexpected(packet, "MQTT-4.13.1-1");
            case Pingreq pingreq -> throw unexpected(packet, "MQTT-4.13.1-1");
        }
    }

    private static ProtocolViolation unexpected(Packet packet, String statement) {
        return ProtocolViolation.protocolError(
                statement, "a server does not send " + packet.type() + " now");
    }

    /// What the mechanism of authentication says next in `exchange`, or why it has nothing to say.
    void authenticated(
            Authenticating exchange,
            byte @Nullable [] data,
            @Nullable Throwable failure,
            long nowNanos) {
        ServerConnection to = connection;
        if (exchange != authenticating() || !exchange.isAsked()) {
            return; // nobody waits for it any more
        }
        if (to != null) {
            to.at(nowNanos);
        }
        try {
            exchange.said(data, failure);
        } catch (MqttException nothing) {
            notAuthenticated(exchange, nothing, nowNanos);
        }
    }

    private void notAuthenticated(Authenticating exchange, MqttException why, long nowNanos) {
        ServerConnection to = connection;
        if (to != null && !exchange.isBegun()) {
            to.notAuthenticated(why); // nothing has begun, so nothing has to end
            pump(nowNanos);
        } else {
            leave(ReasonCode.UNSPECIFIED_ERROR); // [MQTT-4.12.1-2]
            end(why);
        }
    }

    private @Nullable Authenticating authenticating() {
        if (connecting != null) {
            return connecting.authenticating();
        }
        return connection == null ? null : connection.authenticating();
    }

    /// The socket takes more.
    void writable(ToServer from, long nowNanos) {
        ServerConnection to = connection;
        if (to != null && to.server() == from) {
            to.becameWritable();
            pump(nowNanos);
        }
    }

    // ---- from the application ----

    /// A message is to be published; its answer comes with the end of its exchange, at QoS 0 when
    /// it was written.
    void publish(Publish publish, Answer<ReasonCode> answer, long nowNanos) {
        request(answer, to -> outgoing.publish(to, publish, answer), nowNanos);
    }

    void subscribe(
            List<Subscription> subscriptions,
            Properties properties,
            Answer<List<ReasonCode>> answer,
            long nowNanos) {
        request(answer, to -> outgoing.subscribe(to, subscriptions, properties, answer), nowNanos);
    }

    void unsubscribe(
            List<TopicFilter> topicFilters,
            Properties properties,
            Answer<List<ReasonCode>> answer,
            long nowNanos) {
        request(answer, to -> outgoing.unsubscribe(to, topicFilters, properties, answer), nowNanos);
    }

    private interface Request {
        void sendTo(ServerConnection to);
    }

    private void request(Answer<?> answer, Request request, long nowNanos) {
        ServerConnection to = connection;
        if (to == null) {
            answer.fail(ended);
            return;
        }
        to.at(nowNanos);
        try {
            request.sendTo(to);
        } catch (MqttException refused) {
            answer.fail(refused);
            return;
        }
        pump(nowNanos);
    }

    /// The client is to authenticate again.
    void authenticate(Answer<Properties> answer, long nowNanos) {
        request(answer, to -> to.authenticate(options.authentication(), answer), nowNanos);
    }

    /// The application took a message: now it is acknowledged.
    void taken(Arrival arrival, long nowNanos) {
        ServerConnection to = connection;
        if (to != null) {
            to.at(nowNanos);
        }
        incoming.taken(arrival, to);
        if (to != null) {
            balanceReading(to);
        }
    }

    /// The application ends the connection.
    void disconnect(ReasonCode reasonCode, long nowNanos) {
        if (connection != null) {
            connection.at(nowNanos);
            connection.send(new Disconnect(reasonCode));
        }
        end(ReasonCode.SUCCESS, "the application ended the connection");
    }

    // ---- time ----

    /// What is due by now is done.
    void due(long nowNanos) {
        ServerConnection to = connection;
        if (connecting != null && nanosToNext(nowNanos) == 0) {
            end(
                    ReasonCode.SERVER_UNAVAILABLE,
                    connecting.late() + " in " + options.connectTimeout().toMillis() + " ms");
        } else if (to != null && to.keepAlive().serverIsGone(nowNanos)) {
            end(
                    ReasonCode.KEEP_ALIVE_TIMEOUT,
                    "the server fell silent: it did not answer PINGREQ in time");
        } else if (to != null && to.keepAlive().pingIsDue(nowNanos)) {
            to.at(nowNanos);
            to.send(Pingreq.INSTANCE);
            to.keepAlive().pinged(nowNanos);
        } else if (to != null) {
            endExchangeIfLate(to, nowNanos);
        }
    }

    private void endExchangeIfLate(ServerConnection to, long nowNanos) {
        Authenticating exchange = to.authenticating();
        if (exchange != null && nanosToTimeout(exchange.sinceNanos(), nowNanos) == 0) {
            to.at(nowNanos);
            notAuthenticated(exchange, late(exchange), nowNanos);
        }
    }

    private MqttException late(Authenticating exchange) {
        return new MqttException(
                ReasonCode.SERVER_UNAVAILABLE,
                (exchange.isAsked()
                                ? "the authentication by " + exchange.method() + " did not go on"
                                : "the server did not answer AUTH")
                        + " in "
                        + options.connectTimeout().toMillis()
                        + " ms");
    }

    /// How long nothing can be due, [KeepAlive#NEVER] if nothing will be.
    long nanosToNext(long nowNanos) {
        if (connecting != null) {
            return nanosToTimeout(connecting.sinceNanos(), nowNanos);
        }
        if (connection == null) {
            return KeepAlive.NEVER;
        }
        long next = connection.keepAlive().nanosToNext(nowNanos);
        Authenticating exchange = connection.authenticating();
        return exchange == null
                ? next
                : Math.min(next, nanosToTimeout(exchange.sinceNanos(), nowNanos));
    }

    private long nanosToTimeout(long sinceNanos, long nowNanos) {
        return Math.max(0, options.connectTimeout().toNanos() - (nowNanos - sinceNanos));
    }

    // ---- the end of a connection ----

    /// The socket is gone.
    void closed(ToServer from, String reason) {
        if (isCurrent(from)) {
            end(
                    ReasonCode.UNSPECIFIED_ERROR,
                    connecting != null
                            ? "the connection was closed before CONNACK: " + reason
                            : "the connection was lost: " + reason);
        }
    }

    /// Something of ours broke.
    void broken(Throwable fault) {
        end(ReasonCode.UNSPECIFIED_ERROR, "a fault of the client itself: " + fault);
    }

    private void violated(ProtocolViolation violation) {
        leave(violation.reasonCode());
        end(
                violation.reasonCode(),
                "the server broke the protocol: "
                        + violation.detail()
                        + " ["
                        + violation.statement()
                        + "]");
    }

    // Tells a server of 5.0 why we go (4.13.1).
    private void leave(ReasonCode code) {
        if (!version.isMqtt5()) {
            return;
        }
        boolean ofClients = code.allowedIn(PacketType.DISCONNECT, true);
        Disconnect disconnect = new Disconnect(ofClients ? code : ReasonCode.PROTOCOL_ERROR);
        if (connection != null) {
            connection.send(disconnect);
        } else if (connecting != null) {
            connecting.leave(disconnect);
        }
    }

    private void end(ReasonCode reasonCode, String sentence) {
        end(new MqttException(reasonCode, sentence));
    }

    // Every way out of a connection comes through here; everybody who waits is told.
    private void end(MqttException why) {
        Connecting asked = connecting;
        ServerConnection to = connection;
        connecting = null;
        connection = null;
        if (asked != null) {
            ended = why;
            asked.server().close(why.sentence());
            asked.answer().fail(why);
        }
        if (to != null) {
            ended = why;
            to.server().close(why.sentence());
            to.notAuthenticated(why);
            outgoing.disconnected(why, kept);
            inbox.close(why);
            if (!kept) {
                startOver();
            }
        }
    }

    private boolean isCurrent(ToServer server) {
        return (connecting != null && connecting.server() == server)
                || (connection != null && connection.server() == server);
    }

    private static String reason(ReasonCode code, Packet packet) {
        String text = packet.properties().text(Property.REASON_STRING);
        String reference = packet.properties().text(Property.SERVER_REFERENCE);
        return String.format("%s (0x%02X)", code, code.value())
                + (text == null ? "" : ", " + text)
                + (reference == null ? "" : ", use " + reference);
    }

    // ---- flows ----

    // Sends what may be sent, and reads if it may.
    private void pump(long nowNanos) {
        ServerConnection to = connection;
        if (to == null) {
            return;
        }
        to.at(nowNanos);
        outgoing.pump(nowNanos);
        balanceReading(to);
    }

    // Reading stops while the application has enough and no answer is awaited.
    private void balanceReading(ServerConnection to) {
        boolean tooMuch = to.isReadingPaused() ? !incoming.hasRoom() : incoming.isFull();
        boolean awaitsAnswers = outgoing.awaitsAnswers() || to.authenticating() != null;
        to.pauseReading(tooMuch && !awaitsAnswers);
    }

    // ---- what others look at ----

    boolean isConnected() {
        return connection != null;
    }

    Accounting accounting() {
        return outgoing.accounting();
    }

    /// Thread-safe.
    long droppedMessages() {
        return incoming.dropped();
    }
}
