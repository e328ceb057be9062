package org.vencejo.core.session;

import org.jspecify.annotations.Nullable;

/// Copies that wait for their turn, in order, up to a number and a sum of bytes.
///
/// Touched only by whoever runs the session.
public final class MessageQueue {
    private final CopyList copies = new CopyList();

    public @Nullable Copy first() {
        return copies.first();
    }

    public boolean isEmpty() {
        return copies.isEmpty();
    }

    public int size() {
        return copies.size();
    }

    public long bytes() {
        return copies.bytes();
    }

    /// How many of them are of QoS 0.
    public int atMostOnce() {
        return copies.atMostOnce();
    }

    /// Whether one more message of `bytes` would go beyond a limit.
    public boolean isFullFor(long moreBytes, long messagesMax, long bytesMax) {
        return copies.size() >= messagesMax || copies.bytes() + moreBytes > bytesMax;
    }

    void addLast(Copy copy) {
        copies.addLast(copy);
    }

    /// Moves all of `others` to the head, in their order.
    void prepend(MessageQueue others) {
        for (Copy copy = others.copies.last(); copy != null; copy = others.copies.last()) {
            others.copies.remove(copy);
            copies.addFirst(copy);
        }
    }

    void remove(Copy copy) {
        copies.remove(copy);
    }

    boolean contains(Copy copy) {
        return copies.contains(copy);
    }
}
