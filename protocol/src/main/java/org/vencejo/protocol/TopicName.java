package org.vencejo.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A Topic Name: the UTF-8 bytes that a PUBLISH carries, compared byte for byte [MQTT-4.7.3-4].
/// Immutable.
///
/// It has no wildcard, no U+0000 and at least one character, except [#NONE], which stands for the
/// empty name of a PUBLISH that carries only a Topic Alias.
public final class TopicName {
    /// The absent name, allowed only beside a Topic Alias.
    public static final TopicName NONE = new TopicName(new byte[0]);

    public static final int BYTES_MAX = Utf8.BYTES_MAX;

    private final byte[] utf8;
    private final int hash;
    private final int levels;

    private TopicName(byte[] utf8) {
        this.utf8 = utf8;
        this.hash = hash(utf8, 0, utf8.length);
        int separators = 0;
        for (byte b : utf8) {
            separators += b == '/' ? 1 : 0;
        }
        this.levels = separators + 1;
    }

    /// The name of these bytes, which are taken over; they must be well-formed UTF-8, at least one.
    ///
    /// @throws ProtocolViolation 0x90 if the name has a wildcard
    static TopicName ofUtf8(byte[] utf8, ProtocolVersion version) {
        for (byte b : utf8) {
            if (b == '+' || b == '#') {
                throw Rule.TOPIC_NAME_WILDCARD.broken(
                        version, "a Topic Name has no wildcard, given was " + (char) b);
            }
        }
        return new TopicName(utf8);
    }

    /// The name written `text`.
    ///
    /// @throws ProtocolViolation 0x90 if it is empty or has a wildcard, 0x81 if it is no MQTT
    ///   string: ill-formed, with U+0000 or too long
    public static TopicName of(String text) {
        if (text.isEmpty()) {
            throw new ProtocolViolation(
                    ReasonCode.TOPIC_NAME_INVALID,
                    "MQTT-4.7.3-1",
                    "a Topic Name has at least one character, given was none");
        }
        return ofUtf8(Utf8.encode(text), ProtocolVersion.MQTT_5);
    }

    /// The name of the first bytes of `bytes`, which were one before.
    static TopicName ofPart(byte[] bytes, int length) {
        return new TopicName(Arrays.copyOf(bytes, length));
    }

    /// The hash that a name of these bytes has; lets a cache find a name before it is built.
    public static int hash(byte[] bytes, int from, int to) {
        int hash = 0;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + bytes[i];
        }
        return hash;
    }

    /// The bytes. Not to be written to.
    public byte[] utf8() {
        return utf8;
    }

    public int length() {
        return utf8.length;
    }

    public boolean isEmpty() {
        return utf8.length == 0;
    }

    /// Whether filters that begin with a wildcard pass this name by [MQTT-4.7.2-1].
    public boolean startsWithDollar() {
        return utf8.length > 0 && utf8[0] == '$';
    }

    /// Whether the name begins like the filter of a Shared Subscription, which no server can tell
    /// it from.
    public boolean startsWithShare() {
        return startsWithDollar() && TopicFilter.startsWithShare(utf8);
    }

    /// The number of levels: one more than the separators.
    public int levels() {
        return levels;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other
                || (other instanceof TopicName that
                        && hash == that.hash
                        && Arrays.equals(utf8, that.utf8));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    @Override
    public String toString() {
        return new String(utf8, StandardCharsets.UTF_8);
    }
}
