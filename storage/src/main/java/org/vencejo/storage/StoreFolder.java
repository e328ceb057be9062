package org.vencejo.storage;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// The folder of a store: that it is there for good, and what is in it. Stateless.
final class StoreFolder {
    private StoreFolder() {}

    /// Makes the folder and those above it that are missing, for their owner alone: what RocksDB
    /// makes in it everybody may read. RocksDB does not sync what leads to its folder: a file
    /// system may forget a new name in a power cut, with all that is below it. Whoever made the
    /// folders above, a moment ago or before a crash, need not have synced them.
    static void create(Path folder) throws IOException {
        Files.createDirectories(folder, OwnerOnly.folder(folder));
        FileStore disk = Files.getFileStore(folder);
        @Nullable Path each = folder.toAbsolutePath();
        while (each != null && Files.getFileStore(each).equals(disk)) {
            sync(each);
            each = each.getParent();
        }
    }

    /// Makes the names in a folder last.
    static void sync(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException e) {
            // Windows opens no folder, and needs none synced; what is above and not ours to read
            // was not made by us.
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
