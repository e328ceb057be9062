package org.vencejo.testing.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayDeque;

/// The out-buffer of a [MemoryConnection]: what was sent and the client has not read.
///
/// Confined to one thread. Above the high mark it counts as full until it falls below the low one.
final class OutBytes {
    private static final int SEGMENT_BYTES = 4 << 10;

    private final int highBytes;
    private final int lowBytes;
    private final ArrayDeque<ByteBuf> segments = new ArrayDeque<>();
    private long waiting;
    private int unseen;
    private boolean aboveHigh;

    OutBytes(int highBytes, int lowBytes) {
        this.highBytes = highBytes;
        this.lowBytes = lowBytes;
    }

    /// A buffer to write to now.
    ByteBuf tail() {
        ByteBuf last = segments.peekLast();
        if (last == null || last.isReadOnly() || last.readableBytes() > SEGMENT_BYTES) {
            last = Unpooled.buffer();
            segments.add(last);
        }
        return last;
    }

    /// Appends `bytes` by reference and takes them over.
    void append(ByteBuf bytes) {
        segments.add(bytes.asReadOnly());
    }

    /// Counts bytes that were written; returns how many wait now.
    long added(int bytes) {
        waiting += bytes;
        unseen += bytes;
        aboveHigh |= waiting > highBytes;
        return waiting;
    }

    long waiting() {
        return waiting;
    }

    /// The bytes that were added since the last look; they stay.
    byte[] look() {
        byte[] seen = new byte[unseen];
        long skipped = waiting - unseen;
        if (skipped < 0) {
            throw new IllegalStateException(-skipped + " bytes were taken before they were seen");
        }
        int at = 0;
        for (ByteBuf segment : segments) {
            long skip = Math.min(skipped, segment.readableBytes());
            skipped -= skip;
            int length = segment.readableBytes() - (int) skip;
            segment.getBytes(segment.readerIndex() + (int) skip, seen, at, length);
            at += length;
        }
        unseen = 0;
        return seen;
    }

    boolean hasUnseen() {
        return unseen > 0;
    }

    /// Takes at most `most` bytes away.
    byte[] take(long most) {
        byte[] taken = new byte[(int) Math.min(most, waiting)];
        int at = 0;
        while (at < taken.length) {
            ByteBuf first = segments.element();
            int length = Math.min(first.readableBytes(), taken.length - at);
            first.readBytes(taken, at, length);
            at += length;
            if (!first.isReadable()) {
                segments.remove().release();
            }
        }
        waiting -= taken.length;
        return taken;
    }

    /// Whether it has just fallen below the low mark.
    boolean becameWritable() {
        if (!aboveHigh || waiting >= lowBytes) {
            return false;
        }
        aboveHigh = false;
        return true;
    }

    void discard() {
        segments.forEach(ByteBuf::release);
        segments.clear();
        waiting = 0;
        unseen = 0;
        aboveHigh = false;
    }
}
