package org.vencejo.core;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Who waits for the journal: sessions with answers or messages that must be durable first, and
/// connections that are not read from as it is too far behind.
///
/// Part of the core: touched only by whoever runs it. As one sync may be what very many wait for,
/// one call serves a part of them and leaves the others to another.
final class Waiters {
    /// An answer is less work than a message.
    private static final int ANSWERS_FOR_A_MESSAGE = 4;

    private final Turn turn;
    private final ArrayDeque<Connection> heldBack = new ArrayDeque<>();
    private final Deadline more = Deadline.ofSlice(this::goOn);

    /// Those that wait, and those among whose answers some are durable.
    private ArrayDeque<ServerSession> waiting = new ArrayDeque<>();

    private ArrayDeque<ServerSession> ready = new ArrayDeque<>();

    /// Whose business a session is that fails: the answers of others are not to wait for it.
    private @Nullable Faults faults;

    Waiters(Turn turn) {
        this.turn = turn;
    }

    /// The session has to be told when the journal goes on.
    void add(ServerSession session) {
        waiting.add(session);
    }

    /// The session has more that is durable than one call may send.
    void addReady(ServerSession session) {
        ready.add(session);
    }

    /// Holds the connection back if too much of what its client and others sent is not durable yet.
    void holdBackIfBehind(Connection connection) {
        if (turn.backlog.isAtLeast(turn.limits.undurableBytesMax())) {
            connection.keepAlive().pause(KeepAlive.Pause.JOURNAL);
            heldBack.add(connection);
        }
    }

    /// The journal went on.
    void durable(Faults toTell) {
        faults = toTell;
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
        int left = ANSWERS_FOR_A_MESSAGE * turn.limits.sliceMax();
        while (mayBeReadFrom() && left > 0) {
            left--;
            heldBack.remove().keepAlive().resume(KeepAlive.Pause.JOURNAL);
        }
        // Who comes back with more to send has a turn behind the others.
        while (!ready.isEmpty() && left > 0 && turn.workLeft() > 0) {
            left -= Math.max(1, serve(ready.remove(), left));
        }
        if (!ready.isEmpty() || mayBeReadFrom()) {
            turn.leaveRestTo(more);
        }
    }

    private boolean mayBeReadFrom() {
        return !heldBack.isEmpty() && !turn.backlog.isAtLeast(turn.limits.undurableBytesMax() / 2);
    }

    private int serve(ServerSession session, int answersMax) {
        Connection connection = session.connection();
        try {
            int answers = session.durable(answersMax);
            if (connection != null) {
                connection.readAsFastAsItIsAnswered();
            }
            return answers;
        } catch (RuntimeException fault) {
            if (faults != null) {
                faults.failed(connection, fault);
            }
            return 0;
        }
    }
}
