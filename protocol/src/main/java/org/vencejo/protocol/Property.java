package org.vencejo.protocol;

import static org.vencejo.protocol.PacketType.*;

import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// The table of Properties: identifier, type of the value, and where each may stand (section
/// 2.2.2.2).
///
/// One loop in the decoder and one in the encoder read it; a new property is a new row.
public enum Property {
    PAYLOAD_FORMAT_INDICATOR(0x01, Type.BYTE, true, PUBLISH),
    MESSAGE_EXPIRY_INTERVAL(0x02, Type.FOUR_BYTE_INTEGER, true, PUBLISH),
    CONTENT_TYPE(0x03, Type.UTF_8_STRING, true, PUBLISH),
    RESPONSE_TOPIC(0x08, Type.UTF_8_STRING, true, PUBLISH),
    CORRELATION_DATA(0x09, Type.BINARY_DATA, true, PUBLISH),
    SUBSCRIPTION_IDENTIFIER(0x0B, Type.VARIABLE_BYTE_INTEGER, false, PUBLISH, SUBSCRIBE),
    SESSION_EXPIRY_INTERVAL(0x11, Type.FOUR_BYTE_INTEGER, false, CONNECT, CONNACK, DISCONNECT),
    ASSIGNED_CLIENT_IDENTIFIER(0x12, Type.UTF_8_STRING, false, CONNACK),
    SERVER_KEEP_ALIVE(0x13, Type.TWO_BYTE_INTEGER, false, CONNACK),
    AUTHENTICATION_METHOD(0x15, Type.UTF_8_STRING, false, CONNECT, CONNACK, AUTH),
    AUTHENTICATION_DATA(0x16, Type.BINARY_DATA, false, CONNECT, CONNACK, AUTH),
    REQUEST_PROBLEM_INFORMATION(0x17, Type.BYTE, false, CONNECT),
    WILL_DELAY_INTERVAL(0x18, Type.FOUR_BYTE_INTEGER, true),
    REQUEST_RESPONSE_INFORMATION(0x19, Type.BYTE, false, CONNECT),
    RESPONSE_INFORMATION(0x1A, Type.UTF_8_STRING, false, CONNACK),
    SERVER_REFERENCE(0x1C, Type.UTF_8_STRING, false, CONNACK, DISCONNECT),
    REASON_STRING(
            0x1F,
            Type.UTF_8_STRING,
            false,
            CONNACK,
            PUBACK,
            PUBREC,
            PUBREL,
            PUBCOMP,
            SUBACK,
            UNSUBACK,
            DISCONNECT,
            AUTH),
    RECEIVE_MAXIMUM(0x21, Type.TWO_BYTE_INTEGER, false, CONNECT, CONNACK),
    TOPIC_ALIAS_MAXIMUM(0x22, Type.TWO_BYTE_INTEGER, false, CONNECT, CONNACK),
    TOPIC_ALIAS(0x23, Type.TWO_BYTE_INTEGER, false, PUBLISH),
    MAXIMUM_QOS(0x24, Type.BYTE, false, CONNACK),
    RETAIN_AVAILABLE(0x25, Type.BYTE, false, CONNACK),
    USER_PROPERTY(
            0x26,
            Type.UTF_8_STRING_PAIR,
            true,
            CONNECT,
            CONNACK,
            PUBLISH,
            PUBACK,
            PUBREC,
            PUBREL,
            PUBCOMP,
            SUBSCRIBE,
            SUBACK,
            UNSUBSCRIBE,
            UNSUBACK,
            DISCONNECT,
            AUTH),
    MAXIMUM_PACKET_SIZE(0x27, Type.FOUR_BYTE_INTEGER, false, CONNECT, CONNACK),
    WILDCARD_SUBSCRIPTION_AVAILABLE(0x28, Type.BYTE, false, CONNACK),
    SUBSCRIPTION_IDENTIFIER_AVAILABLE(0x29, Type.BYTE, false, CONNACK),
    SHARED_SUBSCRIPTION_AVAILABLE(0x2A, Type.BYTE, false, CONNACK);

    /// How a value is written.
    public enum Type {
        BYTE,
        TWO_BYTE_INTEGER,
        FOUR_BYTE_INTEGER,
        VARIABLE_BYTE_INTEGER,
        UTF_8_STRING,
        BINARY_DATA,
        UTF_8_STRING_PAIR
    }

    private static final @Nullable Property[] BY_IDENTIFIER = new @Nullable Property[0x2B];

    static {
        for (Property property : values()) {
            BY_IDENTIFIER[property.identifier] = property;
        }
    }

    private final int identifier;
    private final Type type;
    private final boolean allowedInWill;
    private final Set<PacketType> packets = EnumSet.noneOf(PacketType.class);

    Property(int identifier, Type type, boolean allowedInWill, PacketType... packets) {
        this.identifier = identifier;
        this.type = type;
        this.allowedInWill = allowedInWill;
        this.packets.addAll(Set.of(packets));
    }

    /// The identifier on the wire; all of them fit one byte.
    public int identifier() {
        return identifier;
    }

    /// How the value is written.
    public Type type() {
        return type;
    }

    /// Whether the property may stand in the Will Properties of CONNECT.
    public boolean allowedInWill() {
        return allowedInWill;
    }

    /// Whether a packet of `packet` may carry the property.
    public boolean allowedIn(PacketType packet) {
        return packets.contains(packet);
    }

    /// Whether the value is one number: [Properties] keeps those unboxed. (Subscription Identifiers
    /// may repeat, so they are a list.)
    public boolean isNumber() {
        return type.compareTo(Type.FOUR_BYTE_INTEGER) <= 0;
    }

    /// The least number that the value may be: 1 where the standard forbids 0.
    public long minimum() {
        boolean positive =
                this == RECEIVE_MAXIMUM
                        || this == MAXIMUM_PACKET_SIZE
                        || this == TOPIC_ALIAS
                        || this == SUBSCRIPTION_IDENTIFIER;
        return positive ? 1 : 0;
    }

    /// The greatest number that the value may be; every byte among them says no or yes.
    public long maximum() {
        return switch (type) {
            case BYTE -> 1;
            case TWO_BYTE_INTEGER -> 0xFFFF;
            case FOUR_BYTE_INTEGER -> 0xFFFF_FFFFL;
            case VARIABLE_BYTE_INTEGER -> VariableByteInteger.MAX;
            case UTF_8_STRING, BINARY_DATA, UTF_8_STRING_PAIR ->
                    throw new IllegalStateException(this + " is no number");
        };
    }

    /// The property of `identifier`, or null if the standard names none.
    public static @Nullable Property of(int identifier) {
        return identifier < BY_IDENTIFIER.length ? BY_IDENTIFIER[identifier] : null;
    }
}
