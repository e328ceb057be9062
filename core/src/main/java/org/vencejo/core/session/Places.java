package org.vencejo.core.session;

/// The places of copies in the order of their session, and the Packet Identifiers that follow from
/// them.
///
/// Touched only by whoever runs the session. A place is a *sequence*, never used again. The order
/// of sequences is that of sending, so that a crash or a stop needs to know only how far it was;
/// and a copy has the same identifier before and after it. While the queue is held, some places
/// before those of what waits in it are left for what goes ahead (C11).
final class Places {
    /// How many are left: many rounds of identifiers and a part of one, so that what is sent ahead
    /// and what is sent behind seldom want the same identifier.
    private static final long LEFT_AHEAD = PacketIdentifiers.MAX * 65_536L + 8_191;

    /// How many identifiers in use are passed over at once; behind that many a copy waits for its
    /// own.
    private static final int SKIPPED_MAX = 256;

    private final PacketIdentifiers<?> inUse;
    private long next;

    // While the queue is held
    private boolean held;
    private boolean left;
    private long nextAhead;

    /// Places whose identifiers are to be free among those `inUse`.
    Places(PacketIdentifiers<?> inUse) {
        this.inUse = inUse;
    }

    /// The identifier that a copy at this place wants.
    static int identifierOf(long sequence) {
        return 1 + (int) (sequence % PacketIdentifiers.MAX);
    }

    /// The first identifier that is free for a copy at this place, mostly its own; 0 if all are in
    /// use.
    int freeFor(long sequence) {
        return inUse.freeFrom(identifierOf(sequence));
    }

    /// The identifier that a copy at this place wants; 0 if it is in use.
    int ownFor(long sequence) {
        int own = identifierOf(sequence);
        return inUse.contains(own) ? 0 : own;
    }

    /// Takes the next place. It is one whose identifier is free.
    long take() {
        if (held && !left) {
            left = true;
            next = nextAhead + LEFT_AHEAD;
        }
        long sequence = withFreeIdentifier(next);
        next = sequence + 1;
        return sequence;
    }

    /// Takes the next place that is ahead of the queue while that is held.
    long takeAhead() {
        long sequence = withFreeIdentifier(nextAhead);
        nextAhead = sequence + 1;
        return sequence;
    }

    private long withFreeIdentifier(long first) {
        long sequence = first;
        int skipped = 0;
        while (inUse.contains(identifierOf(sequence)) && skipped < SKIPPED_MAX) {
            sequence++;
            skipped++;
        }
        return sequence;
    }

    /// The queue is held from now on, or is no more.
    void hold(boolean isHeld) {
        if (isHeld && !held) {
            nextAhead = next;
            left = false;
        } else if (!isHeld && held && !left) {
            next = nextAhead;
        }
        held = isHeld;
    }

    boolean isHeld() {
        return held;
    }

    /// Whether a copy at this place goes before those that wait as the queue is held: it was queued
    /// before, or is ahead.
    boolean isBeforeHeld(long sequence) {
        return sequence < nextAhead;
    }

    /// Those below this were taken by a server that is gone.
    void recover(long sequence) {
        next = Math.max(next, sequence);
    }

    /// All that were taken are below this one.
    long next() {
        return next;
    }
}
