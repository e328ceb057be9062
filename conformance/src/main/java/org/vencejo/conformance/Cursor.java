package org.vencejo.conformance;

import java.util.Arrays;

/// A place in the bytes of one packet. Confined to one thread.
///
/// Reading past the end is a [Mismatch]: the packet is shorter than what was expected of it.
final class Cursor {
    private final byte[] bytes;
    private int position;

    Cursor(byte[] bytes) {
        this.bytes = bytes;
    }

    int position() {
        return position;
    }

    boolean atEnd() {
        return position == bytes.length;
    }

    int left() {
        return bytes.length - position;
    }

    int octet() {
        if (atEnd()) {
            throw new Mismatch("one more byte", "the end of the packet");
        }
        return bytes[position++] & 0xFF;
    }

    int twoBytes() {
        return octet() << 8 | octet();
    }

    byte[] octets(int count) {
        if (count > left()) {
            throw new Mismatch(count + " more bytes", left() + " to the end of the packet");
        }
        position += count;
        return slice(position - count, position);
    }

    byte[] string() {
        return octets(twoBytes());
    }

    int variableByteInteger() {
        int value = 0;
        for (int shift = 0; shift <= 21; shift += 7) {
            int octet = octet();
            value |= (octet & 0x7F) << shift;
            if (octet < 0x80) {
                return value;
            }
        }
        throw new Mismatch("a Variable Byte Integer of at most four bytes", "a fifth byte");
    }

    byte[] slice(int from, int to) {
        return Arrays.copyOfRange(bytes, from, to);
    }
}
