package org.vencejo.storage;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;

/// What is whole of a log of RocksDB, record by record. Confined to one thread.
///
/// RocksDB itself can pass over what is damaged, but not in the middle of a record of many parts:
/// it counts the parts before into the checksum of the next such record, and opens nothing. The
/// layout is RocksDB's (`log_format.h`).
final class WholeLog {
    enum State {
        WHOLE,
        /// A part is damaged, or a record has no end.
        DAMAGED,
        /// It has parts of a kind that is not known here, and is not to be cut by us.
        FOREIGN
    }

    private interface Sink {
        void take(ByteBuf record) throws IOException;
    }

    private final Sink sink;
    private State state = State.WHOLE;
    private ByteBuf record = Unpooled.buffer();
    private boolean begun;

    private WholeLog(Sink sink) {
        this.sink = sink;
    }

    static State stateOf(Path log) throws IOException {
        return new WholeLog(_ -> {}).read(log);
    }

    /// Makes a log of all records that are whole.
    static void copy(Path log, Path to) throws IOException {
        ByteBuf bytes = Unpooled.buffer();
        try (OutputStream out = Files.newOutputStream(to)) {
            Sink sink =
                    record -> {
                        ManifestFile.append(bytes, record);
                        // Whole blocks, as the place in a block decides how records are parted.
                        int blocks = bytes.readableBytes() / ManifestFile.BLOCK_BYTES;
                        bytes.readBytes(out, blocks * ManifestFile.BLOCK_BYTES);
                        bytes.discardReadBytes();
                    };
            new WholeLog(sink).read(log);
            bytes.readBytes(out, bytes.readableBytes());
        }
    }

    private State read(Path log) throws IOException {
        try (InputStream in = Files.newInputStream(log)) {
            byte[] block = in.readNBytes(ManifestFile.BLOCK_BYTES);
            for (; block.length > 0; block = in.readNBytes(ManifestFile.BLOCK_BYTES)) {
                read(Unpooled.wrappedBuffer(block));
            }
        }
        if (begun) {
            damaged();
        }
        return state;
    }

    private void read(ByteBuf block) throws IOException {
        while (block.readableBytes() >= ManifestFile.HEADER_BYTES) {
            int sum = block.readIntLE();
            int length = block.readUnsignedShortLE();
            int type = block.readUnsignedByte();
            byte[] part = new byte[Math.min(length, block.readableBytes())];
            block.readBytes(part);
            if (part.length < length || sum != ManifestFile.sum(type, part)) {
                damaged();
                return; // where the next one begins in this block nobody can say
            }
            take(type, part);
        }
    }

    private void take(int type, byte[] part) throws IOException {
        switch (type) {
            case ManifestFile.FULL, ManifestFile.FIRST -> {
                if (begun) {
                    damaged();
                }
                record = Unpooled.buffer();
            }
            case ManifestFile.MIDDLE, ManifestFile.LAST -> {
                if (!begun) {
                    damaged(); // its first part is not there
                    return;
                }
            }
            default -> {
                state = State.FOREIGN;
                return;
            }
        }
        record.writeBytes(part);
        begun = type == ManifestFile.FIRST || type == ManifestFile.MIDDLE;
        if (!begun) {
            sink.take(record);
        }
    }

    private void damaged() {
        begun = false;
        if (state == State.WHOLE) {
            state = State.DAMAGED;
        }
    }
}
