package org.vencejo.testing.simulation;

import java.util.ArrayDeque;
import java.util.List;

/// What happened last, in words, and a hash of all that ever happened. Confined to one thread.
final class Trace {
    /// How many lines are kept; more with `-Dvencejo.trace=100000`.
    private static final int LINES = Integer.getInteger("vencejo.trace", 30);

    private final ArrayDeque<String> last = new ArrayDeque<>();
    private long hash = 0xCBF2_9CE4_8422_2325L;

    void add(long nowNanos, String line) {
        for (int i = 0; i < line.length(); i++) {
            hash = (hash ^ line.charAt(i)) * 0x100_0000_01B3L;
        }
        hash = (hash ^ nowNanos) * 0x100_0000_01B3L;
        if (last.size() == LINES) {
            last.remove();
        }
        last.add("%10.3f s  %s".formatted(nowNanos / 1e9, line));
    }

    /// Two runs with the same hash did the same.
    long hash() {
        return hash;
    }

    List<String> lines() {
        return List.copyOf(last);
    }
}
