package org.vencejo.storage;

import java.io.IOException;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Whether there is room for the store to grow. Confined to whoever writes.
///
/// Not final so that a test can be a disk that fills up.
class Room {
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long MB = 1 << 20;

    private final RocksStore store;
    private final StoreOptions options;
    private long lookedNanos;
    private boolean looked;

    Room(RocksStore store) {
        this.store = store;
        this.options = store.options();
    }

    /// True about once a second.
    boolean isTimeToLook() {
        long now = System.nanoTime();
        if (looked && now - lookedNanos < LOOK_NANOS) {
            return false;
        }
        looked = true;
        lookedNanos = now;
        return true;
    }

    /// What is wanting, or null if there is room. Who was in want already is content only with a
    /// little more, so that it does not change with every file that RocksDB makes and removes.
    @Nullable String want(boolean already) throws IOException {
        long freeMin = options.freeBytesMin() + (already ? options.freeBytesMin() / 8 : 0);
        long free = freeBytes();
        if (free < freeMin) {
            return "its file system has "
                    + free / MB
                    + " MB left, and "
                    + freeMin / MB
                    + " MB are wanted";
        }
        long most = options.bytesMax() - (already ? options.bytesMax() / 16 : 0);
        long bytes = usedBytes();
        if (bytes > most) {
            return "it has " + bytes / MB + " MB, and may have " + most / MB + " MB";
        }
        return null;
    }

    /// A store that is opened writes out what is in its log: without room for that it is left as it
    /// is, so that it can be read meanwhile.
    void requireEnoughToOpen() throws IOException {
        if (freeBytes() < Math.min(options.freeBytesMin(), options.memtableBytes())) {
            throw new IOException(want(true));
        }
    }

    long freeBytes() throws IOException {
        FileStore disk = Files.getFileStore(store.folder());
        return disk.getUsableSpace();
    }

    long usedBytes() {
        return StoreFolder.bytes(store.folder());
    }
}
