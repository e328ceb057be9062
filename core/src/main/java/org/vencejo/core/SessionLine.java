package org.vencejo.core;

import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// All sessions in the order in which they began, or a start found them, to be walked part by part
/// while others begin and end.
///
/// Part of the core: touched only by whoever runs it. A copy of so many would take too long for one
/// call, and a walk through a map does not outlive a change of it. Who has left the line points to
/// nobody in it: a chain of those who are gone would keep the collector busy.
final class SessionLine {
    /// So many walks at a time; the one that began first is given up for another.
    private static final int WALKS_MAX = 4;

    private final ArrayDeque<Walk> walks = new ArrayDeque<>();
    private @Nullable ServerSession first;
    private @Nullable ServerSession last;

    /// A way through the line. Sessions that begin meanwhile are on it.
    final class Walk {
        private @Nullable ServerSession next = first;
        private boolean isGivenUp;

        /// The next session, or null behind the last.
        @Nullable ServerSession next() {
            if (isGivenUp) {
                throw new IllegalStateException("given up for walks that began later");
            }
            ServerSession found = next;
            if (found == null) {
                walks.remove(this);
            } else {
                next = found.after;
            }
            return found;
        }

        private void giveUp() {
            isGivenUp = true;
            next = null;
        }
    }

    void add(ServerSession session) {
        session.before = last;
        if (last == null) {
            first = session;
        } else {
            last.after = session;
        }
        last = session;
    }

    /// Takes it out, if it is in it.
    void remove(ServerSession session) {
        ServerSession before = session.before;
        ServerSession after = session.after;
        if ((before == null ? first : before.after) != session) {
            return; // its end was begun before, and was not finished for a fault
        }
        if (before == null) {
            first = after;
        } else {
            before.after = after;
        }
        if (after == null) {
            last = before;
        } else {
            after.before = before;
        }
        for (Walk walk : walks) {
            if (walk.next == session) {
                walk.next = after;
            }
        }
        session.before = null;
        session.after = null;
    }

    Walk walk() {
        if (walks.size() == WALKS_MAX) {
            walks.remove().giveUp();
        }
        Walk walk = new Walk();
        walks.add(walk);
        return walk;
    }
}
