package org.vencejo.core;

import org.vencejo.core.session.Copy;
import org.vencejo.core.session.Fate;
import org.vencejo.core.session.Message;
import org.vencejo.core.session.MessageQueue;

/// What the queue of one session may hold, and what gives way when it is full (B37).
///
/// Part of the core: touched only by whoever runs it.
final class QueueLimit {
    private final Turn turn;
    private final ServerSession session;
    private final MessageQueue queue;
    private boolean told;
    private boolean overfull;

    QueueLimit(Turn turn, ServerSession session) {
        this.turn = turn;
        this.session = session;
        this.queue = session.state().outbound().queue();
    }

    /// Makes room for a message, if the policy lets something else give way; returns whether there
    /// is room.
    boolean makeRoomFor(Message message) {
        if (!isFullFor(message)) {
            return true;
        }
        tell();
        switch (turn.settings.queueFullPolicy()) {
            case DROP_OLDEST -> {
                Copy oldest = couldHaveRoomFor(message) ? queue.first() : null;
                while (oldest != null && isFullFor(message)) {
                    session.state().outbound().drop(oldest, Fate.QUEUE_FULL);
                    oldest = queue.first();
                }
            }
            case DROP_NEWEST -> {}
            case END_SESSION -> {
                if (!overfull) {
                    overfull = true;
                    turn.overfull.add(session);
                }
            }
        }
        return !isFullFor(message);
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
        long others = turn.accounting.queuedBytes() - queue.bytes();
        return message.bytes() <= turn.limits.queuedBytesMax()
                && others + message.bytes() <= turn.limits.queuedBytesInAllMax();
    }

    private boolean isFullFor(Message message) {
        long bytes = message.bytes();
        return queue.isFullFor(bytes, turn.limits.queuedMessagesMax(), turn.limits.queuedBytesMax())
                || turn.accounting.queuedBytes() + bytes > turn.limits.queuedBytesInAllMax();
    }
}
