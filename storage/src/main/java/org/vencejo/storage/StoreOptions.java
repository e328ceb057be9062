package org.vencejo.storage;

/// How a store uses memory and disk. Immutable.
///
/// `synced` is whether a change counts as durable only when the disk has it (level `fsync`) or as
/// soon as the operating system has it (level `os`). `memtableBytes` holds what was written and is
/// not yet sorted into files, `cacheBytes` what was read; a log of `walBytesMax` makes RocksDB
/// write memtables out. The store takes nothing new when its file system has less than
/// `freeBytesMin` left or when it has itself grown to `bytesMax`.
public record StoreOptions(
        boolean synced,
        long memtableBytes,
        long cacheBytes,
        long walBytesMax,
        long freeBytesMin,
        long bytesMax) {
    private static final long MB = 1 << 20;

    public static final StoreOptions DEFAULTS =
            new StoreOptions(true, 64 * MB, 48 * MB, 128 * MB, 256 * MB, Long.MAX_VALUE);

    public StoreOptions {
        requireAtLeast(1 * MB, memtableBytes, "memtableBytes");
        requireAtLeast(1 * MB, cacheBytes, "cacheBytes");
        requireAtLeast(1 * MB, walBytesMax, "walBytesMax");
        requireAtLeast(0, freeBytesMin, "freeBytesMin");
        requireAtLeast(0, bytesMax, "bytesMax");
    }

    private static void requireAtLeast(long least, long given, String name) {
        if (given < least) {
            throw new IllegalArgumentException(
                    name + " is at least " + least + ", given was " + given);
        }
    }

    /// These options at level `fsync` or `os`.
    public StoreOptions withSynced(boolean other) {
        return new StoreOptions(
                other, memtableBytes, cacheBytes, walBytesMax, freeBytesMin, bytesMax);
    }

    /// These options with other limits of room.
    public StoreOptions withRoom(long otherFreeBytesMin, long otherBytesMax) {
        return new StoreOptions(
                synced, memtableBytes, cacheBytes, walBytesMax, otherFreeBytesMin, otherBytesMax);
    }
}
