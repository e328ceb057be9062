package org.vencejo.storage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.zip.CRC32C;

/// A MANIFEST made anew for tables and logs whose own is lost or names what is lost. Stateless.
///
/// All tables are on level 0, with bounds that hold every key: what is newest of a key is told by
/// the sequence numbers inside the tables, and so by iterators alone; `get` would believe the order
/// of the files. The layout is RocksDB's (`version_edit.cc`, `log_format.h`).
final class ManifestFile {
    private static final String NAME = "MANIFEST-000001";
    private static final String COMPARATOR = "leveldb.BytewiseComparator";

    // Tags of a version edit
    static final int SET_COMPARATOR = 1;
    static final int SET_LOG_NUMBER = 2;
    static final int SET_NEXT_FILE = 3;
    static final int SET_LAST_SEQUENCE = 4;
    static final int ADD_FILE = 103;
    static final int END_OF_FILE_FIELDS = 1;
    static final int OF_FAMILY = 200;
    static final int ADD_FAMILY = 201;
    static final int SET_MAX_FAMILY = 203;

    /// Above all that a store ever gives, so that nothing is hidden; below RocksDB's maximum.
    private static final long LAST_SEQUENCE = 1L << 55;

    private static final int VALUE_TYPE = 1;
    private static final byte[] HIGHEST_KEY = highestKey();

    static final int BLOCK_BYTES = 32 << 10;
    static final int HEADER_BYTES = 7;
    static final int FULL = 1;
    static final int FIRST = 2;
    static final int MIDDLE = 3;
    static final int LAST = 4;

    private ManifestFile() {}

    private static byte[] highestKey() {
        byte[] key = new byte[64];
        Arrays.fill(key, (byte) 0xFF);
        return key;
    }

    /// Writes MANIFEST and CURRENT into `folder`. `familyNumbers` are in the order of [Family].
    static void write(
            Path folder, Collection<Tables.Table> tables, int[] familyNumbers, long nextFile)
            throws IOException {
        ByteBuf log = Unpooled.buffer();
        int highest = 0;
        for (Family family : Family.values()) {
            int number = familyNumbers[family.ordinal()];
            highest = Math.max(highest, number);
            if (family != Family.META) {
                append(log, family(family, number));
            }
        }
        for (Tables.Table table : tables) {
            append(log, file(table, nextFile));
        }
        append(log, limits(highest, nextFile));
        byte[] bytes = new byte[log.readableBytes()];
        log.readBytes(bytes);
        Files.write(folder.resolve(NAME), bytes);
        Files.writeString(folder.resolve("CURRENT"), NAME + "\n");
    }

    private static ByteBuf family(Family family, int number) {
        ByteBuf edit = Unpooled.buffer();
        tag(edit, SET_COMPARATOR);
        text(edit, COMPARATOR.getBytes(StandardCharsets.US_ASCII));
        tag(edit, OF_FAMILY, number);
        tag(edit, ADD_FAMILY);
        text(edit, family.nameBytes());
        return edit;
    }

    private static ByteBuf file(Tables.Table table, long nextFile) {
        ByteBuf edit = Unpooled.buffer();
        tag(edit, ADD_FILE);
        Records.writeNumber(0, edit);
        Records.writeNumber(table.number(), edit);
        Records.writeNumber(table.bytes(), edit);
        internalKey(edit, new byte[0], LAST_SEQUENCE);
        internalKey(edit, HIGHEST_KEY, 0);
        Records.writeNumber(0, edit);
        Records.writeNumber(LAST_SEQUENCE - nextFile + table.number(), edit);
        tag(edit, END_OF_FILE_FIELDS);
        tag(edit, OF_FAMILY, table.familyNumber());
        return edit;
    }

    private static ByteBuf limits(int highestFamily, long nextFile) {
        ByteBuf edit = Unpooled.buffer();
        tag(edit, SET_LOG_NUMBER, 0);
        tag(edit, SET_NEXT_FILE, nextFile);
        tag(edit, SET_LAST_SEQUENCE, LAST_SEQUENCE);
        tag(edit, SET_MAX_FAMILY, highestFamily);
        return edit;
    }

    private static void tag(ByteBuf edit, int tag) {
        Records.writeNumber(tag, edit);
    }

    private static void tag(ByteBuf edit, int tag, long number) {
        tag(edit, tag);
        Records.writeNumber(number, edit);
    }

    private static void text(ByteBuf edit, byte[] bytes) {
        Records.writeNumber(bytes.length, edit);
        edit.writeBytes(bytes);
    }

    private static void internalKey(ByteBuf edit, byte[] key, long sequence) {
        Records.writeNumber(key.length + Long.BYTES, edit);
        edit.writeBytes(key).writeLongLE(sequence << 8 | VALUE_TYPE);
    }

    /// Adds a record to what begins with a block, in as many parts as that takes.
    static void append(ByteBuf log, ByteBuf edit) {
        boolean begun = false;
        do {
            int left = BLOCK_BYTES - log.readableBytes() % BLOCK_BYTES;
            if (left < HEADER_BYTES) {
                log.writeZero(left);
                left = BLOCK_BYTES;
            }
            byte[] part = new byte[Math.min(edit.readableBytes(), left - HEADER_BYTES)];
            edit.readBytes(part);
            boolean last = !edit.isReadable();
            record(log, begun ? (last ? LAST : MIDDLE) : (last ? FULL : FIRST), part);
            begun = true;
        } while (edit.isReadable());
    }

    private static void record(ByteBuf log, int type, byte[] part) {
        log.writeIntLE(sum(type, part));
        log.writeShortLE(part.length);
        log.writeByte(type);
        log.writeBytes(part);
    }

    /// The checksum of a record: masked, as sums of data that hold sums are weak.
    static int sum(int type, byte[] part) {
        CRC32C crc = new CRC32C();
        crc.update(type);
        crc.update(part);
        return Integer.rotateRight((int) crc.getValue(), 15) + 0xA282_EAD8;
    }
}
