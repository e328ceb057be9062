package org.vencejo.protocol;

import static org.vencejo.protocol.PacketType.PUBLISH;
import static org.vencejo.protocol.ProtocolVersion.MQTT_3_1;

import org.jspecify.annotations.Nullable;

/// The first bytes that a peer may send at a time: the types of its side with their flags.
/// Immutable.
///
/// One look-up in 256 bits refuses a packet before anything of it is awaited.
final class FirstBytes {
    /// What a client may send on a new connection: CONNECT [MQTT-3.1.0-1], in all versions as 0x10.
    /// What a client that speaks TLS begins with.
    private static final int TLS_HANDSHAKE = 0x16;

    static final FirstBytes OF_NEW_CLIENT = new FirstBytes(true, null);

    private static final FirstBytes[] OF_CLIENT = ofSide(true);
    private static final FirstBytes[] OF_SERVER = ofSide(false);

    private final boolean fromClient;
    private final @Nullable ProtocolVersion version;
    private final long[] allowed = new long[4];

    private FirstBytes(boolean fromClient, @Nullable ProtocolVersion version) {
        this.fromClient = fromClient;
        this.version = version;
        for (int first = 0x10; first <= 0xFF; first++) {
            if (typeAllowed(PacketType.of(first >>> 4)) && flagsAllowed(first)) {
                allowed[first >>> 6] |= 1L << first;
            }
        }
    }

    private static FirstBytes[] ofSide(boolean fromClient) {
        ProtocolVersion[] versions = ProtocolVersion.values();
        FirstBytes[] all = new FirstBytes[versions.length];
        for (ProtocolVersion version : versions) {
            all[version.ordinal()] = new FirstBytes(fromClient, version);
        }
        return all;
    }

    /// What a client may send after its CONNECT.
    static FirstBytes ofClient(ProtocolVersion version) {
        return OF_CLIENT[version.ordinal()];
    }

    /// What a server may send.
    static FirstBytes ofServer(ProtocolVersion version) {
        return OF_SERVER[version.ordinal()];
    }

    boolean allow(int first) {
        return (allowed[first >>> 6] & (1L << first)) != 0;
    }

    private boolean typeAllowed(PacketType type) {
        if (version == null) {
            return type == PacketType.CONNECT;
        }
        return switch (type) {
            case PUBLISH, PUBACK, PUBREC, PUBREL, PUBCOMP -> true;
            case SUBSCRIBE, UNSUBSCRIBE, PINGREQ -> fromClient;
            case CONNACK, SUBACK, UNSUBACK, PINGRESP -> !fromClient;
            case DISCONNECT -> fromClient || version.isMqtt5();
            case AUTH -> version.isMqtt5();
            case CONNECT -> false;
        };
    }

    private boolean flagsAllowed(int first) {
        PacketType type = PacketType.of(first >>> 4);
        int flags = first & 0x0F;
        if (type == PUBLISH) {
            int qos = flags >>> 1 & 3;
            boolean dup = (flags & 8) != 0;
            return qos != 3 && !(dup && qos == 0 && version != MQTT_3_1); // V31-25
        }
        if (version == MQTT_3_1) {
            int qosBits = 0b0110;
            return type.flags() == 0
                    || (flags & qosBits) == (type.flags() & qosBits); // V31-11, V31-12
        }
        return flags == type.flags();
    }

    /// What is wrong with a `first` byte that is not allowed.
    ProtocolViolation violation(int first) {
        String given = "the first byte given was " + Rule.hex(first);
        if (version == null && first == TLS_HANDSHAKE) {
            given += " (TLS on a plain listener?)";
        }
        if (first < 0x10 || (first >= 0xF0 && version != null && !version.isMqtt5())) {
            return Rule.PACKET_TYPE.broken(version, "no Control Packet has this type, " + given);
        }
        PacketType type = PacketType.of(first >>> 4);
        if (version == null && type != PacketType.CONNECT) {
            return Rule.CONNECT_FIRST.broken(
                    version, "the first packet is CONNECT, given was " + type);
        }
        if (version != null && type == PacketType.CONNECT && fromClient) {
            return Rule.CONNECT_ONCE.broken(
                    version, "a connection has one CONNECT, given was another");
        }
        if (!typeAllowed(type)) {
            return Rule.PACKET_DIRECTION.broken(
                    version,
                    "a "
                            + (fromClient ? "client" : "server")
                            + " does not send "
                            + type
                            + ", "
                            + given);
        }
        if (type == PUBLISH && ((first >>> 1) & 3) == 3) {
            return Rule.PUBLISH_QOS.broken(version, "PUBLISH has QoS 0, 1 or 2, given was 3");
        }
        if (type == PUBLISH) {
            return Rule.PUBLISH_DUP.broken(version, "PUBLISH of QoS 0 has DUP 0, given was DUP 1");
        }
        return flagsRule(type)
                .broken(
                        version,
                        type
                                + " has the flags 0b"
                                + Integer.toBinaryString(type.flags())
                                + ", "
                                + given);
    }

    private static Rule flagsRule(PacketType type) {
        return switch (type) {
            case PUBREL -> Rule.FLAGS_PUBREL;
            case SUBSCRIBE -> Rule.FLAGS_SUBSCRIBE;
            case UNSUBSCRIBE -> Rule.FLAGS_UNSUBSCRIBE;
            case DISCONNECT -> Rule.FLAGS_DISCONNECT;
            case AUTH -> Rule.FLAGS_AUTH;
            case CONNECT,
                    CONNACK,
                    PUBLISH,
                    PUBACK,
                    PUBREC,
                    PUBCOMP,
                    SUBACK,
                    UNSUBACK,
                    PINGREQ,
                    PINGRESP ->
                    Rule.FLAGS;
        };
    }
}
