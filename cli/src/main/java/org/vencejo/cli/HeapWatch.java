package org.vencejo.cli;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Has the heap collected when it has grown to half as much again as is in use.
///
/// The serial collector lets what it holds for old grow to the maximum of the heap before it looks
/// at all of it: a broker that needs 20 MB would take a quarter of the machine in time. A heap with
/// much in use is left to it, as looking at all of that takes long, and so is one that grows fast,
/// or much of one in a busy process: it may be in use, and whoever makes it grow should not have
/// all others wait as well. What was in use may be so no longer, as after a flood: that is looked
/// at now and then, for three thousandths of the time at most. Confined to its thread.
final class HeapWatch {
    private static final String OLD = "Tenured Gen";
    private static final String OF_ALL = "MarkSweepCompact";
    private static final long GARBAGE_BYTES = 48L << 20;
    private static final long IN_USE_BYTES_MAX = 192L << 20;
    private static final long LOOKED_AT_BYTES_MAX = 512L << 20;
    private static final int LOOKS_EVERY_SECONDS = 2;
    private static final long AGAIN_MILLIS_LEAST = TimeUnit.MINUTES.toMillis(2);
    private static final long AGAIN_FACTOR = 300;

    private static final long GROWN_BYTES_MAX = 16L << 20;

    /// What a busy process may have taken: with more there may be more in use than it is known.
    private static final long BUSY_USED_BYTES_MAX = 96L << 20;

    private final MemoryPoolMXBean pool;
    private final @Nullable GarbageCollectorMXBean collector;
    private long collections;
    private long collectedMillis;
    private long pauseMillis;
    private boolean looks;
    private boolean lookedAlready;
    private long collectedNanos = System.nanoTime();
    private long lastUsed;
    private long lastProcessorNanos;

    private HeapWatch(MemoryPoolMXBean pool) {
        this.pool = pool;
        this.collector =
                ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .filter(each -> each.getName().equals(OF_ALL))
                        .findAny()
                        .orElse(null);
    }

    /// Watches from now on, if the collector is the serial one.
    @SuppressWarnings("FutureReturnValueIgnored") // it goes on as long as the process
    static void start() {
        for (MemoryPoolMXBean each : ManagementFactory.getMemoryPoolMXBeans()) {
            if (each.getName().equals(OLD)) {
                ScheduledExecutorService thread =
                        Executors.newSingleThreadScheduledExecutor(task ->
                                Thread.ofPlatform().name("vencejo-heap").daemon().unstarted(task));
                thread.scheduleWithFixedDelay(
                        new HeapWatch(each)::look,
                        LOOKS_EVERY_SECONDS,
                        LOOKS_EVERY_SECONDS,
                        TimeUnit.SECONDS);
            }
        }
    }

    private void look() {
        MemoryUsage afterCollection = pool.getCollectionUsage();
        long inUse = afterCollection == null ? 0 : afterCollection.getUsed();
        long used = pool.getUsage().getUsed();
        long grown = used - lastUsed;
        boolean isBusy = isBusy();
        lookAtCollections();
        long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - collectedNanos);
        if (isToBeCollected(used, inUse, grown, isBusy)) {
            System.gc();
        } else if (!isBusy
                && isToBeLookedAt(used, inUse, grown, lookedAlready, since, pauseMillis)) {
            looks = true;
            System.gc();
        }
        lastUsed = used;
    }

    private void lookAtCollections() {
        if (collector != null && collector.getCollectionCount() != collections) {
            pauseMillis = collector.getCollectionTime() - collectedMillis;
            collections = collector.getCollectionCount();
            collectedMillis = collector.getCollectionTime();
            collectedNanos = System.nanoTime();
            lookedAlready = looks;
            looks = false;
        }
    }

    // More than half of a processor, since the last look.
    private boolean isBusy() {
        long now =
                ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
                        ? system.getProcessCpuTime()
                        : 0;
        long used = now - lastProcessorNanos;
        lastProcessorNanos = now;
        return used > TimeUnit.SECONDS.toNanos(LOOKS_EVERY_SECONDS) / 2;
    }

    /// Whether a heap that was collected `sinceMillis` ago, which took `pauseMillis`, is worth
    /// another look: what was in use then may not be any more. One look will do until it has
    /// changed.
    static boolean isToBeLookedAt(
            long usedBytes,
            long inUseBytes,
            long grownBytes,
            boolean lookedAlready,
            long sinceMillis,
            long pauseMillis) {
        return grownBytes <= GROWN_BYTES_MAX
                && usedBytes <= LOOKED_AT_BYTES_MAX
                && usedBytes - (lookedAlready ? inUseBytes : 0) > GARBAGE_BYTES
                && sinceMillis > Math.max(AGAIN_MILLIS_LEAST, AGAIN_FACTOR * pauseMillis);
    }

    /// Whether a heap of which `usedBytes` are taken, and `inUseBytes` were in use when it was last
    /// collected, is worth another collection, after it has grown by `grownBytes` since the last
    /// look, in a process that is busy or not.
    static boolean isToBeCollected(
            long usedBytes, long inUseBytes, long grownBytes, boolean isBusy) {
        long garbage = usedBytes - inUseBytes;
        return grownBytes <= GROWN_BYTES_MAX
                && (!isBusy || usedBytes <= BUSY_USED_BYTES_MAX)
                && inUseBytes <= IN_USE_BYTES_MAX
                && garbage > Math.max(inUseBytes / 2, GARBAGE_BYTES);
    }
}
