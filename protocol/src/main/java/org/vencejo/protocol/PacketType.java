package org.vencejo.protocol;

/// The fifteen types of Control Packet, in the order of their values on the wire (from 1).
public enum PacketType {
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
    PINGREQ,
    PINGRESP,
    DISCONNECT,
    AUTH;

    private static final PacketType[] VALUES = values();

    /// The upper four bits of the first byte.
    public int value() {
        return ordinal() + 1;
    }

    /// The type of `value`, which must be 1 to 15.
    public static PacketType of(int value) {
        return VALUES[value - 1];
    }

    /// The flag bits that the type must carry [MQTT-2.1.3-1]; for PUBLISH they vary.
    public int flags() {
        return switch (this) {
            case PUBREL, SUBSCRIBE, UNSUBSCRIBE -> 0b0010;
            case CONNECT,
                    CONNACK,
                    PUBLISH,
                    PUBACK,
                    PUBREC,
                    PUBCOMP,
                    SUBACK,
                    UNSUBACK,
                    PINGREQ,
                    PINGRESP,
                    DISCONNECT,
                    AUTH ->
                    0;
        };
    }
}
