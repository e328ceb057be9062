package org.vencejo.protocol;

import java.nio.charset.StandardCharsets;

/// The rules of UTF-8 Encoded Strings (section 1.5.4): well-formed, no surrogate, no U+0000, at most
/// 65,535 bytes.
final class Utf8 {
    private Utf8() {}

    /// The bytes of `text`.
    ///
    /// @throws ProtocolViolation 0x81 if `text` cannot be an MQTT string
    static byte[] encode(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        if (utf8.length > TopicName.BYTES_MAX) {
            throw ProtocolViolation.malformed(
                    "MQTT-4.7.3-3", "a string has at most 65535 bytes, given were " + utf8.length);
        }
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0) {
                throw ProtocolViolation.malformed("MQTT-1.5.4-2", "a string has no U+0000");
            }
            if (Character.isSurrogate(c)) {
                boolean pair =
                        Character.isHighSurrogate(c)
                                && i + 1 < text.length()
                                && Character.isLowSurrogate(text.charAt(i + 1));
                if (!pair) {
                    throw ProtocolViolation.malformed("MQTT-1.5.4-1", "a string has no lone surrogate");
                }
                i++;
            }
        }
        return utf8;
    }
}
