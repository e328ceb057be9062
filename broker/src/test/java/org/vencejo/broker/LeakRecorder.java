package org.vencejo.broker;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.util.ResourceLeakDetector;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// Netty's leak detector, whose reports can be asked for. Named in the build, as Netty makes it
/// before any test could.
///
/// A report comes only when the garbage collector has found the buffer and something else is
/// allocated, so [#leaks] leaks one itself: when that is reported, all that were lost before are.
public final class LeakRecorder<T> extends ResourceLeakDetector<T> {
    private static final String BAIT = "leaked on purpose to see that leaks are reported";
    private static final int ATTEMPTS = 200;

    private static final Queue<String> reports = new ConcurrentLinkedQueue<>();

    public LeakRecorder(Class<?> resourceType, int samplingInterval) {
        super(resourceType, samplingInterval);
    }

    public LeakRecorder(Class<?> resourceType, int samplingInterval, long maxActive) {
        super(resourceType, samplingInterval);
    }

    @Override
    protected boolean needReport() {
        return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
        reports.add(resourceType + " was not given back: " + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
        reports.add(resourceType + " was not given back");
    }

    /// What was lost since the last question.
    static List<String> leaks() {
        leakBait();
        List<String> leaks = new ArrayList<>();
        for (int i = 0; i < ATTEMPTS; i++) {
            System.gc();
            PooledByteBufAllocator.DEFAULT.directBuffer(16).release();
            boolean complete = false;
            for (String report = reports.poll(); report != null; report = reports.poll()) {
                if (report.contains(BAIT)) {
                    complete = true;
                } else {
                    leaks.add(report);
                }
            }
            if (complete) {
                return leaks;
            }
        }
        throw new AssertionError("the detector does not see what is leaked on purpose");
    }

    private static void leakBait() {
        ByteBuf bait = PooledByteBufAllocator.DEFAULT.directBuffer(16);
        bait.touch(BAIT + " " + System.nanoTime()); // one report only is made of equal ones
    }
}
