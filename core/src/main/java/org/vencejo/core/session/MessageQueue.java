package org.vencejo.core.session;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.QoS;

/// Copies that wait for their turn, in order, up to a number and a sum of bytes.
///
/// Touched only by whoever runs the session. The queue of a session on disk has a *head* in memory
/// while somebody takes from it, and a *tail* of copies that are not durable yet; what is between
/// them is on disk alone and read when the head runs low. So memory does not grow with it. All
/// other queues are a head and nothing else.
public final class MessageQueue {
    private final CopyList head = new CopyList();

    // At half of these the head asks for more; 0 for a queue that is in memory alone
    private final int headMessagesMax;
    private final long headBytesMax;

    /// Whether somebody takes from it; else it keeps nothing in memory that is on disk.
    private boolean isTaken;

    /// Whether the head is to leave memory as soon as it is durable.
    private boolean leaving;

    /// Copies before this sequence stay in memory.
    private long inMemoryBefore;

    private @Nullable Behind behind;

    /// What is behind the head: copies on disk alone from sequence `from` on, or later; behind them
    /// the tail, and those at QoS 0, which never go to disk, by themselves.
    private static final class Behind {
        final CopyList tail = new CopyList();
        final CopyList unwritten = new CopyList();
        long from;
        long messages;
        long bytes;
    }

    /// A queue in memory.
    MessageQueue() {
        this(0, 0);
    }

    /// A queue on disk whose head has at most about so many messages and bytes; or one in memory,
    /// if they are 0.
    MessageQueue(int headMessagesMax, long headBytesMax) {
        this.headMessagesMax = headMessagesMax;
        this.headBytesMax = headBytesMax;
    }

    // ---- what is in it
    // -----------------------------------------------------------------------------

    /// The first copy; null if there is none, or if it has to be read first.
    public @Nullable Copy first() {
        Behind more = behind;
        if (more == null) {
            return head.first();
        }
        Copy first = head.first();
        if (first == null && more.messages == 0) {
            first = more.tail.first();
        }
        Copy unwritten = more.unwritten.first();
        return unwritten != null && unwritten.sequence() < firstWritten(more) ? unwritten : first;
    }

    /// A sequence that none of its copies is before; `Long.MAX_VALUE` if it is empty.
    long firstSequence() {
        Copy first = first();
        if (first != null) {
            return first.sequence();
        }
        return behind == null || behind.messages == 0 ? Long.MAX_VALUE : behind.from;
    }

    private long firstWritten(Behind more) {
        Copy first = head.first();
        if (first == null && more.messages > 0) {
            return more.from;
        }
        if (first == null) {
            first = more.tail.first();
        }
        return first == null ? Long.MAX_VALUE : first.sequence();
    }

    public boolean isEmpty() {
        return head.isEmpty() && (behind == null || size() == 0);
    }

    public long size() {
        Behind more = behind;
        return more == null
                ? head.size()
                : head.size() + more.messages + more.tail.size() + more.unwritten.size();
    }

    public long bytes() {
        Behind more = behind;
        return more == null
                ? head.bytes()
                : head.bytes() + more.bytes + more.tail.bytes() + more.unwritten.bytes();
    }

    /// How many of them are of QoS 0.
    public int atMostOnce() {
        return head.atMostOnce() + (behind == null ? 0 : behind.unwritten.size());
    }

    /// The first copy at QoS 0 of a queue on disk, which is in memory all the same; null if there
    /// is none.
    public @Nullable Copy firstUnwritten() {
        return behind == null ? null : behind.unwritten.first();
    }

    /// The bytes of those.
    public long bytesUnwritten() {
        return behind == null ? 0 : behind.unwritten.bytes();
    }

    /// How many of them are on disk alone.
    public long messagesOnDisk() {
        return behind == null ? 0 : behind.messages;
    }

    public long bytesOnDisk() {
        return behind == null ? 0 : behind.bytes;
    }

    /// No copy on disk alone is before this sequence.
    long firstOnDisk() {
        return behind == null ? 0 : behind.from;
    }

    boolean contains(Copy copy) {
        return head.contains(copy)
                || (behind != null
                        && (behind.tail.contains(copy) || behind.unwritten.contains(copy)));
    }

    /// Calls `action` for each copy in memory; it may take the copy away.
    void forEach(Consumer<Copy> action) {
        forEach(head, action);
        if (behind != null) {
            forEach(behind.tail, action);
            forEach(behind.unwritten, action);
        }
    }

    static void forEach(CopyList copies, Consumer<Copy> action) {
        for (Copy copy = copies.first(); copy != null; ) {
            Copy next = copy.next;
            action.accept(copy);
            copy = next;
        }
    }

