package org.vencejo.storage;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Properties;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.LRUCache;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.TablePropertiesCollectorFactory;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteOptions;

/// RocksDB with our families and options, and all that belongs to it in native memory. Closed by
/// whoever opened it, when nobody uses it.
final class Database implements AutoCloseable {
    private static final int BLOCK_BYTES = 16 << 10;
    private static final int LOG_FILES_MAX = 4;
    private static final long LOG_FILE_BYTES_MAX = 2 << 20;

    /// The descriptors that it may hold: those of a broker are for its connections.
    private static final int OPEN_FILES_MAX = 64;

    private static final int BLOOM_BITS = 10;

    // So many removals among so many neighbours make a file worth compacting.
    private static final long DELETIONS_WINDOW = 4_096;
    private static final long DELETIONS_TRIGGER = 2_048;

    static {
        RocksDB.loadLibrary();
    }

    final RocksDB rocks;
    private final ColumnFamilyHandle[] families;
    private final int[] familyNumbers;
    final WriteOptions synced;
    final WriteOptions unsynced;
    private final Deque<AutoCloseable> natives;

    private Database(
            RocksDB rocks, List<ColumnFamilyHandle> handles, Deque<AutoCloseable> natives) {
        this.rocks = rocks;
        this.natives = natives;
        this.families = handles.toArray(ColumnFamilyHandle[]::new);
        this.familyNumbers = new int[families.length];
        for (int i = 0; i < families.length; i++) {
            familyNumbers[i] = families[i].getID();
        }
        this.synced = kept(natives, new WriteOptions().setSync(true));
        this.unsynced = kept(natives, new WriteOptions());
    }

    /// Opens what is in `folder`; makes it first if `create`.
    static Database open(Path folder, StoreOptions options, boolean create)
            throws RocksDBException {
        return open(folder, options, create ? Mode.CREATE : Mode.WRITE);
    }

    /// Opens what is in `folder` to look at it; changes nothing.
    static Database openReadOnly(Path folder, StoreOptions options) throws RocksDBException {
        return open(folder, options, Mode.READ_ONLY);
    }

    /// Opens what is in `folder` to read what there is; passes over what is damaged of its log, and
    /// misses no table before it is asked for something that is in it. Changes nothing.
    static Database openLenient(Path folder, StoreOptions options) throws RocksDBException {
        return open(folder, options, Mode.LENIENT);
    }

    private enum Mode {
        CREATE,
        WRITE,
        READ_ONLY,
        LENIENT
    }

    @SuppressWarnings("resource") // closed with the database, or here if it does not open
    private static Database open(Path folder, StoreOptions options, Mode mode)
            throws RocksDBException {
        boolean create = mode == Mode.CREATE;
        Deque<AutoCloseable> natives = new ArrayDeque<>();
        try {
            DBOptions database = kept(natives, databaseOptions(options, mode));
            database.setCreateIfMissing(create).setCreateMissingColumnFamilies(create);
            Cache cache = kept(natives, new LRUCache(options.cacheBytes()));
            List<ColumnFamilyDescriptor> descriptors = new ArrayList<>();
            for (Family family : Family.values()) {
                ColumnFamilyOptions each =
                        kept(natives, familyOptions(family, options, cache, natives));
                descriptors.add(new ColumnFamilyDescriptor(family.nameBytes(), each));
            }
            List<ColumnFamilyHandle> handles = new ArrayList<>();
            String path = folder.toString();
            RocksDB rocks =
                    mode == Mode.READ_ONLY || mode == Mode.LENIENT
                            ? RocksDB.openReadOnly(database, path, descriptors, handles)
                            : RocksDB.open(database, path, descriptors, handles);
            return new Database(rocks, handles, natives);
        } catch (RocksDBException | RuntimeException e) {
            closeAll(natives);
            throw e;
        }
    }

    private static DBOptions databaseOptions(StoreOptions options, Mode mode) {
        boolean lenient = mode == Mode.LENIENT;
        Properties withoutSetter = new Properties();
        // A log that was synced and is gone or shorter is damage, not an end. (Where the MANIFEST
        // tracks logs, never without it and read-only: RocksDB 11.8.1 then ends the process.)
        withoutSetter.setProperty("track_and_verify_wals_in_manifest", String.valueOf(!lenient));
        return DBOptions.getDBOptionsFromProps(withoutSetter)
                .setWalRecoveryMode(
                        lenient
                                ? WALRecoveryMode.SkipAnyCorruptedRecords
                                : WALRecoveryMode.PointInTimeRecovery)
                .setParanoidChecks(!lenient)
                .setRecycleLogFileNum(0)
                .setMaxTotalWalSize(options.walBytesMax())
                .setDbWriteBufferSize(options.memtableBytes())
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(OPEN_FILES_MAX)
                .setBytesPerSync(1 << 20)
                .setKeepLogFileNum(LOG_FILES_MAX)
                .setMaxLogFileSize(LOG_FILE_BYTES_MAX)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0);
    }

    private static ColumnFamilyOptions familyOptions(
            Family family, StoreOptions options, Cache cache, Deque<AutoCloseable> natives) {
        BlockBasedTableConfig table =
                new BlockBasedTableConfig()
                        .setBlockCache(cache)
                        .setBlockSize(BLOCK_BYTES)
                        .setCacheIndexAndFilterBlocks(true)
                        .setPinL0FilterAndIndexBlocksInCache(true);
        // Options, as the binding has this setter nowhere else.
        Options each = kept(natives, new Options());
        switch (family) {
            case MESSAGES -> table.setFilterPolicy(kept(natives, new BloomFilter(BLOOM_BITS)));
            case QUEUES -> {
                TablePropertiesCollectorFactory removals =
                        TablePropertiesCollectorFactory.NewCompactOnDeletionCollectorFactory(
                                DELETIONS_WINDOW, DELETIONS_TRIGGER, 0.5);
                each.setTablePropertiesCollectorFactory(List.of(kept(natives, removals)));
            }
            case META, SESSIONS, RETAINED -> {}
        }
        return new ColumnFamilyOptions(each)
                .setCompressionType(CompressionType.LZ4_COMPRESSION)
                .setWriteBufferSize(Math.max(1 << 20, options.memtableBytes() / 2))
                .setTableFormatConfig(table);
    }

    private static <T extends AutoCloseable> T kept(Deque<AutoCloseable> natives, T object) {
        natives.push(object);
        return object;
    }

    ColumnFamilyHandle family(Family family) {
        return families[family.ordinal()];
    }

    List<ColumnFamilyHandle> families() {
        return List.of(families);
    }

    /// The numbers that RocksDB has given to the families.
    int[] familyNumbers() {
        return familyNumbers;
    }

    /// Writes what is in memory to files; waits for that, or has it done by and by.
    void flush(boolean waits) throws RocksDBException {
        try (FlushOptions options = new FlushOptions().setWaitForFlush(waits)) {
            rocks.flush(options, families());
        }
    }

    /// What RocksDB says about itself in numbers.
    long number(Family family, String property) throws RocksDBException {
        return rocks.getLongProperty(family(family), property);
    }

    @Override
    public void close() {
        for (ColumnFamilyHandle each : families) {
            each.close();
        }
        rocks.close();
        closeAll(natives);
    }

    private static void closeAll(Deque<AutoCloseable> natives) {
        while (!natives.isEmpty()) {
            try {
                natives.pop().close();
            } catch (Exception e) {
                throw new IllegalStateException("a native object that cannot be closed", e);
            }
        }
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
