package org.vencejo.storage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.rocksdb.WriteBatch;

/// The changes of one group in the bytes of a RocksDB write batch, made here so that a change is
/// not a call to native code with arrays of its own. Confined to whoever writes; used again for the
/// next group.
///
/// The layout is RocksDB's (`write_batch.cc`): eight bytes for a sequence number, four for the
/// count of records; then of each record its tag, its family, and key and value with their lengths.
/// It is also that of RocksDB's log, so it does not change.
final class BatchBytes {
    private static final int HEADER_BYTES = 12;
    private static final int COUNT_AT = 8;

    private static final int DELETE = 0x04;
    private static final int PUT = 0x05;
    private static final int SINGLE_DELETE = 0x08;
    private static final int DELETE_RANGE = 0x0E;

    /// A buffer that one large group made longer than this is not kept for the next.
    private static final int KEPT_BYTES_MAX = 4 << 20;

    private final int[] families = new int[Family.values().length];
    private ByteBuf records = Unpooled.buffer(1 << 16);
    private ByteBuf value = Unpooled.buffer(1 << 10);
    private final ByteBuf key = Unpooled.buffer(32);
    private int count;

    /// Begins anew. `numbers` are those of the families in this database.
    void begin(int[] numbers) {
        System.arraycopy(numbers, 0, families, 0, families.length);
        records = emptied(records);
        value = emptied(value);
        records.writeZero(HEADER_BYTES);
        count = 0;
    }

    private static ByteBuf emptied(ByteBuf buffer) {
        return buffer.capacity() > KEPT_BYTES_MAX ? Unpooled.buffer(1 << 16) : buffer.clear();
    }

    /// Where the key of the next record is to be written.
    ByteBuf key() {
        return key.clear();
    }

    /// Where the value of the next record is to be written.
    ByteBuf value() {
        return value.clear();
    }

    /// Sets the key that was written to the value that was written.
    void put(Family family) {
        record(PUT, family);
        append(value);
    }

    void delete(Family family) {
        record(DELETE, family);
    }

    /// Removes a key that was put exactly once since it was last removed.
    void singleDelete(Family family) {
        record(SINGLE_DELETE, family);
    }

    /// Removes what is from the key that was written on and below the value that was written.
    void deleteRange(Family family) {
        record(DELETE_RANGE, family);
        append(value);
    }

    private void record(int tag, Family family) {
        records.writeByte(tag);
        Records.writeNumber(families[family.ordinal()], records);
        append(key);
        count++;
    }

    private void append(ByteBuf bytes) {
        Records.writeNumber(bytes.readableBytes(), records);
        records.writeBytes(bytes, bytes.readerIndex(), bytes.readableBytes());
    }

    int bytes() {
        return records.readableBytes();
    }

    /// A batch that the caller closes.
    WriteBatch toWriteBatch() {
        records.setIntLE(COUNT_AT, count);
        byte[] exact = new byte[records.readableBytes()];
        records.getBytes(records.readerIndex(), exact);
        return new WriteBatch(exact);
    }
}
