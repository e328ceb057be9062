package org.vencejo.broker.identity;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.vencejo.transport.FileStamp;

/// Files that may change while we run, and whether they have since they were read.
///
/// Not thread-safe: guarded by whoever reads them. A change is taken up when it has been the same
/// twice, so who writes slowly is not read halfway.
final class WatchedFiles {
    private final List<Path> files;
    private Map<Path, FileStamp> read = Map.of();
    private Map<Path, FileStamp> seen = Map.of();

    WatchedFiles(List<Path> files) {
        this.files = List.copyOf(files);
    }

    /// Those of them that there are.
    static WatchedFiles of(@Nullable Path... files) {
        return new WatchedFiles(Stream.of(files).filter(Objects::nonNull).toList());
    }

    boolean isEmpty() {
        return files.isEmpty();
    }

    /// They are about to be read.
    void reading() {
        read = FileStamp.of(files);
        seen = read;
    }

    /// Looks at them: whether they have changed and stand still.
    boolean haveChanged() {
        Map<Path, FileStamp> now = FileStamp.of(files);
        boolean areStill = now.equals(seen);
        seen = now;
        return areStill && !now.equals(read);
    }

    @Override
    public String toString() {
        return files.toString();
    }
}
