package org.vencejo.core;

import java.util.ArrayDeque;

/// Who waits for the journal: sessions with answers or messages that must be durable first, and
/// connections that are not read from as it is too far behind.
///
/// Part of the core: touched only by whoever runs it.
final class Waiters {
    private final Turn turn;
    private ArrayDeque<ServerSession> sessions = new ArrayDeque<>();
    private final ArrayDeque<Connection> heldBack = new ArrayDeque<>();

    Waiters(Turn turn) {
        this.turn = turn;
    }

    void add(ServerSession session) {
        sessions.add(session);
    }

    /// Holds the connection back if too much of what its client and others sent is not durable yet.
    void holdBackIfBehind(Connection connection) {
        if (turn.backlog.isAtLeast(turn.limits.undurableBytesMax())) {
            connection.keepAlive().pause(KeepAlive.Pause.JOURNAL);
            heldBack.add(connection);
        }
    }

    /// The journal went on. A session that fails is the business of `faults`: the answers of others
    /// are not to wait for it.
    void durable(Faults faults) {
        while (!heldBack.isEmpty()
                && !turn.backlog.isAtLeast(turn.limits.undurableBytesMax() / 2)) {
            heldBack.remove().keepAlive().resume(KeepAlive.Pause.JOURNAL);
        }
        ArrayDeque<ServerSession> waited = sessions;
        sessions = new ArrayDeque<>();
        for (ServerSession session : waited) {
            Connection connection = session.connection();
            try {
                session.durable();
                if (connection != null) {
                    connection.readAsFastAsItIsAnswered();
                }
            } catch (RuntimeException fault) {
                faults.failed(connection, fault);
            }
        }
    }
}
