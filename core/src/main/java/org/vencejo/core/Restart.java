package org.vencejo.core;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.function.Consumer;

/// What the server owes the sessions that a start has found: those that were connected are not any
/// more, and what should have happened meanwhile happens (A18).
///
/// Part of the core: touched only by whoever runs it. As they may be very many, one call looks at a
/// part of them and leaves the others to another; a session that is asked for has its turn first.
final class Restart {
    private static final int SESSIONS_MAX = 256;

    private final Turn turn;
    private final Consumer<ServerSession> wakes;
    private final Consumer<Recovered.Ending> inherits;
    private final ArrayDeque<ServerSession> sessions = new ArrayDeque<>();
    private final ArrayDeque<Recovered.Ending> ending = new ArrayDeque<>();
    private final Deadline more = Deadline.ofSlice(this::goOn);

    /// `wakes` settles a session, `inherits` goes on with one that was ending.
    Restart(Turn turn, Consumer<ServerSession> wakes, Consumer<Recovered.Ending> inherits) {
        this.turn = turn;
        this.wakes = wakes;
        this.inherits = inherits;
    }

    /// A start has found it.
    void add(ServerSession session) {
        session.isOwed = true;
        sessions.add(session);
    }

    void add(Recovered.Ending session) {
        ending.add(session);
    }

    /// Those that were ending and have not had their turn.
    Collection<Recovered.Ending> ending() {
        return ending;
    }

    /// The server has its first input.
    void begin() {
        goOn();
    }

    private void goOn() {
        for (int i = 0; i < SESSIONS_MAX && !isOver(); i++) {
            ServerSession session = sessions.poll();
            try {
                if (session != null) {
                    settle(session);
                } else {
                    inherits.accept(ending.remove());
                }
            } catch (RuntimeException fault) { // the others are owed no less for it
                turn.outbox().event(new Event.Fault(null, fault));
            }
        }
        if (!isOver()) {
            turn.leaveRestTo(more);
        }
    }

    private boolean isOver() {
        return sessions.isEmpty() && ending.isEmpty();
    }

    /// Does what the session is owed, if it is still owed anything.
    void settle(ServerSession session) {
        if (session.isOwed) {
            session.isOwed = false;
            if (!session.hasEnded()) {
                wakes.accept(session);
            }
        }
    }
}
