package org.vencejo.broker;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.ScheduledFuture;
import java.lang.reflect.Proxy;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Threads of which one runs at a time: at each [#point] chance says who is next, so that a seed
/// repeats how they came between each other's steps.
///
/// What one strand did is seen by the next as the baton is handed on by a semaphore. So this finds
/// wrong orders of steps; what only processors that see writes late would show, it does not.
final class Strands implements AutoCloseable {
    private static final long STUCK_SECONDS = 20;

    private final SplittableRandom chance;
    private final List<Strand> all = new ArrayList<>();
    private final Semaphore quiet = new Semaphore(0);

    @SuppressWarnings("ThreadLocalUsage") // each set of strands has its own, and ends with them
    private final ThreadLocal<Strand> current = new ThreadLocal<>();

    private @Nullable Throwable failure;

    Strands(long seed) {
        this.chance = new SplittableRandom(seed);
    }

    /// A thread of its own with a queue of tasks; `afterEach` runs behind each of them.
    Strand strand(Runnable afterEach) {
        Strand strand = new Strand(afterEach);
        all.add(strand);
        return strand;
    }

    /// Lets all run until none has anything to do, but those that are frozen.
    void run() throws InterruptedException {
        Strand first = pick();
        if (first != null) {
            first.baton.release();
            if (!quiet.tryAcquire(STUCK_SECONDS, TimeUnit.SECONDS)) {
                throw new AssertionError("the strands do not come to an end");
            }
        }
        Throwable failed = failure;
        if (failed != null) {
            throw new AssertionError("a strand failed", failed);
        }
    }

    /// A place where others may come between.
    void point() {
        Strand strand = current.get();
        if (strand == null) {
            return;
        }
        Strand next = pick();
        if (next != strand) {
            (next == null ? quiet : next.baton).release();
            strand.baton.acquireUninterruptibly();
        }
    }

    @Nullable Strand current() {
        return current.get();
    }

    private @Nullable Strand pick() {
        int ready = 0;
        for (Strand strand : all) {
            ready += strand.isReady() ? 1 : 0;
        }
        if (ready == 0) {
            return null;
        }
        int chosen = chance.nextInt(ready);
        for (Strand strand : all) {
            if (strand.isReady() && chosen-- == 0) {
                return strand;
            }
        }
        throw new IllegalStateException("nobody is ready");
    }

    @Override
    public void close() {
        all.forEach(strand -> strand.thread.interrupt());
    }

    /// One of the threads, which an event loop can be made of. Touched only by who has the baton.
    final class Strand {
        private final Semaphore baton = new Semaphore(0);
        private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
        private final List<Later> later = new ArrayList<>();
        private final Thread thread;
        private boolean inTask;
        private boolean frozen;

        private Strand(Runnable afterEach) {
            thread = Thread.ofPlatform().daemon().start(() -> work(afterEach));
        }

        private record Later(Runnable task, long nanos) {}

        private boolean isReady() {
            return !frozen && (inTask || !tasks.isEmpty());
        }

        void execute(Runnable task) {
            tasks.add(task);
            point();
        }

        /// Whether it gets no turn though it has something to do.
        void freeze(boolean asked) {
            frozen = asked;
        }

        /// In how many nanoseconds from its arming the next timer goes off, or `Long.MAX_VALUE`.
        long nextTimer() {
            return later.stream().mapToLong(Later::nanos).min().orElse(Long.MAX_VALUE);
        }

        /// Has all timers go off.
        void timersGoOff() {
            later.forEach(timer -> tasks.add(timer.task()));
            later.clear();
        }

        private void work(Runnable afterEach) {
            current.set(this);
            try {
                while (true) {
                    baton.acquire();
                    while (!tasks.isEmpty() && !frozen) {
                        inTask = true;
                        try {
                            tasks.remove().run();
                            afterEach.run();
                        } catch (Throwable thrown) {
                            failure = thrown;
                        }
                        point();
                        inTask = false;
                    }
                    Strand next = pick();
                    (next == null ? quiet : next.baton).release();
                }
            } catch (InterruptedException ended) {
                // closed
            }
        }

        EventLoop asEventLoop() {
            return (EventLoop)
                    Proxy.newProxyInstance(
                            EventLoop.class.getClassLoader(),
                            new Class<?>[] {EventLoop.class},
                            (proxy, method, arguments) ->
                                    switch (method.getName()) {
                                        case "execute" -> {
                                            execute((Runnable) arguments[0]);
                                            yield null;
                                        }
                                        case "schedule" ->
                                                schedule(
                                                        (Runnable) arguments[0],
                                                        (long) arguments[1]);
                                        case "inEventLoop" -> current.get() == this;
                                        default ->
                                                throw new UnsupportedOperationException(
                                                        method.toString());
                                    });
        }

        private Object schedule(Runnable task, long nanos) {
            Later timer = new Later(task, nanos);
            if (nanos <= 0) {
                tasks.add(task); // it goes off by itself, behind what is there
            } else {
                later.add(timer);
            }
            return Proxy.newProxyInstance(
                    ScheduledFuture.class.getClassLoader(),
                    new Class<?>[] {ScheduledFuture.class},
                    (proxy, method, arguments) -> {
                        if (!method.getName().equals("cancel")) {
                            throw new UnsupportedOperationException(method.toString());
                        }
                        return later.remove(timer);
                    });
        }
    }
}
