package org.vencejo.storage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// What is whole of a log of RocksDB, record by record. Stateless.
///
/// RocksDB itself can pass over what is damaged, but not in the middle of a record of many parts:
/// it counts the parts before into the checksum of the next such record, and opens nothing. The
/// layout is RocksDB's (`log_format.h`).
final class WholeLog {
    private WholeLog() {}

    private interface Sink {
        void take(ByteBuf record) throws IOException;
    }

    /// Whether nothing of the log is damaged, and no record is cut short.
    static boolean is(Path log) throws IOException {
        return read(log, _ -> {});
    }

    /// Makes a log of all records that are whole.
    static void copy(Path log, Path to) throws IOException {
        ByteBuf bytes = Unpooled.buffer();
        try (OutputStream out = Files.newOutputStream(to)) {
            read(
                    log,
                    record -> {
                        ManifestFile.append(bytes, record);
                        // Whole blocks, as the place in a block decides how records are parted.
                        int blocks = bytes.readableBytes() / ManifestFile.BLOCK_BYTES;
                        bytes.readBytes(out, blocks * ManifestFile.BLOCK_BYTES);
                        bytes.discardReadBytes();
                    });
            bytes.readBytes(out, bytes.readableBytes());
        }
    }

    private static boolean read(Path log, Sink sink) throws IOException {
        boolean whole = true;
        ByteBuf record = Unpooled.buffer();
        boolean begun = false;
        try (InputStream in = Files.newInputStream(log)) {
            byte[] block = in.readNBytes(ManifestFile.BLOCK_BYTES);
            for (; block.length > 0; block = in.readNBytes(ManifestFile.BLOCK_BYTES)) {
                ByteBuf rest = Unpooled.wrappedBuffer(block);
                while (rest.readableBytes() >= ManifestFile.HEADER_BYTES) {
                    int sum = rest.readIntLE();
                    int length = rest.readUnsignedShortLE();
                    int type = rest.readByte();
                    byte[] part = new byte[Math.min(length, rest.readableBytes())];
                    rest.readBytes(part);
                    boolean first = type == ManifestFile.FULL || type == ManifestFile.FIRST;
                    if (part.length < length
                            || type > ManifestFile.LAST
                            || sum != ManifestFile.sum(type, part)) {
                        // Where the next one begins in this block nobody can say.
                        rest.skipBytes(rest.readableBytes());
                        whole = false;
                        begun = false;
                    } else if (first || begun) {
                        whole &= first != begun;
                        record = first ? Unpooled.buffer() : record;
                        record.writeBytes(part);
                        begun = type != ManifestFile.FULL && type != ManifestFile.LAST;
                        if (!begun) {
                            sink.take(record);
                        }
                    } else {
                        whole = false; // its first part is not there
                    }
                }
            }
        }
        return whole && !begun;
    }
}
