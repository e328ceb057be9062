package org.vencejo.conformance;

import java.io.ByteArrayOutputStream;
import java.util.HexFormat;

/// Bytes as people read and write them.
final class Octets {
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ").withUpperCase();
    private static final int SHOWN_MAX = 96;

    private Octets() {}

    /// `30 04 00 01 61 62`, cut in the middle if it is long.
    static String hex(byte[] bytes) {
        if (bytes.length <= SHOWN_MAX) {
            return HEX.formatHex(bytes);
        }
        int half = SHOWN_MAX / 2;
        return "%s ... %d bytes ... %s"
                .formatted(
                        HEX.formatHex(bytes, 0, half),
                        bytes.length - SHOWN_MAX,
                        HEX.formatHex(bytes, bytes.length - half, bytes.length));
    }

    static String hex(int octet) {
        return HEX.toHexDigits((byte) octet);
    }

    static byte[] variableByteInteger(int value) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int rest = value;
        do {
            out.write(rest > 0x7F ? (rest & 0x7F) | 0x80 : rest);
            rest >>>= 7;
        } while (rest > 0);
        return out.toByteArray();
    }

    static byte[] string(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(content.length >>> 8);
        out.write(content.length);
        out.writeBytes(content);
        return out.toByteArray();
    }
}
