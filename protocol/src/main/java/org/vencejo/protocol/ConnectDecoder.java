package org.vencejo.protocol;

import io.netty.buffer.ByteBuf;

/// CONNECT from bytes, in all versions (section 3.1). Stateless.
///
/// It tells the reader the version as soon as name and level are known, so that even a refusal is
/// written in a form that the client can read.
final class ConnectDecoder {
    private static final int BRIDGE = 0x80;
    private static final int WILL = 0x04;
    private static final int WILL_RETAIN = 0x20;
    private static final int PASSWORD = 0x40;
    private static final int USER_NAME = 0x80;

    /// The length, the name and the level of the versions that begin with `MQTT`.
    static final int VERSION_BYTES = 7;

    private static final int MQTT = 0x4D515454;

    private ConnectDecoder() {}

    /// Whether the body at `bodyAt`, of which [#VERSION_BYTES] are there, is that of 5.0.
    static boolean isMqtt5(ByteBuf in, int bodyAt) {
        return in.getShort(bodyAt) == 4
                && in.getInt(bodyAt + 2) == MQTT
                && in.getByte(bodyAt + 6) == ProtocolVersion.MQTT_5.level();
    }

    static Connect decode(FieldReader in) {
        ProtocolVersion version = readVersion(in);
        int flags = in.byteValue("the Connect Flags", Rule.CONNECT_FORMAT);
        validateFlags(flags, version);
        int keepAlive = in.twoByteInteger("the Keep Alive", Rule.CONNECT_FORMAT);
        Properties own =
                version.isMqtt5()
                        ? PropertiesDecoder.decode(in, PacketType.CONNECT)
                        : Properties.NONE;
        String clientIdentifier = in.text("the Client Identifier", Rule.CLIENT_IDENTIFIER);
        Will will = (flags & WILL) == 0 ? null : readWill(in, flags, version);
        String userName = null;
        if ((flags & USER_NAME) != 0 && !leftOut(in)) {
            userName = in.text("the User Name", Rule.USER_NAME);
        }
        byte[] password = null;
        if ((flags & PASSWORD) != 0 && !leftOut(in)) {
            password = in.binary("the Password", Rule.PASSWORD);
        }
        in.requireEnd(PacketType.CONNECT, Rule.CONNECT_FORMAT);
        boolean cleanStart = (flags & 0x02) != 0;
        return new Connect(
                version, clientIdentifier, cleanStart, keepAlive, will, userName, password, own);
    }

    /// The version by protocol name and level. What is refused is answered in the newest form that
    /// the client may know: it is above 5 in that of 5.0, else in that of 3.1.1.
    private static ProtocolVersion readVersion(FieldReader in) {
        String name = in.text("the Protocol Name", Rule.CONNECT_FORMAT);
        int level = in.byteValue("the Protocol Level", Rule.CONNECT_FORMAT);
        for (ProtocolVersion version : ProtocolVersion.values()) {
            if (name.equals(version.protocolName()) && level == version.level()) {
                in.version(version);
                return version;
            }
        }
        boolean mqtt = name.equals(ProtocolVersion.MQTT_5.protocolName());
        if (!mqtt && !name.equals(ProtocolVersion.MQTT_3_1.protocolName())) {
            throw Rule.PROTOCOL_NAME.broken(
                    null,
                    "the Protocol Name is MQTT or MQIsdp, given was another of "
                            + name.length()
                            + " characters");
        }
        boolean bridge = level == (BRIDGE | 3) || level == (BRIDGE | 4);
        boolean newer = mqtt && level > ProtocolVersion.MQTT_5.level() && !bridge;
        in.version(newer ? ProtocolVersion.MQTT_5 : ProtocolVersion.MQTT_3_1_1);
        boolean pair = mqtt ? level == 3 : level == 4 || level == 5;
        Rule rule = bridge ? Rule.BRIDGE_LEVEL : pair ? Rule.PROTOCOL_PAIR : Rule.PROTOCOL_LEVEL;
        throw rule.broken(
                in.version(),
                "the version is MQIsdp 3, MQTT 4 or MQTT 5, given was " + name + " " + level);
    }

    private static void validateFlags(int flags, ProtocolVersion version) {
        boolean mayCarryJunk = version == ProtocolVersion.MQTT_3_1; // V31-13, V31-36
        int willQoS = (flags >>> 3) & 3;
        boolean will = (flags & WILL) != 0;
        if ((flags & 1) != 0 && !mayCarryJunk) {
            throw Rule.CONNECT_FLAG_RESERVED.broken(
                    version, "bit 0 of the Connect Flags is 0, given was 1");
        }
        if (will && willQoS == 3) {
            throw Rule.WILL_QOS.broken(version, "the Will QoS is 0, 1 or 2, given was 3");
        }
        if (!will && willQoS != 0 && !mayCarryJunk) {
            throw Rule.NO_WILL_QOS.broken(
                    version, "without a Will its QoS is 0, given was " + willQoS);
        }
        if (!will && (flags & WILL_RETAIN) != 0 && !mayCarryJunk) {
            throw Rule.NO_WILL_RETAIN.broken(
                    version, "without a Will its RETAIN is 0, given was 1");
        }
        if ((flags & PASSWORD) != 0 && (flags & USER_NAME) == 0 && !version.isMqtt5()) {
            throw Rule.PASSWORD_ALONE.broken(
                    version, "before 5.0 a Password comes with a User Name, given was it alone");
        }
    }

    private static Will readWill(FieldReader in, int flags, ProtocolVersion version) {
        Properties own = version.isMqtt5() ? PropertiesDecoder.decodeWill(in) : Properties.NONE;
        byte[] topic = in.utf8("the Will Topic", Rule.WILL_FIELDS);
        TopicName topicName = willTopic(in, topic, version);
        Payload payload = Payload.of(in.binary("the Will Payload", Rule.WILL_FIELDS));
        return new Will(
                topicName, payload, QoS.of((flags >>> 3) & 3), (flags & WILL_RETAIN) != 0, own);
    }

    private static TopicName willTopic(FieldReader in, byte[] utf8, ProtocolVersion version) {
        if (utf8.length == 0) {
            throw Rule.WILL_TOPIC_EMPTY.broken(
                    version, "a Will Topic has at least one character, given was none");
        }
        for (byte b : utf8) {
            if (b == '+' || b == '#') {
                throw Rule.WILL_TOPIC_WILDCARD.broken(
                        version, "a Will Topic has no wildcard, given was " + (char) b);
            }
        }
        TopicName topicName = TopicName.ofUtf8(utf8, version);
        in.limits().requireUsable(topicName, version);
        return topicName;
    }

    /// V31-14: a 3.1 client may announce User Name and Password and end the packet before them.
    private static boolean leftOut(FieldReader in) {
        return in.version() == ProtocolVersion.MQTT_3_1 && !in.hasMore();
    }
}
