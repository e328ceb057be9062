package org.vencejo.testing.disk;

import java.util.ArrayList;
import java.util.List;

/// What a disk owes of one file: the length at its last sync, and what was overwritten since.
/// Confined to the thread that reads the journal.
final class FileHistory {
    /// Bytes from here to before there.
    record Range(long from, long to) {}

    private long syncedLength;
    private final List<JournalLine.Overwrite> unsyncedOverwrites = new ArrayList<>();
    private final List<Range> lost = new ArrayList<>();

    FileHistory(long syncedLength) {
        this.syncedLength = syncedLength;
    }

    void synced(JournalLine.Sync sync) {
        syncedLength = sync.length();
        unsyncedOverwrites.removeIf(overwrite -> overwrite.number() < sync.begun());
    }

    /// Linux takes the pages of a failed sync for clean: no later sync writes them.
    void syncFailed(long length) {
        if (length > syncedLength) {
            lost.add(new Range(syncedLength, length));
        }
    }

    /// A cut counts as kept at once; a disk that still had the rest would have more, not less.
    void truncated(long length) {
        syncedLength = Math.min(syncedLength, length);
    }

    void overwritten(JournalLine.Overwrite overwrite) {
        unsyncedOverwrites.add(overwrite);
    }

    long syncedLength() {
        return syncedLength;
    }

    /// In the order in which they came.
    List<JournalLine.Overwrite> unsyncedOverwrites() {
        return List.copyOf(unsyncedOverwrites);
    }

    /// What a failed sync should have kept.
    List<Range> lost() {
        return List.copyOf(lost);
    }
}
