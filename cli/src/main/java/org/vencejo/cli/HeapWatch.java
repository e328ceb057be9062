package org.vencejo.cli;

import java.lang.management.ManagementFactory;
import java.lang.management.MemoryNotificationInfo;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryUsage;
import javax.management.NotificationEmitter;

/// Has the heap collected when it has grown far beyond what is in use.
///
/// The serial collector lets what it holds for old grow to the maximum of the heap before it looks
/// at all of it: a broker that needs 20 MB would take a quarter of the machine in time. A heap with
/// much in use is left to it, as looking at all of that takes long.
final class HeapWatch {
    private static final String OLD = "Tenured Gen";
    private static final long GARBAGE_BYTES = 48L << 20;
    private static final long IN_USE_BYTES_MAX = 192L << 20;

    private HeapWatch() {}

    /// Watches from now on, if the collector is the serial one.
    static void start() {
        for (MemoryPoolMXBean pool : ManagementFactory.getMemoryPoolMXBeans()) {
            if (pool.getName().equals(OLD) && pool.isUsageThresholdSupported()) {
                watch(pool);
            }
        }
    }

    private static void watch(MemoryPoolMXBean pool) {
        setThreshold(pool);
        NotificationEmitter memory = (NotificationEmitter) ManagementFactory.getMemoryMXBean();
        memory.addNotificationListener(
                (notification, _) -> {
                    if (MemoryNotificationInfo.MEMORY_THRESHOLD_EXCEEDED.equals(
                            notification.getType())) {
                        System.gc();
                        setThreshold(pool);
                    }
                },
                null,
                null);
    }

    // 0 is none.
    private static void setThreshold(MemoryPoolMXBean pool) {
        MemoryUsage afterCollection = pool.getCollectionUsage();
        long inUse = afterCollection == null ? 0 : afterCollection.getUsed();
        long max = pool.getUsage().getMax();
        long threshold = inUse + Math.max(inUse, GARBAGE_BYTES);
        boolean watched = inUse <= IN_USE_BYTES_MAX && (max < 0 || threshold < max);
        pool.setUsageThreshold(watched ? threshold : 0);
    }
}
