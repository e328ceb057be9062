package org.vencejo.core;

import java.util.List;
import org.vencejo.core.Connection.State;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.ReasonCode;

/// The end of the server: every client is told so (0x8B), wills go out by A12, nobody new is
/// served.
///
/// Part of the core: touched only by whoever runs it.
final class ShutDown {
    private final Turn turn;
    private final Sessions sessions;
    private final Faults faults;
    private final Walk<Connection> walk;
    private boolean begun;

    ShutDown(Turn turn, Sessions sessions, Faults faults) {
        this.turn = turn;
        this.sessions = sessions;
        this.faults = faults;
        this.walk = new Walk<>(turn, this::end, faults::failed);
    }

    void begin() {
        if (!begun) {
            begun = true;
            List<Connection> all = sessions.connections();
            all.addAll(turn.unknown);
            walk.begin(all);
        }
    }

    /// @throws ProtocolViolation that refuses a client
    void requireNotBegun() {
        if (begun) {
            throw refusal();
        }
    }

    private int end(Connection connection) {
        if (connection.isIn(State.CONNECTED)) {
            sessions.disconnect(
                    connection, ReasonCode.SERVER_SHUTTING_DOWN, "the server shuts down");
        } else {
            faults.failed(connection, refusal());
        }
        return 1;
    }

    private static ProtocolViolation refusal() {
        return new ProtocolViolation(
                ReasonCode.SERVER_UNAVAILABLE, "MQTT-3.1.4-2", "the server shuts down");
    }
}
