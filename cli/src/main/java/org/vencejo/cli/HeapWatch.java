package org.vencejo.cli;

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
/// at all of it: a broker that needs 20 MB would take a quarter of the machine in time. What was in
/// use may be so no longer, as after a flood, so it is looked at now and then as well. All of this
/// takes about three thousandths of the time at most, as everybody waits meanwhile; a heap with
/// much in it is left to the collector. Confined to its thread.
final class HeapWatch {
    private static final String OLD = "Tenured Gen";
    private static final String OF_ALL = "MarkSweepCompact";
    private static final long GARBAGE_BYTES = 48L << 20;
    private static final long USED_BYTES_MAX = 512L << 20;
    private static final int LOOKS_EVERY_SECONDS = 2;
    private static final long AGAIN_MILLIS_LEAST = TimeUnit.MINUTES.toMillis(2);
    private static final long AGAIN_FACTOR = 300;

    /// How much longer than the last collection the next one may be thought to take.
    private static final double LONGER_MAX = 4;

    private final MemoryPoolMXBean pool;
    private final @Nullable GarbageCollectorMXBean collector;
    private long collections;
    private long collectedMillis;
    private long pauseMillis;
    private boolean looks;
    private boolean lookedAlready;
    private long collectedNanos = System.nanoTime();

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
        lookAtCollections();
        long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - collectedNanos);
        if (isToBeCollected(used, inUse, lookedAlready, since, pauseMillis)) {
            looks = !hasGrown(used, inUse);
            System.gc();
        }
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

    /// Whether a heap of which `usedBytes` are taken is worth a collection. `inUseBytes` were in
    /// use when it was last collected, `sinceMillis` ago, which took `pauseMillis`; `lookedAlready`
    /// says that this was done though it had not grown.
    static boolean isToBeCollected(
            long usedBytes,
            long inUseBytes,
            boolean lookedAlready,
            long sinceMillis,
            long pauseMillis) {
        double longer = Math.clamp((double) usedBytes / inUseBytes, 1, LONGER_MAX);
        if (usedBytes > USED_BYTES_MAX || sinceMillis <= AGAIN_FACTOR * pauseMillis * longer) {
            return false;
        }
        // What was in use then may be so no longer; one look will do until it has changed.
        long doubtful = lookedAlready ? usedBytes - inUseBytes : usedBytes;
        return hasGrown(usedBytes, inUseBytes)
                || (doubtful > GARBAGE_BYTES && sinceMillis > AGAIN_MILLIS_LEAST);
    }

    private static boolean hasGrown(long usedBytes, long inUseBytes) {
        return usedBytes - inUseBytes > Math.max(inUseBytes / 2, GARBAGE_BYTES);
    }
}
