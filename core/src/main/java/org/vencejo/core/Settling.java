package org.vencejo.core;

import java.util.ArrayDeque;

/// The sessions with copies in memory that are to leave it when they are durable.
///
/// Part of the core: touched only by whoever runs it. As there may be very many, one call looks at
/// a part of them and leaves the others to another.
final class Settling {
    private static final int SESSIONS_MAX = 1_024;

    private final Turn turn;
    private final ArrayDeque<ServerSession> sessions = new ArrayDeque<>();
    private final Deadline more = Deadline.ofSlice(this::goOn);
    private int toLookAt;

    Settling(Turn turn) {
        this.turn = turn;
    }

    void add(ServerSession session) {
        sessions.add(session);
    }

    /// The journal went on.
    void durable() {
        toLookAt = sessions.size();
        goOn();
    }

    private void goOn() {
        for (int i = 0; i < SESSIONS_MAX && toLookAt > 0; i++) {
            toLookAt--;
            ServerSession session = sessions.remove();
            try {
                session.settle();
            } catch (RuntimeException fault) { // the others are not to stay in memory for it
                turn.outbox().event(new Event.Fault(session.connection(), fault));
            }
        }
        if (toLookAt > 0) {
            turn.leaveRestTo(more);
        }
    }
}
