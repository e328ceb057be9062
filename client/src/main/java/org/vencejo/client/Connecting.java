package org.vencejo.client;

import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.ReasonCode;

/// A connection until CONNACK: what is said between CONNECT and that.
///
/// Touched only by whoever runs the session.
final class Connecting {
    private final ToServer server;
    private final boolean cleanStart;
    private final Answer<MqttConnected> answer;
    private final long sinceNanos;
    private @Nullable Authenticating authenticating;

    Connecting(ToServer server, boolean cleanStart, Answer<MqttConnected> answer, long nowNanos) {
        this.server = server;
        this.cleanStart = cleanStart;
        this.answer = answer;
        this.sinceNanos = nowNanos;
    }

    /// Sends CONNECT; with enhanced authentication when the mechanism has given its first data.
    void begin(MqttOptions options, String clientIdentifier) {
        MqttAuthentication how = options.authentication();
        if (how == null) {
            server.send(options.connect(clientIdentifier, cleanStart));
        } else {
            authenticating =
                    new Authenticating(
                            server,
                            how,
                            data -> options.connect(clientIdentifier, cleanStart, data),
                            server::send,
                            sinceNanos);
        }
    }

    ToServer server() {
        return server;
    }

    boolean cleanStart() {
        return cleanStart;
    }

    Answer<MqttConnected> answer() {
        return answer;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    @Nullable Authenticating authenticating() {
        return authenticating;
    }

    /// The CONNACK if `packet` is it, and if the server may accept us so; null if there is more to
    /// say before it.
    ///
    /// @throws ProtocolViolation if the server may not send it now
    /// @throws MqttException if the server failed to show who it is
    @Nullable Connack answered(Packet packet) {
        if (packet instanceof Connack connack) {
            if (!connack.reasonCode().isError()) {
                requireAuthentic(connack);
            }
            return connack;
        }
        if (packet instanceof Auth auth) {
            more(auth);
            return null;
        }
        throw ProtocolViolation.protocolError(
                "MQTT-3.2.0-1",
                "the first packet of a server is CONNACK, given was " + packet.type());
    }

    private void requireAuthentic(Connack connack) {
        if (authenticating != null) {
            authenticating.accepted(connack);
        } else if (connack.properties().has(Property.AUTHENTICATION_METHOD)) {
            throw ProtocolViolation.protocolError(
                    "MQTT-4.12.0-6", "CONNACK has an Authentication Method, and CONNECT had none");
        }
    }

    private void more(Auth auth) {
        if (authenticating == null) {
            throw ProtocolViolation.protocolError(
                    "MQTT-4.12.0-6",
                    "AUTH before CONNACK, and CONNECT had no Authentication Method");
        }
        if (auth.reasonCode() != ReasonCode.CONTINUE_AUTHENTICATION) {
            throw ProtocolViolation.protocolError(
                    "MQTT-4.12.0-2",
                    "AUTH carries 0x18 before CONNACK, given was " + auth.reasonCode());
        }
        authenticating.more(auth);
    }

    /// Tells the server why we go, if it has heard CONNECT [MQTT-3.1.0-1].
    void leave(Disconnect disconnect) {
        if (authenticating == null || authenticating.isBegun()) {
            server.send(disconnect);
        }
    }

    /// Who is to blame if this takes too long.
    String late() {
        return authenticating != null && authenticating.isAsked()
                ? "the authentication by " + authenticating.method() + " did not go on"
                : "the server did not answer CONNECT";
    }

    /// What `refusal` of the server leaves open.
    String explanation(ReasonCode refusal) {
        return refusal == ReasonCode.BAD_AUTHENTICATION_METHOD && authenticating != null
                ? "; it was asked for " + authenticating.method()
                : "";
    }
}
