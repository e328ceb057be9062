package org.vencejo.core;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.vencejo.protocol.ReasonCode;

/// The end of what users still do who are gone, or whose password is another one. Their sessions
/// stay: they belong to the name, and who comes with the new password goes on.
///
/// Part of the core: touched only by whoever runs it.
final class UsersChange {
    private final Sessions sessions;
    private final Walk<Doomed> walk;

    /// A connection, and the users of one change.
    private record Doomed(Connection connection, Set<String> userNames) {
        boolean names(ServerSession session) {
            String userName = session.state().identity().userName();
            return userName != null && userNames.contains(userName);
        }
    }

    UsersChange(Turn turn, Sessions sessions, Faults faults) {
        this.sessions = sessions;
        this.walk =
                new Walk<>(
                        turn,
                        this::end,
                        (doomed, fault) -> faults.failed(doomed.connection, fault));
    }

    void begin(Set<String> userNames) {
        List<Doomed> all = new ArrayList<>();
        for (Connection connection : sessions.connections()) {
            all.add(new Doomed(connection, userNames));
        }
        walk.begin(all);
    }

    private int end(Doomed doomed) {
        Connection connection = doomed.connection;
        if (connection.ownsSession() && doomed.names(connection.ownSession())) {
            sessions.disconnect(
                    connection,
                    ReasonCode.NOT_AUTHORIZED,
                    "its user is gone or has another password");
        }
        return 1;
    }
}
