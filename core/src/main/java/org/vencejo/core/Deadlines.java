package org.vencejo.core;

import java.util.ArrayList;
import java.util.List;

/// All deadlines that are set, the next one first. Part of the core: touched only by whoever runs
/// it.
///
/// A binary heap in which each deadline knows its place, so that it is moved and cancelled in a few
/// steps and a cancelled one holds nothing alive. Times are compared by difference, as nanoseconds
/// may wrap.
final class Deadlines {
    private final List<Deadline> heap = new ArrayList<>();

    /// Sets or moves `deadline`.
    void set(Deadline deadline, long atNanos) {
        if (!deadline.isSet()) {
            deadline.index = heap.size();
            heap.add(deadline);
        }
        deadline.atNanos = atNanos;
        siftUp(deadline);
        siftDown(deadline);
    }

    void cancel(Deadline deadline) {
        if (!deadline.isSet()) {
            return;
        }
        Deadline last = heap.removeLast();
        if (last != deadline) {
            place(last, deadline.index);
            siftUp(last);
            siftDown(last);
        }
        deadline.index = Deadline.NOT_SET;
    }

    /// When the next one is due, or `Long.MAX_VALUE`.
    long next() {
        return heap.isEmpty() ? Long.MAX_VALUE : heap.getFirst().atNanos;
    }

    boolean isDue(long nowNanos) {
        return !heap.isEmpty() && heap.getFirst().atNanos - nowNanos <= 0;
    }

    /// Takes the next one, which must be there.
    Deadline take() {
        Deadline first = heap.getFirst();
        cancel(first);
        return first;
    }

    int size() {
        return heap.size();
    }

    private void siftUp(Deadline deadline) {
        int index = deadline.index;
        while (index > 0) {
            Deadline parent = heap.get((index - 1) / 2);
            if (parent.atNanos - deadline.atNanos <= 0) {
                break;
            }
            int parentIndex = parent.index;
            place(parent, index);
            index = parentIndex;
        }
        place(deadline, index);
    }

    private void siftDown(Deadline deadline) {
        int index = deadline.index;
        while (2 * index + 1 < heap.size()) {
            Deadline child = heap.get(2 * index + 1);
            if (2 * index + 2 < heap.size()
                    && heap.get(2 * index + 2).atNanos - child.atNanos < 0) {
                child = heap.get(2 * index + 2);
            }
            if (deadline.atNanos - child.atNanos <= 0) {
                break;
            }
            int childIndex = child.index;
            place(child, index);
            index = childIndex;
        }
        place(deadline, index);
    }

    private void place(Deadline deadline, int index) {
        heap.set(index, deadline);
        deadline.index = index;
    }
}
