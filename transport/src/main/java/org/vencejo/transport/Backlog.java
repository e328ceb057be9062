package org.vencejo.transport;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/// The bytes on their way to one peer: added when they are promised to the connection, removed when
/// the operating system has taken them.
///
/// Added by one thread at a time (whoever may append), removed only by the connection's event loop;
/// between those two it needs no lock. Bytes that travel from one event loop to another are in it,
/// so that back-pressure counts a byte wherever it waits.
///
/// The mark is set before the bytes that crossed it can be written, and looked at after they were,
/// so no crossing goes unnoticed.
public final class Backlog {
    private static final VarHandle ADDED = field("added");
    private static final VarHandle REMOVED = field("removed");

    private final int highBytes;
    private final int lowBytes;
    private final Shortage shortage;

    private long added;
    private long removed;
    private volatile boolean aboveHigh;

    /// Whether nothing is counted any more.
    private volatile boolean closed;

    Backlog(int highBytes, int lowBytes, Shortage shortage) {
        this.highBytes = highBytes;
        this.lowBytes = lowBytes;
        this.shortage = shortage;
    }

    /// Counts bytes that were, or are about to be, appended; returns how many wait now. While
    /// memory is short it returns as many more as make a connection slow that would not be else.
    public long add(int bytes) {
        long sum = added + bytes;
        ADDED.setRelease(this, sum);
        long waiting = sum - (long) REMOVED.getAcquire(this);
        if (shortage.isOn()) {
            waiting += Math.max(0, highBytes - Shortage.SLOW_BYTES);
        }
        if (waiting > highBytes && !aboveHigh) {
            aboveHigh = true;
        }
        return closed ? 0 : waiting; // after the mark was set: one of the two is seen
    }

    /// How many bytes wait. Any thread may ask.
    public long waiting() {
        if (closed) {
            return 0;
        }
        long gone = (long) REMOVED.getAcquire(this);
        return (long) ADDED.getAcquire(this) - gone;
    }

    /// Counts bytes that were written; says whether this took the backlog from above the high mark
    /// to below the low mark.
    boolean remove(long bytes) {
        long sum = removed + bytes;
        REMOVED.setRelease(this, sum);
        if (closed || !aboveHigh || (long) ADDED.getAcquire(this) - sum >= low()) {
            return false;
        }
        aboveHigh = false;
        return true;
    }

    /// Nothing waits any more, and nothing will: the peer hears nothing. Says whether the backlog
    /// was above the high mark.
    boolean close() {
        closed = true;
        boolean was = aboveHigh;
        aboveHigh = false;
        return was;
    }

    private int low() {
        return shortage.isOn() ? Math.min(lowBytes, Shortage.SLOW_BYTES / 2) : lowBytes;
    }

    private static VarHandle field(String name) {
        try {
            return MethodHandles.lookup().findVarHandle(Backlog.class, name, long.class);
        } catch (ReflectiveOperationException absent) {
            throw new ExceptionInInitializerError(absent);
        }
    }
}
