package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.vencejo.core.Journal;

/// What a journal has told, in order. Thread-safe.
final class Told implements Journal.Listener {
    private static final long BOUND_SECONDS = 30;

    private final LinkedBlockingQueue<Object> told = new LinkedBlockingQueue<>();

    private volatile long lastDurable;

    /// A reason to be unavailable.
    record Unavailable(String reason) {}

    @Override
    public void durable(long upTo) {
        lastDurable = upTo;
        told.add(upTo);
    }

    @Override
    public void unavailable(String reason, boolean stillWrites) {
        told.add(new Unavailable(reason));
    }

    @Override
    public void available() {
        told.add("available");
    }

    /// The next thing that it tells.
    Object next() throws InterruptedException {
        Object next = told.poll(BOUND_SECONDS, TimeUnit.SECONDS);
        assertThat(next).as("what the journal tells next").isNotNull();
        return next;
    }

    /// Waits until all up to `upTo` is durable.
    void awaitDurable(long upTo) throws InterruptedException {
        Object last = 0L;
        while (!(last instanceof Long number && number >= upTo)) {
            last = next();
        }
        assertThat(last).isEqualTo(upTo);
    }

    void awaitUnavailable() throws InterruptedException {
        Object next = next();
        while (!(next instanceof Unavailable)) {
            next = next();
        }
    }

    void awaitAvailable() throws InterruptedException {
        Object next = next();
        while (!next.equals("available")) {
            next = next();
        }
    }

    /// The number up to which all was durable in the end.
    long last() {
        return lastDurable;
    }

    boolean isSilent() {
        return told.isEmpty();
    }
}
