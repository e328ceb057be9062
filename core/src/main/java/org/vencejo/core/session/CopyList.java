package org.vencejo.core.session;

import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.QoS;

/// Copies in order, linked through themselves, so that any of them leaves in one step.
///
/// Touched only by whoever runs the session.
final class CopyList {
    private @Nullable Copy first;
    private @Nullable Copy last;
    private int size;
    private long bytes;
    private int atMostOnce;

    @Nullable Copy first() {
        return first;
    }

    @Nullable Copy last() {
        return last;
    }

    int size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /// The bytes of the messages, as limits count them.
    long bytes() {
        return bytes;
    }

    /// How many are of QoS 0.
    int atMostOnce() {
        return atMostOnce;
    }

    void addLast(Copy copy) {
        join(copy);
        copy.previous = last;
        if (last == null) {
            first = copy;
        } else {
            last.next = copy;
        }
        last = copy;
    }

    void addFirst(Copy copy) {
        join(copy);
        copy.next = first;
        if (first == null) {
            last = copy;
        } else {
            first.previous = copy;
        }
        first = copy;
    }

    void remove(Copy copy) {
        if (copy.list != this) {
            throw new IllegalStateException("the copy stands in another list");
        }
        if (copy.previous == null) {
            first = copy.next;
        } else {
            copy.previous.next = copy.next;
        }
        if (copy.next == null) {
            last = copy.previous;
        } else {
            copy.next.previous = copy.previous;
        }
        copy.list = null;
        copy.previous = null;
        copy.next = null;
        size--;
        bytes -= copy.message().bytes();
        atMostOnce -= copy.qos() == QoS.AT_MOST_ONCE ? 1 : 0;
    }

    boolean contains(Copy copy) {
        return copy.list == this;
    }

    private void join(Copy copy) {
        if (copy.list != null) {
            throw new IllegalStateException("the copy stands in a list already");
        }
        copy.list = this;
        size++;
        bytes += copy.message().bytes();
        atMostOnce += copy.qos() == QoS.AT_MOST_ONCE ? 1 : 0;
    }
}
