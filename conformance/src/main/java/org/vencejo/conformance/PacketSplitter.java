package org.vencejo.conformance;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Parts the bytes of a server into Control Packets, by their fixed headers. Confined to one
/// thread.
public final class PacketSplitter {
    private static final int HEADER_MAX = 5;

    private byte[] bytes = new byte[0];

    /// Adds the first `length` bytes of `more`.
    public void add(byte[] more, int length) {
        ByteArrayOutputStream all = new ByteArrayOutputStream(bytes.length + length);
        all.writeBytes(bytes);
        all.write(more, 0, length);
        bytes = all.toByteArray();
    }

    /// The next packet, or null if it is not whole.
    public byte @Nullable [] next() {
        int length = 0;
        for (int i = 1; i < bytes.length && i < HEADER_MAX; i++) {
            length |= (bytes[i] & 0x7F) << (7 * (i - 1));
            if (bytes[i] >= 0) {
                int size = i + 1 + length;
                return size <= bytes.length ? take(size) : null;
            }
        }
        // Four bytes that say "more follows" are no length: all that came is the packet.
        return bytes.length >= HEADER_MAX ? take(bytes.length) : null;
    }

    /// What was not a whole packet.
    public byte[] rest() {
        return bytes.clone();
    }

    private byte[] take(int size) {
        byte[] packet = Arrays.copyOf(bytes, size);
        bytes = Arrays.copyOfRange(bytes, size, bytes.length);
        return packet;
    }
}
