package org.vencejo.storage;

import io.netty.buffer.ByteBuf;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Mutation.SessionConnected;
import org.vencejo.core.Mutation.SessionDisconnected;
import org.vencejo.protocol.Will;

/// What the writer keeps in memory of each session, so that a change need not read: its STATE in
/// the store. Confined to whoever writes.
///
/// The counters of the queue go with each batch that touches it, so that limits and fates are right
/// after a start without a look at the entries.
final class SessionRecord {
    private static final int CONNECTED = 1;
    private static final int DISCONNECTED = 1 << 1;
    private static final int ENDING = 1 << 2;
    private static final int ENDED = 1 << 3;
    private static final int OWNED = 1 << 4;
    private static final int HAS_WILL = 1 << 5;

    final long number;

    // For the session
    boolean owned;
    boolean ending;
    long endingFrom;
    long endingSentUpTo;
    boolean ended;

    /// Of an ended session: no entry below refers to a message any more.
    long dereferencedTo;

    // Since the last CONNECT
    boolean connected;
    long epoch;
    long sessionExpiryInterval;
    int receiveMaximum;
    boolean hasWill;

    // Since its end
    boolean disconnected;
    long disconnectedMillis;
    long disconnectedExpiryInterval;
    long sentUpTo;

    // The queue: no entry is below `head` or at `end` or above. The first may be later than `head`,
    // which stops at a gap; a start moves it to where it finds the first.
    long head;
    long end;
    long messages;
    long bytes;
    long shared;

    /// How many entries refer to numbered messages.
    long references;

    /// The sequences that have a RELEASED record; null as long as there was none.
    private @Nullable Set<Long> released;

    /// Whether the record is to be written with the group at hand.
    boolean touched;

    SessionRecord(long number) {
        this.number = number;
    }

    boolean isReleased(long sequence) {
        return released != null && released.contains(sequence);
    }

    /// Notes a PUBREC; returns whether it is the first for this sequence.
    boolean release(long sequence) {
        if (released == null) {
            released = new HashSet<>();
        }
        return released.add(sequence);
    }

    /// Returns whether the sequence had a RELEASED record.
    boolean forgetReleased(long sequence) {
        return released != null && released.remove(sequence);
    }

    boolean hasReleased() {
        return released != null && !released.isEmpty();
    }

    long lastReleased() {
        long last = -1;
        if (released != null) {
            for (long each : released) {
                last = Math.max(last, each);
            }
        }
        return last;
    }

    void enqueued(long sequence, long messageBytes, boolean isShared, boolean isReference) {
        head = messages == 0 ? sequence : Math.min(head, sequence);
        end = Math.max(end, sequence + 1);
        messages++;
        bytes += messageBytes;
        shared += isShared ? 1 : 0;
        references += isReference ? 1 : 0;
    }

    /// Returns whether there can have been such an entry.
    boolean dequeued(long sequence, long messageBytes, boolean isShared, boolean isReference) {
        boolean inside = sequence >= head && sequence < end;
        messages--;
        bytes -= messageBytes;
        shared -= isShared ? 1 : 0;
        references -= isReference ? 1 : 0;
        head = messages == 0 ? end : sequence == head ? head + 1 : head;
        return inside
                && messages >= 0
                && bytes >= 0
                && shared >= 0
                && references >= 0
                && (messages > 0 || (bytes == 0 && shared == 0 && references == 0));
    }

    SessionConnected toConnected(@Nullable Will will) {
        return new SessionConnected(number, epoch, sessionExpiryInterval, receiveMaximum, will);
    }

    @Nullable SessionDisconnected toDisconnected() {
        return disconnected
                ? new SessionDisconnected(
                        number, disconnectedMillis, disconnectedExpiryInterval, sentUpTo)
                : null;
    }

    void write(ByteBuf out) {
        out.writeByte(
                (connected ? CONNECTED : 0)
                        | (disconnected ? DISCONNECTED : 0)
                        | (ending ? ENDING : 0)
                        | (ended ? ENDED : 0)
                        | (owned ? OWNED : 0)
                        | (hasWill ? HAS_WILL : 0));
        if (connected) {
            Records.writeNumber(epoch, out);
            Records.writeNumber(sessionExpiryInterval, out);
            Records.writeNumber(receiveMaximum, out);
        }
        if (disconnected) {
            Records.writeNumber(disconnectedMillis, out);
            Records.writeNumber(disconnectedExpiryInterval, out);
            Records.writeNumber(sentUpTo, out);
        }
        if (ending) {
            Records.writeNumber(endingFrom, out);
        }
        if (ended) {
            Records.writeNumber(dereferencedTo, out);
        }
        Records.writeNumber(head, out);
        Records.writeNumber(end, out);
        Records.writeNumber(messages, out);
        Records.writeNumber(bytes, out);
        Records.writeNumber(shared, out);
        Records.writeNumber(references, out);
        if (ending) {
            Records.writeNumber(endingSentUpTo, out);
        }
    }

    static SessionRecord read(long number, ByteBuf in) {
        SessionRecord record = new SessionRecord(number);
        int flags = in.readByte();
        record.connected = (flags & CONNECTED) != 0;
        record.disconnected = (flags & DISCONNECTED) != 0;
        record.ending = (flags & ENDING) != 0;
        record.ended = (flags & ENDED) != 0;
        record.owned = (flags & OWNED) != 0;
        record.hasWill = (flags & HAS_WILL) != 0;
        if (record.connected) {
            record.epoch = Records.readNumber(in);
            record.sessionExpiryInterval = Records.readNumber(in);
            record.receiveMaximum = (int) Records.readNumber(in);
        }
        if (record.disconnected) {
            record.disconnectedMillis = Records.readNumber(in);
            record.disconnectedExpiryInterval = Records.readNumber(in);
            record.sentUpTo = Records.readNumber(in);
        }
        if (record.ending) {
            record.endingFrom = Records.readNumber(in);
        }
        if (record.ended) {
            record.dereferencedTo = Records.readNumber(in);
        }
        record.head = Records.readNumber(in);
        record.end = Records.readNumber(in);
        record.messages = Records.readNumber(in);
        record.bytes = Records.readNumber(in);
        record.shared = Records.readNumber(in);
        record.references = Records.readNumber(in);
        if (record.ending && in.isReadable()) { // a store that knows nothing of it tells nothing
            record.endingSentUpTo = Records.readNumber(in);
        }
        return record;
    }
}
