package org.vencejo.core;

/// A time at which something is to be done, if it is set. Part of the core: touched only by whoever
/// runs it.
abstract class Deadline {
    static final int NOT_SET = -1;

    long atNanos;
    int index = NOT_SET;

    static Deadline of(Runnable action) {
        return new Action(action, false);
    }

    /// A deadline whose action is one slice of long work: nothing else is done in its call.
    static Deadline ofSlice(Runnable action) {
        return new Action(action, true);
    }

    /// Its time has come.
    abstract void reached();

    boolean isSlice() {
        return false;
    }

    final boolean isSet() {
        return index != NOT_SET;
    }

    private static final class Action extends Deadline {
        private final Runnable action;
        private final boolean isSlice;

        Action(Runnable action, boolean isSlice) {
            this.action = action;
            this.isSlice = isSlice;
        }

        @Override
        void reached() {
            action.run();
        }

        @Override
        boolean isSlice() {
            return isSlice;
        }
    }
}
