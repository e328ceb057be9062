package org.vencejo.storage;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.OptionalLong;
import java.util.zip.CRC32;

/// A small file beside the database: how far it had come when the disk last said that it has it. A
/// store that comes back with less is damaged. Confined to whoever writes.
///
/// RocksDB ends its log at the first damaged record and says nothing, as that is also what the
/// unsynced end of a log looks like after a power cut. This number tells the two apart. Noting it
/// is one write without a sync: after a power cut it may be an older one, never one ahead of the
/// disk. Two places take turns, so that a torn write leaves the other.
final class DurableMark implements AutoCloseable {
    static final String NAME = "durable.mark";

    /// The name of a new one that the disk does not have yet.
    private static final String UNFINISHED = NAME + ".new";

    private static final long MAGIC = 0x56_4E_43_4A_4D_41_52_4BL; // "VNCJMARK"
    private static final int SLOT_BYTES = 512;
    private static final int USED_BYTES = 3 * Long.BYTES;

    private final FileChannel file;
    private final ByteBuffer slot = ByteBuffer.allocateDirect(USED_BYTES);
    private int next;

    private DurableMark(FileChannel file) {
        this.file = file;
    }

    static boolean isThere(Path folder) {
        return Files.exists(folder.resolve(NAME));
    }

    /// The number noted in `folder`; empty if the file has none.
    static OptionalLong read(Path folder) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(folder.resolve(NAME)));
        OptionalLong highest = OptionalLong.empty();
        for (int at = 0; at + USED_BYTES <= bytes.limit(); at += SLOT_BYTES) {
            long index = bytes.getLong(at + Long.BYTES);
            if (bytes.getLong(at) == MAGIC
                    && bytes.getLong(at + 2 * Long.BYTES) == sum(index)
                    && (highest.isEmpty() || index > highest.getAsLong())) {
                highest = OptionalLong.of(index);
            }
        }
        return highest;
    }

    /// Opens the file of `folder`, which is made if it is not there, and notes `index` for good.
    ///
    /// A new one has its name only when the disk has what is in it: a power cut leaves none or a
    /// whole one. When this returns, the names in the folder last.
    static DurableMark open(Path folder, long index) throws IOException {
        Path file = folder.resolve(NAME);
        boolean isNew = !Files.exists(file);
        Path unfinished = folder.resolve(UNFINISHED);
        DurableMark mark =
                new DurableMark(
                        FileChannel.open(
                                isNew ? unfinished : file,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE));
        try {
            mark.note(index);
            mark.note(index);
            mark.force();
            if (isNew) {
                Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            }
            StoreFolder.sync(folder);
            return mark;
        } catch (IOException e) {
            mark.file.close();
            throw e;
        }
    }

    /// Notes that the disk has all up to `index`.
    void note(long index) throws IOException {
        slot.clear().putLong(MAGIC).putLong(index).putLong(sum(index)).flip();
        long at = (long) next * SLOT_BYTES;
        while (slot.hasRemaining()) {
            at += file.write(slot, at);
        }
        next = 1 - next;
    }

    void force() throws IOException {
        file.force(true);
    }

    @Override
    public void close() throws IOException {
        file.close();
    }

    private static long sum(long index) {
        CRC32 crc = new CRC32();
        crc.update(ByteBuffer.allocate(2 * Long.BYTES).putLong(MAGIC).putLong(index).flip());
        return crc.getValue();
    }
}
