package org.vencejo.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A copy of a store in a folder of its own, laid out like a data folder, so that whatever looks at
/// one can look at the other. Stateless.
public final class Backup {
    /// Where the store is in a data folder.
    public static final String STORE = "store";

    /// A store that is being copied into a data folder, and counts for nothing yet.
    private static final String PART = "store.part";

    /// Where a copy is until it is whole.
    private static final String UNFINISHED = "backup.part";

    private static final String REPLACED = "store.replaced-";

    private Backup() {}

    /// Copies `store` into `folder`, which is made, or is there and empty. The store may be in use:
    /// the copy has all that was acknowledged when this was called.
    static void make(RocksStore store, Path folder) {
        prepare(folder);
        copy(store, folder);
    }

    /// Copies the store in `folder`, which nobody uses.
    public static void make(Path store, Path folder) {
        // Opening would make one.
        if (!isStore(store)) {
            throw new StoreException("there is no store in '" + store + "'");
        }
        prepare(folder);
        try (RocksStore open = RocksStore.open(store, StoreOptions.DEFAULTS)) {
            copy(open, folder);
        }
    }

    // RocksDB makes a folder that everybody may enter, and the one around it may be open.
    private static void copy(RocksStore store, Path folder) {
        Path cell = folder.resolve(UNFINISHED);
        try {
            Files.createDirectory(cell, OwnerOnly.folder(cell));
            try {
                Path copy = cell.resolve(STORE);
                store.checkpoint(copy);
                OwnerOnly.close(copy);
                Files.move(copy, folder.resolve(STORE));
            } finally {
                Scratch.remove(cell);
            }
            StoreFolder.sync(folder);
        } catch (IOException | UncheckedIOException e) {
            throw StoreException.of("the folder '" + folder + "' cannot be used", e);
        }
    }

    private static boolean isStore(Path folder) {
        try {
            return Tables.isStore(folder);
        } catch (IOException | UncheckedIOException e) {
            throw StoreException.of("'" + folder + "' cannot be read", e);
        }
    }

    /// Makes a folder that is to have a copy, or sees that nothing is in it.
    public static void prepare(Path folder) {
        try {
            StoreFolder.create(folder);
            if (!isEmpty(folder)) {
                throw new StoreException(
                        "the folder '" + folder + "' is not empty; name a new one");
            }
        } catch (IOException | UncheckedIOException e) {
            throw StoreException.of("the folder '" + folder + "' cannot be used", e);
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.findAny().isEmpty();
        }
    }

    /// Whether a restore into `dataFolder` was cut short before the store was there.
    public static boolean isHalfRestored(Path dataFolder) {
        return !Files.exists(dataFolder.resolve(STORE)) && Files.exists(dataFolder.resolve(PART));
    }

    /// What a restore has done: what is there now, and where the store is that was there before,
    /// null if none was. Immutable.
    public record Restored(StoreReport.Holdings holds, @Nullable Path replaced) {}

    /// Copies the store of `backup` into `dataFolder`, which nobody uses. A store that is there is
    /// moved aside if `force`, else nothing is done.
    ///
    /// @throws StoreException if the backup is not sound, or there is a store
    public static Restored restore(Path backup, Path dataFolder, boolean force) {
        Path store = dataFolder.resolve(STORE);
        try {
            StoreReport report = StoreCheck.of(backup.resolve(STORE));
            StoreReport.Holdings holds = report.holds();
            if (holds == null || !report.isSound()) {
                throw new StoreException(
                        "the backup '%s' is damaged (%s), and nothing was changed"
                                .formatted(backup, report.mistakes().getFirst()));
            }
            boolean isThere = Files.exists(store) && !isEmpty(store);
            if (isThere && !force) {
                throw new StoreException(
                        "there is a store in '%s'; --force moves it aside".formatted(dataFolder));
            }
            Path part = dataFolder.resolve(PART);
            if (Files.exists(part)) {
                Scratch.remove(part);
            }
            copy(backup.resolve(STORE), part);
            StoreFolder.sync(dataFolder);
            Path replaced = null;
            if (isThere) {
                replaced = freeName(dataFolder);
                Files.move(store, replaced);
            } else {
                Files.deleteIfExists(store);
            }
            Files.move(part, store);
            StoreFolder.sync(dataFolder);
            return new Restored(holds, replaced);
        } catch (IOException | UncheckedIOException e) {
            throw StoreException.of("'" + backup + "' cannot be restored", e);
        }
    }

    private static Path freeName(Path dataFolder) {
        for (int i = 1; ; i++) {
            Path name = dataFolder.resolve(REPLACED + i);
            if (!Files.exists(name)) {
                return name;
            }
        }
    }

    // No links: what is restored must not share a file with what it came from.
    private static void copy(Path from, Path to) throws IOException {
        Files.createDirectory(to, OwnerOnly.folder(to));
        try (Stream<Path> files = Files.list(from)) {
            for (Path each : files.toList()) {
                Path copy = to.resolve(each.getFileName());
                Files.copy(each, copy);
                try (FileChannel file = FileChannel.open(copy, StandardOpenOption.WRITE)) {
                    file.force(true);
                }
            }
        }
        StoreFolder.sync(to);
    }
}
