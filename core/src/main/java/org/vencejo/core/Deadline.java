package org.vencejo.core;

/// A time at which something is to be done, if it is set. Part of the core: touched only by whoever
/// runs it.
final class Deadline {
    static final int NOT_SET = -1;

    final Runnable action;
    final boolean isSlice;
    long atNanos;
    int index = NOT_SET;

    Deadline(Runnable action) {
        this(action, false);
    }

    private Deadline(Runnable action, boolean isSlice) {
        this.action = action;
        this.isSlice = isSlice;
    }

    /// A deadline whose action is one slice of long work: nothing else is done in its call.
    static Deadline ofSlice(Runnable action) {
        return new Deadline(action, true);
    }

    boolean isSet() {
        return index != NOT_SET;
    }
}
