package org.vencejo.broker;

import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What the log says of marks of the memory: around one it may go up and down a hundred times a
/// second. Thread-safe.
final class MarkLines {
    private final Logger log;
    private final LongSupplier nanoTime;
    private final RefusalLines lines = new RefusalLines();

    MarkLines() {
        this(LoggerFactory.getLogger("org.vencejo.broker.events"), System::nanoTime);
    }

    MarkLines(Logger log, LongSupplier nanoTime) {
        this.log = log;
        this.nanoTime = nanoTime;
    }

    /// So much is in use, and that is what follows.
    void tell(int percent, String words) {
        long untold = lines.next(nanoTime.getAsLong());
        if (untold > 0) {
            log.warn("marks of the memory were entered or left {} more times before", untold);
        }
        if (untold != RefusalLines.UNTOLD) {
            log.warn("{} % of the memory are in use: {}", percent, words);
        }
    }
}
