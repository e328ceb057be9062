package org.vencejo.core;

import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.ReasonCode;

/// The one place where a fault becomes an answer: a [ProtocolViolation] (the peer's) ends the
/// connection with a CONNACK or DISCONNECT that names it, any other exception (ours) ends it and is
/// told as [Event.Fault].
///
/// Part of the core: touched only by whoever runs it.
final class Faults {
    private static final int REASON_LETTERS_MAX = 200;

    private final Turn turn;
    private final Sessions sessions;

    Faults(Turn turn, Sessions sessions) {
        this.turn = turn;
        this.sessions = sessions;
    }

    /// What was done for `connection` (null: for nobody in particular) failed.
    void failed(@Nullable Connection connection, RuntimeException fault) {
        if (connection != null && fault instanceof ProtocolViolation violation) {
            violated(connection, violation);
            return;
        }
        turn.outbox().event(new Event.Fault(connection, fault));
        if (connection != null) {
            sessions.disconnect(
                    connection, ReasonCode.UNSPECIFIED_ERROR, "a fault of the server: " + fault);
        }
    }

    /// A peer broke a rule [MQTT-4.13.1-1].
    void violated(Connection connection, ProtocolViolation violation) {
        if (connection.isClosed()) {
            return;
        }
        ReasonCode reasonCode = violation.reasonCode();
        turn.statistics.refused(reasonCode);
        String detail = violation.detail() + " [" + violation.statement() + "]";
        explain(connection, reasonCode, detail);
        if (connection.isIn(Connection.State.CONNECTED)) {
            sessions.disconnect(connection, allowedInDisconnect(reasonCode), detail);
            return;
        }
        boolean named = !connection.clientIdentifier().isEmpty();
        turn.outbox()
                .event(
                        new Event.ConnectRefused(
                                connection,
                                named ? connection.clientIdentifier() : null,
                                reasonCode,
                                detail));
        if (mayAnswerConnect(connection, reasonCode)) {
            connection.send(
                    new Connack(false, allowedInConnack(reasonCode), connection.explanation()));
        }
        sessions.leave(connection, reasonCode, detail, false);
        connection.close();
    }

    // The client's developer reads what the log says, unless the authenticator had something to
    // say,
    // or it would help somebody to get in.
    private static void explain(Connection connection, ReasonCode reasonCode, String detail) {
        boolean secret =
                switch (reasonCode) {
                    case NOT_AUTHORIZED, BAD_USER_NAME_OR_PASSWORD, BANNED -> true;
                    default -> false;
                };
        if (!secret && connection.version().isMqtt5() && connection.explanation().isEmpty()) {
            connection.explain(
                    Properties.builder().put(Property.REASON_STRING, shortened(detail)).build());
        }
    }

    // Details may quote what the peer sent, which may be long.
    private static String shortened(String text) {
        int letters = text.codePointCount(0, text.length());
        return letters <= REASON_LETTERS_MAX
                ? text
                : text.substring(0, text.offsetByCodePoints(0, REASON_LETTERS_MAX));
    }

    // 3.x has few words, and none for a CONNECT that is malformed (A2).
    private static boolean mayAnswerConnect(Connection connection, ReasonCode reasonCode) {
        if (!connection.hasVersion() || connection.ownsSession()) {
            return false;
        }
        return connection.version().isMqtt5() || reasonCode.returnCode() >= 0;
    }

    private static ReasonCode allowedInConnack(ReasonCode reasonCode) {
        return reasonCode.isError() && reasonCode.allowedIn(PacketType.CONNACK)
                ? reasonCode
                : ReasonCode.UNSPECIFIED_ERROR; // [MQTT-3.2.2-8]
    }

    private static ReasonCode allowedInDisconnect(ReasonCode reasonCode) {
        return reasonCode.isError() && reasonCode.allowedIn(PacketType.DISCONNECT)
                ? reasonCode
                : ReasonCode.UNSPECIFIED_ERROR;
    }

    /// The connection gives its place to newer ones, if its client is not known yet.
    void pushedOut(Connection connection) {
        if (!connection.isClosed() && !connection.isIn(Connection.State.CONNECTED)) {
            violated(
                    connection,
                    new ProtocolViolation(
                            ReasonCode.SERVER_BUSY,
                            "U5-35",
                            "newer connections need its place, as too many have not finished theirs"));
        }
    }
}
