package org.vencejo.core;

import org.vencejo.protocol.Auth;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.ReasonCode;

/// Enhanced authentication of a client that is connected already (4.12.1); its other traffic goes
/// on meanwhile (U5-42).
///
/// Part of the core: touched only by whoever runs it. The state is the connection's.
final class ReAuthentication {
    private ReAuthentication() {}

    /// AUTH came from a connected client.
    static void step(Connection connection, Auth auth) {
        String method = connection.authenticationMethod();
        if (method == null) {
            throw ProtocolViolation.protocolError(
                    "MQTT-4.12.0-7", "AUTH without an Authentication Method in CONNECT");
        }
        if (!method.equals(auth.properties().text(Property.AUTHENTICATION_METHOD))) {
            throw new ProtocolViolation(
                    ReasonCode.BAD_AUTHENTICATION_METHOD,
                    "MQTT-4.12.1-1",
                    "re-authentication uses the method of CONNECT");
        }
        if (connection.isAsked()) {
            throw ProtocolViolation.protocolError(
                    "MQTT-4.12.0-3", "AUTH before the server answered the one before");
        }
        boolean first = auth.reasonCode() == ReasonCode.RE_AUTHENTICATE;
        boolean goesOn =
                auth.reasonCode() == ReasonCode.CONTINUE_AUTHENTICATION
                        && connection.isReAuthenticating();
        if (!first && !goesOn) {
            throw ProtocolViolation.protocolError(
                    "MQTT-3.15.2-1", "AUTH with " + auth.reasonCode());
        }
        connection.reAuthenticating(true);
        connection.asked(true);
        connection
                .turn()
                .outbox()
                .authenticate(
                        connection,
                        new Authentication.Step(
                                connection.clientIdentifier(),
                                connection.ownSession().state().identity().userName(),
                                null,
                                method,
                                auth.properties().binary(Property.AUTHENTICATION_DATA),
                                first,
                                true,
                                connection.exchange()));
    }

    // Authenticators answer in the codes of CONNACK, of which DISCONNECT has not all.
    private static ReasonCode codeOfDisconnect(ReasonCode ofConnack) {
        if (ofConnack.allowedIn(PacketType.DISCONNECT)) {
            return ofConnack;
        }
        return ofConnack == ReasonCode.SERVER_UNAVAILABLE
                ? ReasonCode.SERVER_BUSY
                : ReasonCode.NOT_AUTHORIZED;
    }

    /// The authenticator answered.
    ///
    /// @throws ProtocolViolation with its code if the client failed [MQTT-4.12.1-2]
    static void outcome(Connection connection, Authentication.Outcome outcome, Sessions sessions) {
        String method = connection.authenticationMethod();
        if (method == null || !connection.isAsked()) {
            return;
        }
        connection.asked(false);
        switch (outcome) {
            case Authentication.More more -> connection.more(method, more);
            case Authentication.Refused refused -> {
                connection.explain(Handshake.explanation(refused));
                throw new ProtocolViolation(
                        codeOfDisconnect(refused.reasonCode()),
                        "MQTT-4.12.1-2",
                        "re-authentication failed: " + refused.detail());
            }
            case Authentication.Accepted accepted -> {
                SessionState session = connection.ownSession().state();
                if (!session.isOpenTo(accepted.identity())) {
                    throw new ProtocolViolation(
                            ReasonCode.NOT_AUTHORIZED,
                            "A19",
                            "the session belongs to another user");
                }
                connection.reAuthenticating(false);
                long claimed = session.identify(connection.subject(accepted.identity()), null);
                connection.identityHolds(accepted.holdsNanos(), sessions::identityOver);
                Properties.Builder properties =
                        Properties.builder().put(Property.AUTHENTICATION_METHOD, method);
                byte[] data = accepted.data();
                if (data != null) {
                    properties.put(Property.AUTHENTICATION_DATA, data);
                }
                connection
                        .ownSession()
                        .answer(new Auth(ReasonCode.SUCCESS, properties.build()), claimed);
            }
        }
    }
}
