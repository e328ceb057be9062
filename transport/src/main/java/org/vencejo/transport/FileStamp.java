package org.vencejo.transport;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What tells a file from the same one before it was written or replaced. Immutable.
///
/// Links are followed: when a folder behind one is exchanged, as Kubernetes does it, the file has
/// another key.
public record FileStamp(FileTime modified, long size, @Nullable Object key) {
    /// The stamp of a file, or null if it is not there, which is to be seen, too.
    public static @Nullable FileStamp of(Path file) {
        try {
            BasicFileAttributes it = Files.readAttributes(file, BasicFileAttributes.class);
            return new FileStamp(it.lastModifiedTime(), it.size(), it.fileKey());
        } catch (IOException missing) {
            return null;
        }
    }

    /// The stamps of those files that are there.
    public static Map<Path, FileStamp> of(List<Path> files) {
        Map<Path, FileStamp> stamps = new HashMap<>();
        for (Path file : files) {
            FileStamp stamp = of(file);
            if (stamp != null) {
                stamps.put(file, stamp);
            }
        }
        return stamps;
    }
}
