package org.vencejo.core;

import java.util.ArrayDeque;
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
    private final ArrayDeque<Connection> left = new ArrayDeque<>();
    private final Deadline more = Deadline.ofSlice(this::goOn);
    private boolean begun;

    ShutDown(Turn turn, Sessions sessions, Faults faults) {
        this.turn = turn;
        this.sessions = sessions;
        this.faults = faults;
    }

    void begin() {
        if (!begun) {
            begun = true;
            left.addAll(sessions.connections());
            left.addAll(turn.unknown);
            goOn();
        }
    }

    /// @throws ProtocolViolation that refuses a client
    void requireNotBegun() {
        if (begun) {
            throw refusal();
        }
    }

    private void goOn() {
        for (int i = 0; i < turn.limits.sliceMax() && !left.isEmpty(); i++) {
            Connection connection = left.remove();
            if (connection.isIn(State.CONNECTED)) {
                sessions.disconnect(
                        connection, ReasonCode.SERVER_SHUTTING_DOWN, "the server shuts down");
            } else {
                faults.failed(connection, refusal());
            }
        }
        if (!left.isEmpty()) {
            turn.leaveRestTo(more);
        }
    }

    private static ProtocolViolation refusal() {
        return new ProtocolViolation(
                ReasonCode.SERVER_UNAVAILABLE, "MQTT-3.1.4-2", "the server shuts down");
    }
}
