package org.vencejo.client;

import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Auth;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.ReasonCode;

/// One exchange of enhanced authentication (4.12), from CONNECT or from AUTH 0x19 to the server's
/// last word: who has to speak, and by which method. What is said is the mechanism's business.
///
/// Touched only by whoever runs the session; the mechanism is asked aside, as it may take its time,
/// and one thing at a time. Ends with the connection.
final class Authenticating {
    /// What the mechanism is asked for.
    interface Step {
        byte @Nullable [] data() throws Exception;
    }

    /// The packet that begins the exchange with the first data.
    interface Beginning {
        Packet saying(byte @Nullable [] data);
    }

    private final ToServer server;
    private final String method;
    private final Beginning beginning;
    private final Consumer<Packet> out;
    private final long sinceNanos;
    private boolean asked;
    private boolean begun;

    // The mechanism's own: used aside while it is asked, and here while it is not.
    private MqttAuthentication.@Nullable Exchange exchange;

    /// Asks the mechanism for its first data. `out` sends a packet, or fails as an [MqttException].
    Authenticating(
            ToServer server,
            MqttAuthentication how,
            Beginning beginning,
            Consumer<Packet> out,
            long nowNanos) {
        this.sinceNanos = nowNanos;
        this.server = server;
        this.method = how.method();
        this.beginning = beginning;
        this.out = out;
        ask(() -> {
            exchange = how.begin();
            return exchange.first();
        });
    }

    private void ask(Step step) {
        asked = true;
        server.aside(this, step);
    }

    String method() {
        return method;
    }

    long sinceNanos() {
        return sinceNanos;
    }

    /// Whether it is the mechanism that has to speak.
    boolean isAsked() {
        return asked;
    }

    /// Whether the server has heard of this exchange.
    boolean isBegun() {
        return begun;
    }

    /// The mechanism said `data`, or failed: the server is told what it said.
    ///
    /// @throws MqttException if there is nothing to tell it
    void said(byte @Nullable [] data, @Nullable Throwable failure) {
        asked = false;
        if (failure != null) {
            throw failed(failure);
        }
        Packet packet =
                begun
                        ? auth(ReasonCode.CONTINUE_AUTHENTICATION, method, data) // [MQTT-4.12.0-3]
                        : beginning.saying(data);
        out.accept(packet);
        begun = true;
    }

    /// An AUTH that says `data`.
    ///
    /// @throws MqttException if that is more than fits any
    static Auth auth(ReasonCode reasonCode, String method, byte @Nullable [] data) {
        Properties.Builder properties =
                Properties.builder().put(Property.AUTHENTICATION_METHOD, method);
        if (data != null) {
            properties.put(Property.AUTHENTICATION_DATA, data);
        }
        Auth auth = new Auth(reasonCode, properties.build());
        try {
            PacketEncoder.size(auth, ProtocolVersion.MQTT_5);
        } catch (ProtocolViolation violation) {
            throw MqttException.of(violation);
        } catch (IllegalArgumentException misfit) {
            throw MqttException.of(misfit);
        }
        return auth;
    }

    /// The server asks for more: so is the mechanism.
    ///
    /// @throws ProtocolViolation if it may not now
    void more(Auth auth) {
        requireFits(auth);
        byte[] data = auth.properties().binary(Property.AUTHENTICATION_DATA);
        MqttAuthentication.Exchange goesOn = Objects.requireNonNull(exchange);
        ask(() -> goesOn.next(data));
    }

    /// The server is content with the client, by CONNACK or AUTH 0x00; is the mechanism with it?
    ///
    /// @throws ProtocolViolation if it may not be now
    /// @throws MqttException if the server failed to show who it is
    void accepted(Packet last) {
        requireFits(last);
        byte[] data = last.properties().binary(Property.AUTHENTICATION_DATA);
        try {
            Objects.requireNonNull(exchange).accepted(data);
        } catch (Exception failure) {
            throw failed(failure);
        }
    }

    private void requireFits(Packet packet) {
        String given = packet.properties().text(Property.AUTHENTICATION_METHOD);
        if (!method.equals(given)) {
            throw ProtocolViolation.protocolError(
                    "MQTT-4.12.0-5",
                    packet.type()
                            + " has the Authentication Method of CONNECT, "
                            + method
                            + ", given was "
                            + (given == null ? "none" : given));
        }
        if (asked) {
            throw ProtocolViolation.protocolError(
                    "MQTT-4.12.0-3", packet.type() + " before the client had its say");
        }
    }

    // For the application.
    private MqttException failed(Throwable failure) {
        return failure instanceof MqttException own
                ? own
                : new MqttException(
                        ReasonCode.UNSPECIFIED_ERROR,
                        "the authentication by " + method + " failed: " + failure,
                        failure);
    }
}
