package org.vencejo.core;

import java.util.ArrayDeque;

/// The sessions with copies in memory that are to leave it when they are durable.
///
/// Part of the core: touched only by whoever runs it. As there may be very many, of one session or
/// of all, one call looks at a part of them and leaves the others to another.
final class Settling {
    private final Turn turn;
    private final Deadline more = Deadline.ofSlice(this::goOn);

    /// Those that wait for the journal, and those of which it has some already.
    private ArrayDeque<ServerSession> waiting = new ArrayDeque<>();

    private ArrayDeque<ServerSession> ready = new ArrayDeque<>();

    Settling(Turn turn) {
        this.turn = turn;
    }

    /// The session has copies that are not durable yet.
    void add(ServerSession session) {
        waiting.add(session);
    }

    /// The session has more that is durable than one call may let go of.
    void addReady(ServerSession session) {
        ready.add(session);
        turn.schedule(more, 0);
    }

    /// The journal went on.
    void durable() {
        if (ready.isEmpty()) {
            ArrayDeque<ServerSession> none = ready;
            ready = waiting;
            waiting = none;
        } else {
            ready.addAll(waiting);
            waiting.clear();
        }
        goOn();
    }

    private void goOn() {
        int left = turn.limits.sliceMax();
        while (!ready.isEmpty() && left > 0) {
            ServerSession session = ready.remove();
            try {
                left -= Math.max(1, session.settle(left)); // its others are behind those of others
            } catch (RuntimeException fault) { // the others are not to stay in memory for it
                left--;
                turn.outbox().event(new Event.Fault(session.connection(), fault));
            }
        }
        if (!ready.isEmpty()) {
            turn.leaveRestTo(more);
        }
    }
}
