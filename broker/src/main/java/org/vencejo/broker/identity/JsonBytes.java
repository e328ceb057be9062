package org.vencejo.broker.identity;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/// JSON with a password in it, made of bytes alone, as a text could not be overwritten. Stateless.
final class JsonBytes {
    private static final byte[] HEXADECIMAL =
            "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private JsonBytes() {}

    /// An object that begins with `head` and ends with the password: as text if it is UTF-8, else
    /// in Base64 under another key, or null.
    static byte[] withPassword(byte[] head, byte @Nullable [] password) {
        if (password == null) {
            return joined(head, ",\"password\":null}", new byte[0], "");
        }
        boolean isText = isUtf8(password);
        byte[] value = isText ? escaped(password) : Base64.getEncoder().encode(password);
        byte[] all =
                joined(head, isText ? ",\"password\":\"" : ",\"passwordBase64\":\"", value, "\"}");
        Arrays.fill(value, (byte) 0);
        return all;
    }

    private static byte[] joined(byte[] head, String before, byte[] value, String after) {
        return ByteBuffer.allocate(head.length + before.length() + value.length + after.length())
                .put(head)
                .put(before.getBytes(StandardCharsets.US_ASCII))
                .put(value)
                .put(after.getBytes(StandardCharsets.US_ASCII))
                .array();
    }

    private static boolean isUtf8(byte[] bytes) {
        CharBuffer chars = CharBuffer.allocate(bytes.length);
        try {
            return !StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes), chars, true)
                    .isError();
        } finally {
            Arrays.fill(chars.array(), '\0');
        }
    }

    // RFC 8259, 7.
    private static byte[] escaped(byte[] utf8) {
        byte[] all = new byte[utf8.length * 6];
        int length = 0;
        for (byte each : utf8) {
            if (each == '"' || each == '\\') {
                all[length++] = '\\';
                all[length++] = each;
            } else if (each >= 0 && each < ' ') {
                all[length++] = '\\';
                all[length++] = 'u';
                all[length++] = '0';
                all[length++] = '0';
                all[length++] = HEXADECIMAL[each >> 4];
                all[length++] = HEXADECIMAL[each & 15];
            } else {
                all[length++] = each;
            }
        }
        byte[] fitting = Arrays.copyOf(all, length);
        Arrays.fill(all, (byte) 0);
        return fitting;
    }
}
