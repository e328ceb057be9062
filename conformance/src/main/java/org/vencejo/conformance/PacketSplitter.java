package org.vencejo.conformance;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// Parts the bytes of a server into Control Packets, by their fixed headers. Confined to one
/// thread.
public final class PacketSplitter {
    private static final int HEADER_MAX = 5;

    private byte[] bytes = new byte[0];
    private int at;

    /// Adds the first `length` bytes of `more`.
    public void add(byte[] more, int length) {
        byte[] all = Arrays.copyOfRange(bytes, at, bytes.length + length);
        System.arraycopy(more, 0, all, bytes.length - at, length);
        bytes = all;
        at = 0;
    }

    /// The next packet, or null if it is not whole.
    public byte @Nullable [] next() {
        int left = bytes.length - at;
        int length = 0;
        for (int i = 1; i < left && i < HEADER_MAX; i++) {
            length |= (bytes[at + i] & 0x7F) << (7 * (i - 1));
            if (bytes[at + i] >= 0) {
                int size = i + 1 + length;
                return size <= left ? take(size) : null;
            }
        }
        // Four bytes that say "more follows" are no length: all that came is the packet.
        return left >= HEADER_MAX ? take(left) : null;
    }

    /// What was not a whole packet.
    public byte[] rest() {
        return Arrays.copyOfRange(bytes, at, bytes.length);
    }

    private byte[] take(int size) {
        byte[] packet = Arrays.copyOfRange(bytes, at, at + size);
        at += size;
        return packet;
    }
}
