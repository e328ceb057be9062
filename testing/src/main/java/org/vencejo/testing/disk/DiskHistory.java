package org.vencejo.testing.disk;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The journal of a disk, read to its end: of each file what was synced, of the folders which
/// changes of names were not. Confined to one thread.
final class DiskHistory {
    private final Map<Long, FileHistory> files = new HashMap<>();
    private final List<JournalLine.NameChange> changes = new ArrayList<>();
    private final Map<Path, Long> foldersSynced = new HashMap<>();
    private final Set<Long> undone = new HashSet<>();

    static DiskHistory of(Path journal) throws IOException {
        DiskHistory history = new DiskHistory();
        if (Files.exists(journal)) {
            try (var lines = Files.lines(journal)) {
                lines.forEach(line -> history.add(JournalLine.of(line)));
            }
        }
        return history;
    }

    private void add(JournalLine line) {
        switch (line) {
            case JournalLine.NameChange it -> changes.add(it);
            case JournalLine.Undone it -> undone.add(it.number());
            // A new file may have the number of one that is gone.
            case JournalLine.Created it -> files.put(it.inode(), new FileHistory(0));
            case JournalLine.Found it ->
                    files.putIfAbsent(it.inode(), new FileHistory(it.length()));
            case JournalLine.Truncate it -> of(it.inode()).truncated(it.length());
            case JournalLine.Overwrite it -> of(it.inode()).overwritten(it);
            case JournalLine.Sync it -> of(it.inode()).synced(it);
            case JournalLine.FailedSync it -> of(it.inode()).syncFailed(it.length());
            case JournalLine.SyncFolder it ->
                    foldersSynced.merge(it.folder(), it.begun(), Math::max);
            case JournalLine.Start _ -> {}
        }
    }

    private FileHistory of(long inode) {
        return files.computeIfAbsent(inode, _ -> new FileHistory(0));
    }

    /// Null for a file that the process never opened to write.
    @Nullable FileHistory file(long inode) {
        return files.get(inode);
    }

    /// The changes of names that no sync of their folder came after, in the order they came.
    List<JournalLine.NameChange> unsyncedChanges() {
        return changes.stream()
                .filter(change -> !undone.contains(change.number()))
                .filter(change -> !isSynced(change))
                .toList();
    }

    private boolean isSynced(JournalLine.NameChange change) {
        Long begun = foldersSynced.get(change.name().getParent());
        return begun != null && change.number() < begun;
    }
}
