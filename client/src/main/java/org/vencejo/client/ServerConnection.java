package org.vencejo.client;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.session.Acknowledgements;
import org.vencejo.core.session.Link;
import org.vencejo.core.session.PacketIdentifiers;
import org.vencejo.core.session.TopicAliases;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.ReasonCode;

/// One accepted connection, from CONNACK to its end, and the way to the server for the flows.
///
/// Touched only by whoever runs the session. An acknowledgement waits until the application has the
/// message and all before it: to the flows that is what the journal is in the server, so the
/// numbers of [Acknowledgements] are here those of the messages that came.
final class ServerConnection implements Link {
    private final ToServer server;
    private final ServerLimits limits;
    private final KeepAlive keepAlive;
    private final TopicAliases aliases;
    private final int generation;
    private final Acknowledgements acknowledgements = new Acknowledgements(this, packet -> {});
    private final ArrayDeque<Arrival> open = new ArrayDeque<>();
    private final PacketIdentifiers<Arrival> pubacksOwed = new PacketIdentifiers<>();

    private @Nullable Authenticating authenticating;
    private @Nullable Answer<Properties> authenticated;
    private long nowNanos;
    private boolean writable = true;
    private boolean readingPaused;
    private long arrivals;
    private long handedOver;

    /// `aliases` are those that the server may set; `generation` tells sessions apart.
    ServerConnection(
            ToServer server,
            ServerLimits limits,
            KeepAlive keepAlive,
            TopicAliases aliases,
            int generation,
            long nowNanos) {
        this.server = server;
        this.limits = limits;
        this.keepAlive = keepAlive;
        this.aliases = aliases;
        this.generation = generation;
        this.nowNanos = nowNanos;
    }

    /// Time goes on; what is sent from now on is sent then.
    void at(long nanos) {
        nowNanos = nanos;
    }

    ToServer server() {
        return server;
    }

    ServerLimits limits() {
        return limits;
    }

    KeepAlive keepAlive() {
        return keepAlive;
    }

    TopicAliases aliases() {
        return aliases;
    }

    Acknowledgements acknowledgements() {
        return acknowledgements;
    }

    int generation() {
        return generation;
    }

    // ---- as Link ----

    @Override
    public void send(Packet packet) {
        writable = server.send(packet);
        keepAlive.sent(nowNanos);
    }

    @Override
    public void publish(Publish publish, int packetIdentifier, boolean dup, int topicAlias) {
        writable = server.publish(publish, packetIdentifier, dup, topicAlias);
        keepAlive.sent(nowNanos);
    }

    @Override
    public boolean fits(Publish publish, int topicAlias) {
        return limits.maximumPacketSize() == Long.MAX_VALUE
                || PacketEncoder.publishSize(publish, limits.version(), topicAlias)
                        <= limits.maximumPacketSize();
    }

    @Override
    public boolean writable() {
        return writable;
    }

    void becameWritable() {
        writable = true;
    }

    // ---- what came ----

    /// The number of the next message above QoS 0.
    long nextArrival() {
        return ++arrivals;
    }

    /// Owes `acknowledgement` for `arrival` from when the application has it and all before it
    /// [MQTT-4.6.0-2], [MQTT-4.6.0-3].
    void owe(Packet acknowledgement, Arrival arrival) {
        open.add(arrival);
        if (acknowledgement instanceof Puback puback) {
            pubacksOwed.put(puback.packetIdentifier(), arrival);
        }
        acknowledgements.send(acknowledgement, arrival.number(), handedOver);
    }

    /// Sends `acknowledgement` now, or behind those of its kind that wait.
    void acknowledge(Packet acknowledgement) {
        acknowledgements.send(acknowledgement, 0, handedOver);
    }

    /// Whether a QoS 1 message under `packetIdentifier` waits for its PUBACK.
    boolean owesPuback(int packetIdentifier) {
        return pubacksOwed.contains(packetIdentifier);
    }

    /// The application took a message of this connection, in whatever order.
    void taken() {
        for (Arrival first = open.peek(); first != null && first.isTaken(); first = open.peek()) {
            handedOver = first.number();
            open.remove();
            // A server that uses an identifier twice has the later one open still.
            if (pubacksOwed.get(first.packetIdentifier()) == first) {
                pubacksOwed.remove(first.packetIdentifier());
            }
        }
        acknowledgements.durable(handedOver, Integer.MAX_VALUE);
    }

    // ---- to authenticate again (4.12.1) ----

    /// Begins to authenticate again by `how`, while all else goes on; `answer` is told its end.
    ///
    /// @throws MqttException if that cannot be now
    void authenticate(@Nullable MqttAuthentication how, Answer<Properties> answer) {
        if (how == null) { // [MQTT-4.12.0-7]
            throw new MqttException(
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    "there is nothing to authenticate again by: no option authentication was given");
        }
        if (authenticating != null) {
            throw new MqttException(
                    ReasonCode.UNSPECIFIED_ERROR, "the client is authenticating again already");
        }
        authenticating =
                new Authenticating(
                        server,
                        how,
                        data -> Authenticating.auth(ReasonCode.RE_AUTHENTICATE, how.method(), data),
                        this::sendIfItFits,
                        nowNanos);
        authenticated = answer;
    }

    private void sendIfItFits(Packet packet) {
        limits.requireSize(packet);
        send(packet);
    }

    /// The exchange under way, or null.
    @Nullable Authenticating authenticating() {
        return authenticating;
    }

    /// The server goes on with the exchange, or ends it well.
    void auth(Auth auth) {
        Authenticating exchange = authenticating;
        if (exchange == null || !exchange.isBegun()) {
            throw ProtocolViolation.protocolError(
                    "MQTT-4.12.1-1", "AUTH that the client did not begin with");
        }
        if (auth.reasonCode() == ReasonCode.CONTINUE_AUTHENTICATION) {
            exchange.more(auth);
            return;
        }
        exchange.accepted(auth);
        Answer<Properties> answer = authenticated;
        authenticating = null;
        authenticated = null;
        if (answer != null) {
            answer.complete(auth.properties());
        }
    }

    /// The exchange, if there is one, came to nothing.
    void notAuthenticated(MqttException why) {
        Answer<Properties> answer = authenticated;
        authenticating = null;
        authenticated = null;
        if (answer != null) {
            answer.fail(why);
        }
    }

    // ---- reading ----

    boolean isReadingPaused() {
        return readingPaused;
    }

    void pauseReading(boolean paused) {
        if (paused != readingPaused) {
            readingPaused = paused;
            keepAlive.readingPaused(paused, nowNanos);
            if (paused) {
                server.pauseReading();
            } else {
                server.resumeReading();
            }
        }
    }
}
