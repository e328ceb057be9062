package org.vencejo.core;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// Who waits for the journal: sessions with answers or messages that must be durable first, and, as
/// it is too far behind, connections that are not read from and works that append by themselves.
///
/// Part of the core: touched only by whoever runs it. As one sync may be what very many wait for,
/// one call serves a part of them and leaves the others to another.
final class Waiters {
    /// An answer is less work than a message.
    private static final int ANSWERS_FOR_A_MESSAGE = 4;

    private static final long RETRY_NANOS = 1_000_000_000;

    /// How many works are under way at once. Of more the journal would take nothing when they come
    /// back, and whoever else has a queue read would wait behind them.
    private static final int WORKS_MAX = 16;

    private final Turn turn;
    private final ArrayDeque<Connection> heldBack = new ArrayDeque<>();
    private final Deadline more = Deadline.ofSlice(this::goOn);

    /// Works that go on when the journal takes more, and those that need room on disk besides.
    private final ArrayDeque<Runnable> works = new ArrayDeque<>();

    private final ArrayDeque<Runnable> growing = new ArrayDeque<>();
    private final Deadline retry = Deadline.of(this::retry);

    /// Works that have begun and not come back, as far as that was within a second: one that has to
    /// wait for a block that cannot be read keeps no other waiting.
    private int underWay;

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

    /// Begins a part of some work that appends without any client being the cause, now or when the
    /// journal takes what comes of it. If it `grows`, the disk must have room for more, too.
    void whenTaken(boolean grows, Runnable work) {
        if (underWay < WORKS_MAX && takes(grows)) {
            begin(work);
        } else {
            (grows ? growing : works).add(work);
        }
        if ((!growing.isEmpty() || underWay == WORKS_MAX) && !retry.isSet()) {
            turn.schedule(retry, RETRY_NANOS);
        }
    }

    private void begin(Runnable work) {
        underWay++;
        work.run();
    }

    /// A part of such a work has come to its end, and another may begin.
    void workEnded() {
        underWay = Math.max(0, underWay - 1);
        if (mayWork()) {
            turn.schedule(more, 0);
        }
    }

    private void retry() {
        underWay = 0;
        // It may need no room any more: then it makes some, and nobody else might.
        Runnable work = growing.poll();
        if (work != null) {
            whenTaken(false, work);
        }
        if (mayWork()) {
            goOn();
        }
    }

    /// Whether the journal takes from such a work: it writes, and is not half as far behind as it
    /// may be.
    boolean takes(boolean grows) {
        return turn.backlog.writes() && !(grows && turn.backlog.isUnavailable()) && !isHalfBehind();
    }

    /// The journal has begun to take more, or less.
    void storeChanged() {
        goOn();
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
        while (mayWork() && left > 0) {
            left--;
            begin((takes(true) && !growing.isEmpty() ? growing : works).remove());
        }
        // Who comes back with more to send has a turn behind the others.
        while (!ready.isEmpty() && left > 0 && turn.workLeft() > 0) {
            left -= Math.max(1, serve(ready.remove(), left));
        }
        if (!ready.isEmpty() || mayBeReadFrom() || mayWork()) {
            turn.leaveRestTo(more);
        }
        if (underWay == WORKS_MAX && !retry.isSet()) {
            turn.schedule(retry, RETRY_NANOS);
        }
    }

    private boolean mayBeReadFrom() {
        return !heldBack.isEmpty() && !isHalfBehind();
    }

    private boolean mayWork() {
        return underWay < WORKS_MAX
                && ((!works.isEmpty() && takes(false)) || (!growing.isEmpty() && takes(true)));
    }

    private boolean isHalfBehind() {
        return turn.backlog.isAtLeast(turn.limits.undurableBytesMax() / 2);
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
