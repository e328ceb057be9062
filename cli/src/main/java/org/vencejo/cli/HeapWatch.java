package org.vencejo.cli;

import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Has the heap collected when it has grown to half as much again as is in use.
///
/// The serial collector lets what it holds for old grow to the maximum of the heap before it looks
/// at all of it: a broker that needs 20 MB would take a quarter of the machine in time. What is in
/// use is what was when it was collected, and what the broker counts more or less since then. Not
/// all of it is counted, so the heap is looked at now and then even if little seems to be free.
/// Everybody waits meanwhile, so this takes three thousandths of the time at most, somewhat more
/// where it gives back much more than it has to look at; a heap with much in use is left to the
/// collector. Confined to its thread.
final class HeapWatch {
    private static final String OLD = "Tenured Gen";
    private static final String OF_ALL = "MarkSweepCompact";
    private static final int LOOKS_EVERY_SECONDS = 2;
    private static final long GARBAGE_BYTES = 48L << 20;
    private static final long IN_USE_BYTES_MAX = 512L << 20;

    /// What a broker needs without clients.
    private static final long LEAST_BYTES = 8L << 20;

    /// How long that takes to look at, about.
    private static final long LEAST_MILLIS = 15;

    private static final long AGAIN_MILLIS_LEAST = TimeUnit.MINUTES.toMillis(2);
    private static final long AGAIN_FACTOR = 300;

    private final MemoryPoolMXBean pool;
    private final LongSupplier held;
    private final @Nullable GarbageCollectorMXBean collector;
    private boolean looks;

    // The last collection
    private long collections;
    private long collectedMillis;
    private long collectedNanos = System.nanoTime();
    private long pauseMillis = LEAST_MILLIS;
    private long heldThen;
    private boolean lookedAlready;

    private HeapWatch(MemoryPoolMXBean pool, LongSupplier held) {
        this.pool = pool;
        this.held = held;
        this.collector =
                ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .filter(each -> each.getName().equals(OF_ALL))
                        .findAny()
                        .orElse(null);
    }

    /// Watches from now on, if the collector is the serial one. `held` says how many bytes of the
    /// heap the broker knows to be in use.
    @SuppressWarnings("FutureReturnValueIgnored") // it goes on as long as the process
    static void start(LongSupplier held) {
        for (MemoryPoolMXBean each : ManagementFactory.getMemoryPoolMXBeans()) {
            if (each.getName().equals(OLD)) {
                ScheduledExecutorService thread =
                        Executors.newSingleThreadScheduledExecutor(task ->
                                Thread.ofPlatform().name("vencejo-heap").daemon().unstarted(task));
                thread.scheduleWithFixedDelay(
                        new HeapWatch(each, held)::look,
                        LOOKS_EVERY_SECONDS,
                        LOOKS_EVERY_SECONDS,
                        TimeUnit.SECONDS);
            }
        }
    }

    private void look() {
        long heldNow = held.getAsLong();
        lookAtCollections(heldNow);
        MemoryUsage afterCollection = pool.getCollectionUsage();
        long usedThen = afterCollection == null ? 0 : afterCollection.getUsed();
        long used = pool.getUsage().getUsed();
        long inUse = inUse(usedThen, heldNow - heldThen, used);
        long pause = pauseMillis * inUse / Math.max(usedThen, LEAST_BYTES);
        long since = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - collectedNanos);
        if (isToBeCollected(used, inUse, lookedAlready, since, pause)) {
            looks = !hasGrown(used, inUse);
            System.gc();
        }
    }

    private void lookAtCollections(long heldNow) {
        if (collector != null && collector.getCollectionCount() != collections) {
            long count = collector.getCollectionCount();
            long millis = collector.getCollectionTime();
            pauseMillis = (millis - collectedMillis) / (count - collections);
            collections = count;
            collectedMillis = millis;
            collectedNanos = System.nanoTime();
            heldThen = heldNow;
            lookedAlready = looks;
            looks = false;
        }
    }

    /// Whether a heap of which `usedBytes` are taken, and `inUseBytes` are in use as far as is
    /// known, is worth a collection that takes `pauseMillis`, `sinceMillis` after the last one;
    /// `lookedAlready` says that this one was made though little was known to be free.
    static boolean isToBeCollected(
            long usedBytes,
            long inUseBytes,
            boolean lookedAlready,
            long sinceMillis,
            long pauseMillis) {
        long garbage = usedBytes - inUseBytes;
        long costs = pauseMillis * inUseBytes / Math.max(inUseBytes, garbage);
        if (inUseBytes > IN_USE_BYTES_MAX || sinceMillis <= AGAIN_FACTOR * costs) {
            return false;
        }
        // One look will do until something has changed.
        long doubtful = lookedAlready ? garbage : usedBytes;
        return hasGrown(usedBytes, inUseBytes)
                || (doubtful > GARBAGE_BYTES && sinceMillis > AGAIN_MILLIS_LEAST);
    }

    /// What is in use of `usedBytes`, if `thenBytes` were in use when `heldBytes` less were
    /// counted.
    static long inUse(long thenBytes, long heldBytes, long usedBytes) {
        return Math.max(LEAST_BYTES, Math.min(thenBytes + heldBytes, usedBytes));
    }

    private static boolean hasGrown(long usedBytes, long inUseBytes) {
        return usedBytes - inUseBytes > Math.max(inUseBytes / 2, GARBAGE_BYTES);
    }
}
