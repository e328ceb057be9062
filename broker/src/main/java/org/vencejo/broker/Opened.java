package org.vencejo.broker;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/// What a start has opened so far. Confined to one thread.
///
/// Unless the start comes to its end and says so, all is closed again, the last first, whatever one
/// of them says to that.
final class Opened implements AutoCloseable {
    private final Deque<Runnable> closers = new ArrayDeque<>();

    /// Takes what has just been opened.
    <T> T add(T thing, Consumer<? super T> close) {
        closers.push(() -> close.accept(thing));
        return thing;
    }

    /// The start came to its end: all stays open.
    void keep() {
        closers.clear();
    }

    @Override
    public void close() {
        RuntimeException first = null;
        while (!closers.isEmpty()) {
            try {
                closers.pop().run();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
