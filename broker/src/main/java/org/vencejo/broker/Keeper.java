package org.vencejo.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.config.BrokerConfig;
import org.vencejo.broker.config.Durability;
import org.vencejo.core.Journal;
import org.vencejo.core.QueueReader;
import org.vencejo.core.Recovered;
import org.vencejo.storage.Backup;
import org.vencejo.storage.DiskJournal;
import org.vencejo.storage.RocksStore;
import org.vencejo.storage.StoreException;
import org.vencejo.storage.StoreOptions;
import org.vencejo.storage.StoreStatistics;

/// Who keeps sessions and messages at the configured level.
///
/// Thread-safe.
final class Keeper {
    private final @Nullable DiskJournal disk;
    private final MemoryJournal memory = new MemoryJournal();
    private final String words;

    private Keeper(@Nullable DiskJournal disk, String words) {
        this.disk = disk;
        this.words = words;
    }

    /// A keeper, and what a server begins with, which nobody needs when it has begun.
    record Started(Keeper keeper, Recovered recovered) {}

    /// Opens what the level asks for, or throws a [StartException].
    static Started open(BrokerConfig config) {
        Path folder = config.dataFolder().resolve(Backup.STORE);
        if (config.durability() != Durability.MEMORY) {
            if (Backup.isHalfRestored(config.dataFolder())) {
                throw new StartException(
                        "a restore into '%s' was cut short; run `vencejo store restore` again"
                                .formatted(config.dataFolder()));
            }
            return open(folder, config);
        }
        return new Started(
                new Keeper(
                        null,
                        Files.exists(folder)
                                ? "the store '%s' is left alone".formatted(folder)
                                : ""),
                Recovered.NOTHING);
    }

    private static Started open(Path folder, BrokerConfig config) {
        long begin = System.nanoTime();
        try {
            RocksStore.Started started =
                    RocksStore.start(folder, options(config), config.server().limits().windowMax());
            Recovered recovered = started.recovered();
            String words =
                    "the store '%s' has %d sessions with %d messages, and %d retained messages; opened in %d ms"
                            .formatted(
                                    folder,
                                    recovered.sessions().size(),
                                    messages(recovered),
                                    recovered.retained().size(),
                                    TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin));
            return new Started(new Keeper(DiskJournal.start(started.store()), words), recovered);
        } catch (LinkageError e) {
            throw new StartException(
                    "there is no store for %s on %s; only 'durability: memory' works there"
                            .formatted(
                                    System.getProperty("os.name"), System.getProperty("os.arch")),
                    new IllegalStateException(e));
        } catch (StoreException e) {
            throw new StartException(String.valueOf(e.getMessage()), e);
        }
    }

    // As much as is configured, else nine tenths of the file system.
    private static StoreOptions options(BrokerConfig config) {
        StoreOptions options = config.store();
        if (options.bytesMax() > 0) {
            return options;
        }
        try {
            long all = Files.getFileStore(config.dataFolder()).getTotalSpace();
            return options.withRoom(options.freeBytesMin(), all / 10 * 9);
        } catch (IOException e) {
            throw new StartException(
                    "the file system of '%s' cannot be asked for its size: %s"
                            .formatted(config.dataFolder(), e.getMessage()),
                    e);
        }
    }

    private static long messages(Recovered recovered) {
        long messages = 0;
        for (Recovered.Session session : recovered.sessions()) {
            messages += session.queue().size() + session.rest().messages();
        }
        return messages;
    }

    Journal journal() {
        return disk == null ? memory : disk;
    }

    QueueReader queues() {
        return disk == null ? memory : disk;
    }

    /// What an operator may want to know of the start; empty if nothing.
    String words() {
        return words;
    }

    /// What the store on disk has done so far; null if there is none.
    @Nullable StoreStatistics statistics() {
        return disk == null ? null : disk.statistics();
    }

    /// Copies what is kept on disk into a folder; answers what was done.
    String backup(Path to) {
        if (disk == null) {
            throw new StoreException("durability is memory: there is nothing on disk to copy");
        }
        disk.backup(to);
        return "a copy of the store is in '" + to + "'";
    }

    /// Closes it, unless the server that used it has.
    void close() {
        journal().close();
    }
}
