package org.vencejo.storage;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a look at a store has found. Immutable.
///
/// `holds` is null if nothing of it can be read as it stands; `mistakes` are sentences.
public record StoreReport(@Nullable Holdings holds, List<String> mistakes) {
    private static final long KB = 1 << 10;

    /// What is in a store. `ending` are sessions whose messages are still being given up, `ended`
    /// those of which only remains are left.
    public record Holdings(
            long index,
            long sessions,
            long ending,
            long ended,
            long messages,
            long bytes,
            long retained) {
        /// In words.
        public String line() {
            return "%,d sessions with %,d queued messages (%,d KB), %,d retained messages; %,d sessions that are ending, %,d that ended; index %d"
                    .formatted(sessions, messages, bytes / KB, retained, ending, ended, index);
        }
    }

    public boolean isSound() {
        return mistakes.isEmpty();
    }

    /// For operators, one after the other.
    public List<String> lines() {
        List<String> lines = new ArrayList<>();
        if (holds != null) {
            lines.add("it holds " + holds.line());
        }
        lines.addAll(mistakes);
        return lines;
    }
}
