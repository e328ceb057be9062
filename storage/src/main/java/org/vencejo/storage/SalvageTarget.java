package org.vencejo.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.rocksdb.FlushOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.WriteBatch;

/// A new store that is filled record by record. Confined to one thread, which closes it.
///
/// It counts for nothing before it is finished.
final class SalvageTarget implements AutoCloseable {
    private static final int BATCH_BYTES = 1 << 20;

    private final Path folder;
    private final Database database;
    private final BatchBytes batch = new BatchBytes();

    private SalvageTarget(Path folder, Database database) {
        this.folder = folder;
        this.database = database;
        batch.begin(database.familyNumbers());
    }

    static SalvageTarget make(Path folder) throws RocksDBException {
        return new SalvageTarget(folder, Database.open(folder, StoreOptions.DEFAULTS, true));
    }

    void put(Family family, byte[] key, byte[] value) throws RocksDBException {
        batch.key().writeBytes(key);
        batch.value().writeBytes(value);
        batch.put(family);
        writeIfLarge();
    }

    void put(SessionRecord state) throws RocksDBException {
        Keys.session(batch.key(), state.number, Keys.STATE);
        state.write(batch.value());
        batch.put(Family.SESSIONS);
        writeIfLarge();
    }

    void putCount(long message, int references) throws RocksDBException {
        Keys.message(batch.key(), message, Keys.COUNT);
        Records.writeNumber(references, batch.value());
        batch.put(Family.MESSAGES);
        writeIfLarge();
    }

    void deleteMessage(long message) throws RocksDBException {
        Keys.message(batch.key(), message, Keys.MESSAGE);
        batch.delete(Family.MESSAGES);
        writeIfLarge();
    }

    /// Takes back all records of a session.
    void deleteSession(long session) throws RocksDBException {
        batch.key().writeBytes(Keys.session(session));
        batch.value().writeBytes(Keys.session(session + 1));
        batch.deleteRange(Family.SESSIONS);
        writeIfLarge();
    }

    private void writeIfLarge() throws RocksDBException {
        if (batch.bytes() >= BATCH_BYTES) {
            write();
        }
    }

    private void write() throws RocksDBException {
        try (WriteBatch bytes = batch.toWriteBatch()) {
            database.rocks.write(database.unsynced, bytes);
        }
        batch.begin(database.familyNumbers());
    }

    /// Makes a store of it that opens, and that the disk has.
    void finish(MutationWriter.Progress progress) throws RocksDBException, IOException {
        batch.key().writeBytes(Keys.format());
        batch.value().writeBytes(ByteBuffer.allocate(Integer.BYTES).putInt(Keys.FORMAT).flip());
        batch.put(Family.META);
        Keys.progress(batch.key());
        progress.write(batch.value());
        batch.put(Family.META);
        write();
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            database.rocks.flush(wait, database.families());
        }
        try (DurableMark mark = DurableMark.open(folder, progress.index())) {
            mark.force();
        }
        StoreFolder.sync(folder);
    }

    @Override
    public void close() {
        database.close();
    }
}
