package org.vencejo.cli;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/// Has the heap collected when it has grown far beyond what is in use.
///
/// The serial collector lets what it holds for old grow to the maximum of the heap before it looks
/// at all of it: a broker that needs 20 MB would take a quarter of the machine in time. A heap with
/// much in use is left to it, as looking at all of that takes long, and so is one that grows fast:
/// what it grows by is in use, and whoever makes it grow should not have all others wait as well.
/// Confined to its thread.
final class HeapWatch {
    private static final String OLD = "Tenured Gen";
    private static final long GARBAGE_BYTES = 48L << 20;
    private static final long IN_USE_BYTES_MAX = 192L << 20;
    private static final int LOOKS_EVERY_SECONDS = 2;

    private static final long GROWN_BYTES_MAX = 16L << 20;

    private final MemoryPoolMXBean pool;
    private long lastUsed;

    private HeapWatch(MemoryPoolMXBean pool) {
        this.pool = pool;
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
        if (isToBeCollected(used, inUse, used - lastUsed)) {
            System.gc();
        }
        lastUsed = used;
    }

    /// Whether a heap of which `usedBytes` are taken, and `inUseBytes` were in use when it was last
    /// collected, is worth another collection, after it has grown by `grownBytes` since the last
    /// look.
    static boolean isToBeCollected(long usedBytes, long inUseBytes, long grownBytes) {
        long garbage = usedBytes - inUseBytes;
        return grownBytes <= GROWN_BYTES_MAX
                && inUseBytes <= IN_USE_BYTES_MAX
                && garbage > Math.max(inUseBytes, GARBAGE_BYTES);
    }
}
