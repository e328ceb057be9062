package org.vencejo.testing.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// Watches what a broker that starts does to its files. Belongs to the tester's thread.
final class Recovery implements AutoCloseable {
    private final WatchService watch;

    /// Watches a data folder and the folders in it.
    Recovery(Path dataFolder) {
        try {
            watch = dataFolder.getFileSystem().newWatchService();
            try (Stream<Path> folders = Files.walk(dataFolder)) {
                for (Path folder : folders.filter(Files::isDirectory).toList()) {
                    folder.register(
                            watch,
                            StandardWatchEventKinds.ENTRY_CREATE,
                            StandardWatchEventKinds.ENTRY_MODIFY,
                            StandardWatchEventKinds.ENTRY_DELETE);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Returns at the `count`th change of a file, or when the broker listens, and says which.
    String await(int count, BrokerProcess broker) {
        int changes = 0;
        try {
            while (!broker.hasDecided()) {
                WatchKey key = watch.poll(5, TimeUnit.MILLISECONDS);
                if (key != null) {
                    for (WatchEvent<?> event : key.pollEvents()) {
                        changes++;
                        if (changes == count) {
                            return "at change %d of a file, %s".formatted(count, event.context());
                        }
                    }
                    key.reset();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return "as it begins to listen, after %d changes of files".formatted(changes);
    }

    @Override
    public void close() {
        try {
            watch.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
