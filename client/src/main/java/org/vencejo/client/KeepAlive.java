package org.vencejo.client;

/// The client's part of Keep Alive: a PINGREQ when nothing else was sent for too long, and the
/// silence after which the server counts as gone (3.1.2.10).
///
/// Touched only by whoever runs the session; ends with the connection. Nothing is scheduled here:
/// what is sent and heard only leaves its time behind, and the session asks when to look again.
final class KeepAlive {
    static final long NEVER = Long.MAX_VALUE;

    private static final long NANOS_PER_SECOND = 1_000_000_000L;

    private final long intervalNanos;

    private long lastSentNanos;
    private long aliveNanos;
    private boolean awaitsPingresp;
    private boolean readingPaused;

    /// `seconds` is the server's value if it gave one [MQTT-3.1.2-21]; 0 means no Keep Alive.
    KeepAlive(int seconds, long nowNanos) {
        intervalNanos = seconds * NANOS_PER_SECOND;
        lastSentNanos = nowNanos;
        aliveNanos = nowNanos;
    }

    /// Any packet shows the server that we are alive.
    void sent(long nowNanos) {
        lastSentNanos = nowNanos;
    }

    /// Any packet shows that the server is alive, as a PINGRESP may stand behind many others.
    void received(long nowNanos) {
        aliveNanos = nowNanos;
    }

    void pinged(long nowNanos) {
        if (!awaitsPingresp) {
            awaitsPingresp = true;
            aliveNanos = nowNanos;
        }
    }

    void pingrespCame() {
        awaitsPingresp = false;
    }

    /// While we do not read, a missing PINGRESP is our own doing.
    void readingPaused(boolean paused, long nowNanos) {
        readingPaused = paused;
        aliveNanos = nowNanos;
    }

    boolean pingIsDue(long nowNanos) {
        return intervalNanos > 0 && nowNanos - lastSentNanos >= pingNanos();
    }

    /// Whether PINGREQ was not answered within one interval (V31-19).
    boolean serverIsGone(long nowNanos) {
        return awaitsPingresp && !readingPaused && nowNanos - aliveNanos >= intervalNanos;
    }

    /// How long nothing of this can be due, or [#NEVER].
    long nanosToNext(long nowNanos) {
        if (intervalNanos == 0) {
            return NEVER;
        }
        long next = lastSentNanos + pingNanos() - nowNanos;
        if (awaitsPingresp && !readingPaused) {
            next = Math.min(next, aliveNanos + intervalNanos - nowNanos);
        }
        return Math.max(0, next);
    }

    // A tenth early, as timers are late and the interval is a maximum [MQTT-3.1.2-20].
    private long pingNanos() {
        return intervalNanos - intervalNanos / 10;
    }
}