    // ---- in and out
    // -------------------------------------------------------------------------------

    void addLast(Copy copy) {
        if (headMessagesMax == 0) {
            head.addLast(copy);
            return;
        }
        Behind more = behind;
        if (copy.qos() == QoS.AT_MOST_ONCE) {
            behind().unwritten.addLast(copy);
        } else if (headHasRoom() && (more == null || (more.messages == 0 && more.tail.isEmpty()))) {
            head.addLast(copy);
        } else {
            behind().tail.addLast(copy);
        }
    }

    private Behind behind() {
        Behind more = behind;
        if (more == null) {
            more = new Behind();
            behind = more;
        }
        return more;
    }

    private boolean headHasRoom() {
        return isTaken && head.size() < headMessagesMax && head.bytes() < headBytesMax;
    }

    /// Moves all of `others`, which is in memory, to the head, in their order.
    void prepend(MessageQueue others) {
        for (Copy copy = others.head.last(); copy != null; copy = others.head.last()) {
            others.head.remove(copy);
            boolean written = headMessagesMax == 0 || copy.qos() != QoS.AT_MOST_ONCE;
            (written ? head : behind().unwritten).addFirst(copy);
        }
    }

    void remove(Copy copy) {
        if (behind != null && behind.tail.contains(copy)) {
            behind.tail.remove(copy);
        } else if (behind != null && behind.unwritten.contains(copy)) {
            behind.unwritten.remove(copy);
        } else {
            head.remove(copy);
        }
    }

    // ---- between memory and disk
    // --------------------------------------------------------------------

    /// Somebody takes from it from now on, so it keeps a head in memory; or nobody does.
    void isTaken(boolean taken) {
        isTaken = taken;
        leaving = !taken && headMessagesMax > 0 && !head.isEmpty();
    }

    /// Whether [#settle] has something to do, now or later.
    boolean isUnsettled() {
        return leaving || (behind != null && !behind.tail.isEmpty());
    }

    /// Lets go of what is durable, but for what the head has room for: of at most `most` copies.
    /// Returns of how many; if that is `most`, there may be more.
    int settle(long durable, int most) {
        int settled = 0;
        // From behind: what is on disk alone has no gap.
        Copy last = leaving ? head.last() : null;
        while (settled < most
                && last != null
                && last.writtenAt() <= durable
                && last.sequence() >= inMemoryBefore) {
            settled++;
            head.remove(last);
            Behind more = behind();
            more.from = last.sequence();
            more.messages++;
            more.bytes += last.message().bytes();
            last = head.last();
        }
        leaving &= last != null && last.sequence() >= inMemoryBefore;
        Behind more = behind;
        Copy copy = more == null ? null : more.tail.first();
        while (settled < most && more != null && copy != null && copy.writtenAt() <= durable) {
            settled++;
            more.tail.remove(copy);
            if (more.messages == 0 && headHasRoom()) {
                head.addLast(copy);
            } else {
                more.from = more.messages == 0 ? copy.sequence() : more.from;
                more.messages++;
                more.bytes += copy.message().bytes();
            }
            copy = more.tail.first();
        }
        return settled;
    }

    /// A copy that a start has read: it is before what is left on disk.
    void recover(Copy copy) {
        head.addLast(copy);
    }

    /// A start has found a copy in flight that stands before this sequence in the store: what is
    /// read from disk must begin behind it.
    void isReadBehind(long sequence) {
        inMemoryBefore = Math.max(inMemoryBefore, sequence);
    }

    /// What is left on disk at a start.
    void recoverOnDisk(long from, long messages, long bytes) {
        Behind more = behind();
        more.from = from;
        more.messages = messages;
        more.bytes = bytes;
    }

    /// Copies that were sent ahead of the queue have their place before this sequence.
    void isNotBefore(long sequence) {
        if (behind != null) {
            behind.from = Math.max(behind.from, sequence);
        }
    }

    /// Whether it should be read on, for who takes from it.
    boolean wantsMore() {
        return isTaken
                && behind != null
                && behind.messages > 0
                && head.size() * 2 < headMessagesMax
                && head.bytes() * 2 < headBytesMax;
    }

    /// The next copy that was on disk alone is in memory, too.
    void loaded(Copy copy) {
        Behind more = behind();
        if (more.messages == 0 || copy.sequence() < more.from) {
            throw new IllegalStateException(
                    "%d on disk from %d on, given was %d"
                            .formatted(more.messages, more.from, copy.sequence()));
        }
        head.addLast(copy);
        more.from = copy.sequence() + 1;
        more.messages--;
        more.bytes -= copy.message().bytes();
        leaving |= !isTaken;
    }
}
