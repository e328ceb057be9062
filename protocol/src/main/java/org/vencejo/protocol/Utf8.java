package org.vencejo.protocol;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The rules of UTF-8 Encoded Strings (section 1.5.4): well-formed, no surrogate, no U+0000, at
/// most 65,535 bytes. Control characters and non-characters pass.
final class Utf8 {
    static final int BYTES_MAX = 65_535;

    private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
    private static final long LOW_BITS = 0x0101_0101_0101_0101L;

    private Utf8() {}

    /// Refuses the bytes from `index` to `end` if they are no MQTT string; `field` names them.
    static void validate(
            ByteBuf in, int index, int end, String field, @Nullable ProtocolVersion version) {
        int i = index;
        while (end - i >= Long.BYTES) {
            long eight = in.getLong(i);
            boolean plain = (eight & HIGH_BITS) == 0 && ((eight - LOW_BITS) & HIGH_BITS) == 0;
            if (!plain) {
                break;
            }
            i += Long.BYTES;
        }
        while (i < end) {
            int b = in.getByte(i);
            if (b > 0) {
                i++;
                continue;
            }
            if (b == 0) {
                throw Rule.UTF_8_NO_NULL.broken(
                        version,
                        field + " has no U+0000, given was one at its byte " + (i - index));
            }
            int length = sequenceLength(in, i, end, b & 0xFF);
            if (length == 0) {
                throw Rule.UTF_8.broken(
                        version,
                        field
                                + " is well-formed UTF-8, given was an ill-formed byte "
                                + (i - index)
                                + " ("
                                + Rule.hex(b & 0xFF)
                                + ")");
            }
            i += length;
        }
    }

    /// The bytes of the sequence that begins with `lead`, 0 if it is ill-formed: Unicode's table
    /// 3-7.
    private static int sequenceLength(ByteBuf in, int i, int end, int lead) {
        if (lead < 0xC2 || lead > 0xF4) {
            return 0;
        }
        int length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
        if (end - i < length) {
            return 0;
        }
        int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80; // no overlong form
        int high =
                lead == 0xED
                        ? 0x9F
                        : lead == 0xF4 ? 0x8F : 0xBF; // no surrogate, none past U+10FFFF
        int second = in.getByte(i + 1) & 0xFF;
        if (second < low || second > high) {
            return 0;
        }
        for (int k = 2; k < length; k++) {
            if ((in.getByte(i + k) & 0xC0) != 0x80) {
                return 0;
            }
        }
        return length;
    }

    /// The bytes that `text` takes.
    ///
    /// @throws ProtocolViolation 0x81 if `text` cannot be an MQTT string
    static int size(String text) {
        int size = sizeOfAnyLength(text);
        if (size > BYTES_MAX) {
            throw ProtocolViolation.malformed(
                    "MQTT-4.7.3-3", "a string has at most 65535 bytes, given were " + size);
        }
        return size;
    }

    private static int sizeOfAnyLength(String text) {
        int size = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw Rule.UTF_8_NO_NULL.broken(
                        null, "a string has no U+0000, given was one at " + i);
            }
            if (c < 0x80) {
                size++;
            } else if (c < 0x800) {
                size += 2;
            } else if (!Character.isSurrogate(c)) {
                size += 3;
            } else if (Character.isHighSurrogate(c)
                    && i + 1 < text.length()
                    && Character.isLowSurrogate(text.charAt(i + 1))) {
                size += 4;
                i++;
            } else {
                throw Rule.UTF_8.broken(
                        null, "a string has no lone surrogate, given was one at " + i);
            }
        }
        return size;
    }

    /// The bytes of `text`.
    ///
    /// @throws ProtocolViolation 0x81 if `text` cannot be an MQTT string
    static byte[] encode(String text) {
        size(text);
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// The same for a text that no packet has to carry, however long.
    static byte[] encodeAnyLength(String text) {
        sizeOfAnyLength(text);
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
