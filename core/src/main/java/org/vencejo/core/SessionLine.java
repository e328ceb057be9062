package org.vencejo.core;

import org.jspecify.annotations.Nullable;

/// All sessions in the order in which they began, or a start found them, to be walked part by part
/// while others begin and end.
///
/// Part of the core: touched only by whoever runs it. A copy of so many would take too long for one
/// call, and a walk through a map does not outlive a change of it.
final class SessionLine {
    private @Nullable ServerSession first;
    private @Nullable ServerSession last;

    void add(ServerSession session) {
        session.before = last;
        if (last == null) {
            first = session;
        } else {
            last.after = session;
        }
        last = session;
    }

    /// Takes it out, if it is in it. It still knows who is behind it, so that a walk that stands
    /// there goes on: by others that have ended since, perhaps, to those that have not.
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
        session.before = null;
    }

    @Nullable ServerSession first() {
        return first;
    }
}
