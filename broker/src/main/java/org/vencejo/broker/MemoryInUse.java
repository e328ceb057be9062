package org.vencejo.broker;

import java.util.function.LongSupplier;
import org.vencejo.core.Limits;
import org.vencejo.transport.Shortage;

/// The memory that clients make the broker use, in buffers and in the heap, and what follows when
/// it is too much. Thread-safe.
///
/// Buffers are what their allocator says, so nothing that is held is forgotten; the heap is what
/// the server counts. Asking costs a little, so it is asked now and then. Each mark is left again
/// only somewhat below where it was entered, and both are told.
final class MemoryInUse {
    private static final long LOOK_AGAIN_NANOS = 10_000_000;

    /// A mark is left so much below it, in percent.
    private static final int LEFT_BELOW = 5;

    /// What happens from a mark on, and all that happens from those before it.
    enum Mark {
        NONE("enough is free"),
        ACCEPTING("no new connections are accepted"),
        READING("the clients that send most are not read from"),
        QOS_0("QoS 0 messages are dropped");

        private final String words;

        Mark(String words) {
            this.words = words;
        }
    }

    private final LongSupplier bufferBytes;
    private final long buffersMax;
    private final Limits.MemoryMarks marks;
    private final Shortage shortage = new Shortage();
    private final MarkLines lines = new MarkLines();
    private final long[] entered = new long[Mark.values().length];

    private volatile long lookedNanos;
    private volatile long heldBytes;
    private volatile int percent;
    private volatile Mark mark = Mark.NONE;

    /// `bufferBytes` says how many bytes buffers take.
    MemoryInUse(
            LongSupplier bufferBytes, long buffersMax, Limits.MemoryMarks marks, long nowNanos) {
        this.bufferBytes = bufferBytes;
        this.buffersMax = buffersMax;
        this.marks = marks;
        this.lookedNanos = nowNanos;
    }

    /// Whether buffers are short.
    Shortage shortage() {
        return shortage;
    }

    long bufferBytes() {
        return bufferBytes.getAsLong();
    }

    /// What the server holds in the heap, as far as it counts that.
    void held(long bytes) {
        heldBytes = bytes;
    }

    long heldBytes() {
        return heldBytes;
    }

    Mark mark() {
        return mark;
    }

    /// How much of it is in use, as was last seen.
    int percent() {
        return percent;
    }

    /// How often a mark was reached.
    synchronized long entered(Mark which) {
        return entered[which.ordinal()];
    }

    /// Whether it is time to look again.
    boolean isDue(long nowNanos) {
        return nowNanos - lookedNanos >= LOOK_AGAIN_NANOS;
    }

    /// Looks, if it did not just before.
    void look(long nowNanos) {
        if (isDue(nowNanos)) {
            lookedNanos = nowNanos;
            see(bufferBytes());
        }
    }

    /// So much is in buffers now.
    synchronized void see(long bufferBytes) {
        int ofBuffers = percent(bufferBytes, buffersMax);
        percent = Math.max(ofBuffers, percent(heldBytes, marks.memoryBytes()));
        shortage.set(ofBuffers >= marks.acceptingPercent() - (shortage.isOn() ? LEFT_BELOW : 0));
        Mark before = mark;
        Mark now = Mark.NONE;
        for (Mark each : Mark.values()) {
            int left = each.compareTo(before) <= 0 ? LEFT_BELOW : 0;
            if (percent >= from(each) - left) {
                now = each;
            }
        }
        if (now != before) {
            mark = now;
            tell(before, now);
        }
    }

    private void tell(Mark before, Mark now) {
        for (Mark each : Mark.values()) {
            if (each.compareTo(before) > 0 && each.compareTo(now) <= 0) {
                entered[each.ordinal()]++;
                lines.tell(percent, each.words);
            }
        }
        if (now.compareTo(before) < 0) {
            lines.tell(percent, "now " + now.words);
        }
    }

    private int from(Mark each) {
        return switch (each) {
            case NONE -> 0;
            case ACCEPTING -> marks.acceptingPercent();
            case READING -> marks.readingPercent();
            case QOS_0 -> marks.qos0Percent();
        };
    }

    private static int percent(long part, long whole) {
        return (int) Math.min(1_000, part * 100.0 / Math.max(1, whole));
    }
}
