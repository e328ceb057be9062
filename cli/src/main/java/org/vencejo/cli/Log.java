package org.vencejo.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.event.Level;

/// Where log lines go: a bounded queue, and behind it a thread that writes to a stream.
///
/// Thread-safe. Whoever logs never waits: event loops log, and standard error may be a pipe that
/// nobody reads. Lines that find the queue full, by their number or their bytes, are dropped and
/// counted, and the log says how many.
final class Log {
    static final Log STANDARD_ERROR =
            new Log(new FileOutputStream(FileDescriptor.err), 10_000, 8 << 20);

    private static final int BATCH_MAX = 500;

    /// A line to write, or a latch to open once all before it is written.
    private final BlockingQueue<Object> queue;

    private final long bytesMax;
    private final AtomicLong bytes = new AtomicLong();

    private final OutputStream out;
    private final AtomicLong dropped = new AtomicLong();
    private final Thread writer =
            Thread.ofPlatform().name("vencejo-log").daemon().unstarted(this::run);
    private volatile Level level = Level.WARN;
    private volatile boolean silent;

    /// A log that holds `linesMax` lines and `bytesMax` bytes of them until they are written.
    Log(OutputStream out, int linesMax, long bytesMax) {
        this.out = out;
        this.bytesMax = bytesMax;
        this.queue = new ArrayBlockingQueue<>(linesMax);
    }

    /// Takes lines from now on to the stream; until then they gather.
    void start() {
        writer.start();
    }

    /// Says from which level on lines are wanted; from warnings on until somebody says so.
    void level(Level least) {
        level = least;
    }

    /// Drops, while this is true, all lines that come, uncounted. They are made all the same.
    void silent(boolean whether) {
        silent = whether;
    }

    boolean isEnabled(Level asked) {
        return asked.toInt() >= level.toInt();
    }

    void write(String line) {
        if (silent) {
            return;
        }
        long size = bytesOf(line);
        if (bytes.addAndGet(size) > bytesMax || !queue.offer(line)) {
            bytes.addAndGet(-size);
            dropped.incrementAndGet();
        }
    }

    // At most: most lines take one byte for a character.
    private static long bytesOf(String line) {
        return 2L * line.length();
    }

    /// Waits until all that was logged before is written; returns whether it was, in this time.
    boolean flush(long nanos) {
        if (writer.getState() == Thread.State.NEW) {
            return queue.isEmpty();
        }
        CountDownLatch written = new CountDownLatch(1);
        long end = System.nanoTime() + nanos;
        try {
            return queue.offer(written, nanos, TimeUnit.NANOSECONDS)
                    && written.await(end - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void run() {
        List<Object> batch = new ArrayList<>();
        while (true) {
            try {
                batch.add(queue.take());
            } catch (InterruptedException e) {
                return;
            }
            queue.drainTo(batch, BATCH_MAX);
            write(batch);
            batch.clear();
        }
    }

    private void write(List<Object> batch) {
        StringBuilder text = new StringBuilder();
        long taken = 0;
        for (Object item : batch) {
            if (item instanceof String line) {
                text.append(line);
                taken += bytesOf(line);
            }
        }
        long lost = dropped.getAndSet(0);
        if (lost > 0) {
            text.append("... ")
                    .append(lost)
                    .append(" lines were dropped: the log was not read in time\n");
        }
        try {
            out.write(text.toString().getBytes(StandardCharsets.UTF_8));
            out.flush();
        } catch (IOException e) {
            // There is nobody left to tell.
        }
        bytes.addAndGet(-taken);
        for (Object item : batch) {
            if (item instanceof CountDownLatch written) {
                written.countDown();
            }
        }
    }
}
