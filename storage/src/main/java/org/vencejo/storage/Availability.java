package org.vencejo.storage;

import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.core.Journal.Listener;

/// Whether what is appended becomes durable, and who hears of it. Changed by the writer; anybody
/// may read why it does not.
final class Availability {
    private static final Logger LOG = LoggerFactory.getLogger(DiskJournal.class);

    /// After so long without it trouble is new.
    private static final long QUIET_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final Path folder;
    private @Nullable Listener listener;

    /// Why nothing new should come; null if all is well.
    private volatile @Nullable String reason;

    /// Whether nothing can be written at all, as opposed to nothing new.
    private boolean broken;

    // What the log has of trouble. One that comes back at once is the same: RocksDB that meets a
    // bad
    // block when it merges is closed and opened well each time.
    private String lastWords = "";
    private long lastNanos;
    private final GrowingPause pause = new GrowingPause();

    /// Of the store in `folder`.
    Availability(Path folder) {
        this.folder = folder;
    }

    /// Who is told from now on.
    void tell(Listener to) {
        boolean first = listener == null;
        listener = to;
        String trouble = reason;
        if (first && trouble != null) {
            to.unavailable(trouble, !broken); // of before anybody could hear of it
        }
    }

    void durable(long upTo) {
        Listener to = listener;
        if (to != null) {
            to.durable(upTo);
        }
    }

    @Nullable String reason() {
        return reason;
    }

    boolean isBroken() {
        return broken;
    }

    // ---- what changes it
    // --------------------------------------------------------------------------

    /// The store did not take something.
    void broke(Throwable why) {
        String words = String.valueOf(why.getMessage());
        boolean isOurFault = why instanceof SenselessChangeException;
        if (takeLine(words, System.nanoTime())) {
            LOG.error(
                    "the store '{}' does not take what it is given{}",
                    folder,
                    isOurFault ? ": " + SenselessChangeException.REASON : "",
                    why);
        }
        boolean more = !broken;
        broken = true;
        String told = isOurFault ? SenselessChangeException.REASON : words;
        if (reason == null || more) {
            becomeUnavailable(told);
        } else {
            reason = told; // which may be another one by now
        }
    }

    /// Takes note of trouble; returns whether it is worth a line.
    boolean takeLine(String words, long nowNanos) {
        if (!words.equals(lastWords) || nowNanos - lastNanos > QUIET_NANOS) {
            pause.end();
        }
        lastWords = words;
        lastNanos = nowNanos;
        return pause.beginNextIfOver(nowNanos);
    }

    /// The store has taken all that it did not take; what it still `want`s is room, or nothing.
    void mended(@Nullable String want) {
        broken = false;
        if (want == null) {
            becomeAvailable();
        } else {
            becomeUnavailable(want);
        }
    }

    /// The store wants room; or nothing, if it is null.
    void wants(@Nullable String want) {
        if (want != null && reason == null) {
            LOG.warn("the store '{}' takes nothing new: {}", folder, want);
            becomeUnavailable(want);
        } else if (want == null && reason != null && !broken) {
            becomeAvailable();
        }
    }

    private void becomeUnavailable(String why) {
        reason = why;
        Listener to = listener;
        if (to != null) {
            to.unavailable(why, !broken);
        }
    }

    private void becomeAvailable() {
        reason = null;
        Listener to = listener;
        if (to != null) {
            to.available();
        }
    }

    /// The store is closed without so many changes.
    void giveUp(long changes) {
        if (changes > 0) {
            LOG.error(
                    "the store '{}' is closed without {} changes that it did not take ({}); none of"
                            + " them was acknowledged",
                    folder,
                    changes,
                    reason);
        }
    }
}
