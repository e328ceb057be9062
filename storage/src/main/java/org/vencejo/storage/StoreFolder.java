package org.vencejo.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The folder of a store: that it is there for good, and what is in it. Stateless.
final class StoreFolder {
    private StoreFolder() {}

    /// Makes the folder and those above it that are missing. RocksDB does not sync what leads to
    /// its folder: a file system may forget a new name in a power cut, with all that is below it.
    static void create(Path folder) throws IOException {
        Deque<Path> missing = new ArrayDeque<>();
        @Nullable Path each = folder.toAbsolutePath();
        while (each != null && !Files.isDirectory(each)) {
            missing.push(each);
            each = each.getParent();
        }
        Files.createDirectories(folder);
        // The two above may have been made by another, a moment ago.
        syncIfThere(folder.toAbsolutePath().getParent());
        for (Path made : missing) {
            sync(made);
            syncIfThere(made.getParent());
        }
    }

    private static void syncIfThere(@Nullable Path folder) throws IOException {
        if (folder != null) {
            sync(folder);
            Path above = folder.getParent();
            if (above != null) {
                sync(above);
            }
        }
    }

    /// Makes the names in a folder last.
    static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException e) {
            // Windows opens no folder, and needs none synced.
        }
    }

    static boolean hasDatabase(Path folder) {
        return Files.exists(folder.resolve("CURRENT"));
    }

    /// Whether there is something of a database that once held data: a creation that was
    /// interrupted leaves neither.
    static boolean hasRemains(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.anyMatch(StoreFolder::holdsData);
        }
    }

    private static boolean holdsData(Path file) {
        String name = file.getFileName().toString();
        return name.endsWith(".sst") || (name.matches("\\d+\\.log") && bytes(file) > 0);
    }

    /// What its files take.
    static long bytes(Path folderOrFile) {
        if (!Files.isDirectory(folderOrFile)) {
            return size(folderOrFile);
        }
        try (Stream<Path> files = Files.list(folderOrFile)) {
            return files.mapToLong(StoreFolder::size).sum();
        } catch (IOException e) {
            return 0;
        }
    }

    private static long size(Path file) {
        try {
            return Files.size(file);
        } catch (NoSuchFileException e) {
            return 0; // RocksDB has removed it meanwhile
        } catch (IOException e) {
            return 0;
        }
    }
}
