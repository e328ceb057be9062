package org.vencejo.core;

import java.util.ArrayList;
import java.util.List;
import org.vencejo.core.AccessRules.Subject;

/// Who has a session, and what it is like, to be read part by part while the server goes on.
///
/// Part of the core: touched only by whoever runs it. A session that begins meanwhile may be in it.
/// It is given up when a few later ones are being read.
public final class Roster {
    /// A session. `expirySeconds` is how long it lasts, [Limits#NEVER_SECONDS] for without an end:
    /// from the end of its connection on, or from now on if it has none. Immutable.
    public record Entry(
            Subject subject,
            boolean connected,
            int subscriptions,
            long queued,
            long inFlight,
            long expirySeconds) {}

    /// Some sessions, and whether there are no more. Immutable.
    public record Part(List<Entry> entries, boolean last) {}

    private final SessionLine.Walk walk;

    Roster(SessionLine.Walk walk) {
        this.walk = walk;
    }

    /// Some more sessions, `most` at most, as they are at `nowNanos`.
    ///
    /// @throws IllegalStateException if it was given up
    public Part next(int most, long nowNanos) {
        List<Entry> some = new ArrayList<>();
        ServerSession session = null;
        for (int read = 0; read < most; read++) {
            session = walk.next();
            if (session == null) {
                break;
            }
            if (!session.hasEnded()) {
                some.add(entry(session, nowNanos));
            }
        }
        return new Part(some, session == null);
    }

    private static Entry entry(ServerSession session, long nowNanos) {
        SessionState state = session.state();
        return new Entry(
                state.subject(),
                session.connection() != null,
                state.subscriptions().size(),
                state.outbound().queued(),
                state.outbound().inFlightCount(),
                expirySeconds(session, nowNanos));
    }

    private static long expirySeconds(ServerSession session, long nowNanos) {
        Deadline expiry = session.expiry;
        return expiry == null || !expiry.isSet()
                ? session.state().sessionExpiryInterval()
                : Math.ceilDiv(Math.max(0, expiry.atNanos - nowNanos), Sessions.NANOS_PER_SECOND);
    }
}
