package org.vencejo.testing.interop;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// What came and was not looked at yet. Thread-safe.
final class Arrivals<T> {
    private static final long WAIT_SECONDS = 30;

    private final LinkedBlockingQueue<T> queue = new LinkedBlockingQueue<>();
    private final String what;

    Arrivals(String what) {
        this.what = what;
    }

    void add(T arrived) {
        queue.add(arrived);
    }

    /// The next one; fails if none comes in time.
    T next() throws InterruptedException {
        T arrived = queue.poll(WAIT_SECONDS, TimeUnit.SECONDS);
        if (arrived == null) {
            throw new AssertionError("no " + what + " came in " + WAIT_SECONDS + " s");
        }
        return arrived;
    }
}
