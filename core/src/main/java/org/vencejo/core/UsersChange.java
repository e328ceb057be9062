package org.vencejo.core;

import java.util.ArrayDeque;
import java.util.Set;
import org.vencejo.protocol.ReasonCode;

/// The end of what users still do who are gone, or whose password is another one. Their sessions
/// stay: they belong to the name, and who comes with the new password goes on.
///
/// Part of the core: touched only by whoever runs it.
final class UsersChange {
    private final Turn turn;
    private final Sessions sessions;
    private final ArrayDeque<Doomed> left = new ArrayDeque<>();
    private final Deadline more = Deadline.ofSlice(this::goOn);

    /// A connection, and the users of one change.
    private record Doomed(Connection connection, Set<String> userNames) {
        boolean names(ServerSession session) {
            String userName = session.state().identity().userName();
            return userName != null && userNames.contains(userName);
        }
    }

    UsersChange(Turn turn, Sessions sessions) {
        this.turn = turn;
        this.sessions = sessions;
    }

    void begin(Set<String> userNames) {
        for (Connection connection : sessions.connections()) {
            left.add(new Doomed(connection, userNames));
        }
        goOn();
    }

    private void goOn() {
        for (int i = 0; i < turn.limits.sliceMax() && !left.isEmpty(); i++) {
            Doomed doomed = left.remove();
            Connection connection = doomed.connection;
            if (connection.ownsSession() && doomed.names(connection.ownSession())) {
                sessions.disconnect(
                        connection,
                        ReasonCode.NOT_AUTHORIZED,
                        "its user is gone or has another password");
            }
        }
        if (!left.isEmpty()) {
            turn.leaveRestTo(more);
        }
    }
}
