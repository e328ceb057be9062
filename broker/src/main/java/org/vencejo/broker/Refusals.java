package org.vencejo.broker;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.broker.access.AddressBlock;
import org.vencejo.transport.IoLoop;

/// Counts the connections that were refused as soon as they came, and tells operators: of the first
/// one at once, of the others in one line for all that an interval brought. Thread-safe.
final class Refusals {
    private static final Logger log = LoggerFactory.getLogger("org.vencejo.broker.events");

    static final long INTERVAL_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final long[] counts = new long[Refusal.values().length];

    /// What was told of already.
    private final long[] told = new long[counts.length];

    private boolean isTelling;

    /// A connection from `address` was refused; `loop` tells of the others when it is time.
    void note(Refusal why, InetAddress address, IoLoop loop) {
        synchronized (this) {
            counts[why.ordinal()]++;
            if (isTelling || why == Refusal.STOPPING) {
                return;
            }
            isTelling = true;
            told[why.ordinal()]++;
        }
        log.warn(
                "a connection from {} was refused, by {}",
                AddressBlock.text(address),
                why.limit().replace("`", ""));
        loop.runLater(() -> tell(loop), INTERVAL_NANOS);
    }

    synchronized Map<Refusal, Long> counts() {
        Map<Refusal, Long> all = new EnumMap<>(Refusal.class);
        for (Refusal why : Refusal.values()) {
            all.put(why, counts[why.ordinal()]);
        }
        return all;
    }

    synchronized long sum() {
        return Arrays.stream(counts).sum();
    }

    private void tell(IoLoop loop) {
        String untold = untold();
        if (!untold.isEmpty()) {
            log.warn("more connections were refused in the last 10 s: {}", untold);
            loop.runLater(() -> tell(loop), INTERVAL_NANOS);
        }
    }

    /// What was not told of yet, by reason; with nothing, the next one is told of at once.
    private synchronized String untold() {
        String text =
                Arrays.stream(Refusal.values())
                        .filter(why -> counts[why.ordinal()] > told[why.ordinal()])
                        .map(why ->
                                "%d by %s"
                                        .formatted(
                                                counts[why.ordinal()] - told[why.ordinal()],
                                                why.limit().replace("`", "")))
                        .collect(Collectors.joining(", "));
        System.arraycopy(counts, 0, told, 0, counts.length);
        isTelling = !text.isEmpty();
        return text;
    }
}
