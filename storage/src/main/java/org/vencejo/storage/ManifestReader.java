package org.vencejo.storage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Which tables count, by a MANIFEST: RocksDB itself tells only if all of them and every log are
/// there. Confined to one thread.
///
/// The layout is RocksDB's (`version_edit.cc`, `log_format.h`); what is not known here makes it
/// unreadable, and never half read.
final class ManifestReader {
    // Tags of a version edit, beside those in ManifestFile
    private static final int COMPACT_CURSOR = 5;
    private static final int DELETE_FILE = 6;
    private static final int PREVIOUS_LOG = 9;
    private static final int MIN_LOG = 10;
    private static final int DROP_FAMILY = 202;
    private static final int IN_ATOMIC_GROUP = 300;

    /// Tags from here on have their length, so that who does not know them can pass over them.
    private static final int SAFE_TO_IGNORE = 1 << 13;

    private static final int FIELD_THAT_MATTERS = 1 << 6;

    private final Map<Long, Entry> tables = new TreeMap<>();

    private ManifestReader() {}

    /// A table that counts; keys are its least and its greatest.
    record Entry(int familyNumber, long bytes, byte[] smallest, byte[] largest) {}

    /// The tables that count, by number.
    ///
    /// @throws IllegalArgumentException if the file cannot be read to its end
    static Map<Long, Entry> read(Path file) throws IOException {
        ManifestReader reader = new ManifestReader();
        List<ByteBuf> edits = edits(Unpooled.wrappedBuffer(Files.readAllBytes(file)));
        if (edits.isEmpty()) {
            throw new IllegalArgumentException("it has no record");
        }
        for (ByteBuf edit : edits) {
            try {
                reader.apply(edit);
            } catch (IndexOutOfBoundsException e) {
                throw new IllegalArgumentException("a record is too short", e);
            }
        }
        return reader.tables;
    }

    // ---- records
    // ----------------------------------------------------------------------------------

    private static List<ByteBuf> edits(ByteBuf log) {
        List<ByteBuf> edits = new ArrayList<>();
        ByteBuf open = Unpooled.buffer();
        while (log.readableBytes() >= ManifestFile.HEADER_BYTES) {
            int left = ManifestFile.BLOCK_BYTES - log.readerIndex() % ManifestFile.BLOCK_BYTES;
            if (left < ManifestFile.HEADER_BYTES) {
                log.skipBytes(left);
                continue;
            }
            int at = log.readerIndex();
            int sum = log.readIntLE();
            byte[] part = new byte[log.readUnsignedShortLE()];
            int type = log.readByte();
            if (part.length > log.readableBytes()) {
                throw new IllegalArgumentException("it ends inside of a record at byte " + at);
            }
            log.readBytes(part);
            if (sum != ManifestFile.sum(type, part) || type > ManifestFile.LAST) {
                throw new IllegalArgumentException("the checksum at byte " + at + " is wrong");
            }
            open.writeBytes(part);
            if (type == ManifestFile.FULL || type == ManifestFile.LAST) {
                edits.add(open);
                open = Unpooled.buffer();
            }
        }
        return edits;
    }

    // ---- edits
    // ------------------------------------------------------------------------------------

    private record Added(long number, long bytes, byte[] smallest, byte[] largest) {}

    private void apply(ByteBuf edit) {
        List<Added> added = new ArrayList<>();
        int family = 0;
        while (edit.isReadable()) {
            int tag = number(edit);
            switch (tag) {
                case ManifestFile.SET_COMPARATOR, ManifestFile.ADD_FAMILY -> bytes(edit);
                case ManifestFile.SET_LOG_NUMBER,
                        ManifestFile.SET_NEXT_FILE,
                        ManifestFile.SET_LAST_SEQUENCE,
                        ManifestFile.SET_MAX_FAMILY,
                        PREVIOUS_LOG,
                        MIN_LOG,
                        IN_ATOMIC_GROUP ->
                        Records.readNumber(edit);
                case COMPACT_CURSOR -> {
                    Records.readNumber(edit);
                    bytes(edit);
                }
                case DELETE_FILE -> {
                    Records.readNumber(edit);
                    tables.remove(Records.readNumber(edit));
                }
                case ManifestFile.ADD_FILE -> added.add(added(edit));
                case ManifestFile.OF_FAMILY -> family = number(edit);
                case DROP_FAMILY -> {}
                default -> {
                    if (tag < SAFE_TO_IGNORE) {
                        throw new IllegalArgumentException("it has an unknown tag " + tag);
                    }
                    bytes(edit);
                }
            }
        }
        for (Added each : added) {
            tables.put(each.number, new Entry(family, each.bytes, each.smallest, each.largest));
        }
    }

    private static Added added(ByteBuf edit) {
        Records.readNumber(edit); // level
        long number = Records.readNumber(edit);
        long size = Records.readNumber(edit);
        byte[] smallest = userKey(edit);
        byte[] largest = userKey(edit);
        Records.readNumber(edit); // smallest and largest sequence number
        Records.readNumber(edit);
        for (int field = number(edit);
                field != ManifestFile.END_OF_FILE_FIELDS;
                field = number(edit)) {
            if ((field & FIELD_THAT_MATTERS) != 0) {
                throw new IllegalArgumentException("it has an unknown field " + field);
            }
            bytes(edit);
        }
        return new Added(number, size, smallest, largest);
    }

    private static byte[] userKey(ByteBuf edit) {
        byte[] key = bytes(edit);
        return Arrays.copyOf(key, Math.max(0, key.length - Long.BYTES));
    }

    private static int number(ByteBuf edit) {
        return Math.toIntExact(Records.readNumber(edit));
    }

    private static byte[] bytes(ByteBuf edit) {
        byte[] bytes = new byte[Math.min(number(edit), edit.readableBytes() + 1)];
        edit.readBytes(bytes);
        return bytes;
    }
}
