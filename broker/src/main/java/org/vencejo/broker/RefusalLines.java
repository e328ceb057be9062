package org.vencejo.broker;

/// Which refusals of one kind the log tells of: whoever floods us with attempts must not flood the
/// log. Thread-safe.
final class RefusalLines {
    /// The answer of [#next] for one that is not told of.
    static final long UNTOLD = -1;

    static final int LINES_MAX = 50;
    static final long WINDOW_NANOS = 10_000_000_000L;

    private long sinceNanos;
    private long refused;

    /// Another one was refused: how many were not told of in the window before, or [#UNTOLD].
    synchronized long next(long nowNanos) {
        long untold = 0;
        if (refused == 0 || nowNanos - sinceNanos >= WINDOW_NANOS) {
            sinceNanos = nowNanos;
            untold = Math.max(0, refused - LINES_MAX);
            refused = 0;
        }
        refused++;
        return refused > LINES_MAX ? UNTOLD : untold;
    }
}
