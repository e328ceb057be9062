package org.vencejo.core;

import org.vencejo.core.session.Copy;
import org.vencejo.core.session.Fate;
import org.vencejo.core.session.Message;
import org.vencejo.core.session.MessageQueue;
import org.vencejo.core.session.OutboundFlow;
import org.vencejo.protocol.QoS;

/// What the queue of one session may hold, and what gives way when it is full (B37).
///
/// Part of the core: touched only by whoever runs it.
final class QueueLimit {
    private static final int READS_OVER = 16;

    private final Turn turn;
    private final ServerSession session;
    private final MessageQueue queue;
    private boolean told;
    private boolean overfull;

    /// A message was taken for which the oldest on disk are to give way.
    private boolean owesRoom;

    QueueLimit(Turn turn, ServerSession session) {
        this.turn = turn;
        this.session = session;
        this.queue = session.state().outbound().queue();
    }

    /// Makes room for a message, if the policy lets something else give way; returns whether there
    /// is room.
    boolean makeRoomFor(Message message, QoS qos) {
        if (onDisk() && qos == QoS.AT_MOST_ONCE && !makeRoomInMemoryFor(message)) {
            return false;
        }
        if (!isFullFor(message)) {
            return true;
        }
        tell();
        switch (turn.settings.queueFullPolicy()) {
            case DROP_OLDEST -> {
                if (couldHaveRoomFor(message)) {
                    dropOldestFor(message.bytes(), 1);
                    if (isFullFor(message) && queue.messagesOnDisk() > 0) {
                        owesRoom = true;
                        readOldestFor(message.bytes(), 1);
                        return !isFarTooFullFor(message);
                    }
                }
            }
            case DROP_NEWEST -> {}
            case END_SESSION -> endSession();
        }
        return !isFullFor(message);
    }

    /// Messages at QoS 0 never go to disk, so in a queue on disk they are under the limits of those
    /// in memory, too; among themselves, as no other of the queue would make room there.
    private boolean makeRoomInMemoryFor(Message message) {
        if (!isMemoryFullFor(message)) {
            return true;
        }
        tell();
        switch (turn.settings.queueFullPolicy()) {
            case DROP_OLDEST -> {
                Copy oldest = couldHaveRoomInMemoryFor(message) ? queue.firstUnwritten() : null;
                while (oldest != null && isMemoryFullFor(message)) {
                    session.state().outbound().drop(oldest, Fate.QUEUE_FULL);
                    oldest = queue.firstUnwritten();
                }
            }
            case DROP_NEWEST -> {}
            case END_SESSION -> endSession();
        }
        return !isMemoryFullFor(message);
    }

    private void endSession() {
        if (!overfull) {
            overfull = true;
            turn.overfull.add(session);
        }
    }

    private void dropOldestFor(long moreBytes, int moreMessages) {
        Copy oldest = queue.first();
        while (oldest != null && isFullFor(moreBytes, moreMessages)) {
            session.state().outbound().drop(oldest, Fate.QUEUE_FULL);
            oldest = queue.first();
        }
    }

    /// More of the queue is in memory: what is to give way does. A queue that is longer than its
    /// limit only since a start found in it what was in flight stays so until a message comes.
    void trim() {
        if (owesRoom) {
            dropOldestFor(0, 0);
            owesRoom = isFullFor(0, 0);
            if (owesRoom) {
                readOldestFor(0, 0);
            }
        }
    }

    // Those that are to give way have to be read first. Of who is away no more is read than that,
    // as nobody takes the others.
    private void readOldestFor(long moreBytes, int moreMessages) {
        OutboundFlow outbound = session.state().outbound();
        long messages = queue.size() + moreMessages - turn.limits.storedQueuedMessagesMax();
        long bytes = queue.bytes() + moreBytes - turn.limits.storedQueuedBytesMax();
        boolean all = outbound.isConnected() || (messages > 0 && bytes > 0);
        outbound.read(
                all || messages <= 0 ? Long.MAX_VALUE : messages,
                all || bytes <= 0 ? Long.MAX_VALUE : bytes);
    }

    private void tell() {
        if (!told) {
            told = true;
            turn.outbox()
                    .event(
                            new Event.QueueFull(
                                    session.state().clientIdentifier(),
                                    queue.size(),
                                    queue.bytes()));
        }
    }

    /// The queue has drained, perhaps: then the next time that it is full is told again.
    void look() {
        if (queue.isEmpty()) {
            told = false;
        }
    }

    // Nothing is dropped in vain: for a message above the limit, or when others fill the memory.
    private boolean couldHaveRoomFor(Message message) {
        if (onDisk()) {
            return message.bytes() <= turn.limits.storedQueuedBytesMax();
        }
        return couldHaveRoomInMemoryFor(message);
    }

    private boolean couldHaveRoomInMemoryFor(Message message) {
        long own = onDisk() ? queue.bytesUnwritten() : queue.bytes();
        long others = turn.accounting.queuedBytesInMemory() - own;
        return message.bytes() <= turn.limits.queuedBytesMax()
                && others + message.bytes() <= turn.limits.queuedBytesInAllMax();
    }

    private boolean isMemoryFullFor(Message message) {
        Limits limits = turn.limits;
        return queue.atMostOnce() + 1 > limits.queuedMessagesMax()
                || queue.bytesUnwritten() + message.bytes() > limits.queuedBytesMax()
                || turn.accounting.queuedBytesInMemory() + message.bytes()
                        > limits.queuedBytesInAllMax();
    }

    private boolean onDisk() {
        return session.state().flows().isOnDisk();
    }

    private boolean isFullFor(Message message) {
        return isFullFor(message.bytes(), 1);
    }

    private boolean isFullFor(long moreBytes, int moreMessages) {
        Limits limits = turn.limits;
        long messages = queue.size() + moreMessages;
        long bytes = queue.bytes() + moreBytes;
        if (onDisk()) {
            return messages > limits.storedQueuedMessagesMax()
                    || bytes > limits.storedQueuedBytesMax();
        }
        return messages > limits.queuedMessagesMax()
                || bytes > limits.queuedBytesMax()
                || turn.accounting.queuedBytesInMemory() + moreBytes > limits.queuedBytesInAllMax();
    }

    // While the oldest are being read, a queue may be longer than its limit by a few reads.
    private boolean isFarTooFullFor(Message message) {
        Limits limits = turn.limits;
        return queue.size()
                        >= limits.storedQueuedMessagesMax()
                                + (long) READS_OVER * limits.queueReadMessagesMax()
                || queue.bytes() + message.bytes()
                        > limits.storedQueuedBytesMax()
                                + (long) READS_OVER * limits.queueReadBytesMax();
    }
}
