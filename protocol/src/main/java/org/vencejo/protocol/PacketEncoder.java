package org.vencejo.protocol;

import io.netty.buffer.ByteBuf;

/// Packets to bytes, in the shortest form that a version has. Stateless.
///
/// Sizes are computed, never guessed, so that limits are checked before anything is written. What a
/// version does not know is left out. A packet that no peer could take (a forbidden property, a
/// string with U+0000, a Packet Identifier 0) is our own fault: an [IllegalArgumentException] or,
/// for what came from a user as text, a [ProtocolViolation].
public final class PacketEncoder {
    private PacketEncoder() {}

    /// The bytes of the whole `packet` with its fixed header.
    public static int size(Packet packet, ProtocolVersion version) {
        return withHeader(remainingLength(packet, version));
    }

    /// Appends `packet` to `out`.
    public static void encode(Packet packet, ProtocolVersion version, ByteBuf out) {
        if (packet instanceof Publish publish) {
            encodePublish(
                    publish,
                    publish.packetIdentifier(),
                    publish.dup(),
                    aliasOf(publish),
                    version,
                    out);
            return;
        }
        int length = remainingLength(packet, version);
        out.ensureWritable(withHeader(length));
        out.writeByte((packet.type().value() << 4) | packet.type().flags());
        VariableByteInteger.write(length, out);
        BodyEncoder.encode(packet, version, length, out);
    }

    /// The bytes of `publish` with Topic Alias `alias`: 0 for none, `n` for the name and alias n
    /// (which sets the mapping), `-n` for alias n instead of the name.
    public static int publishSize(Publish publish, ProtocolVersion version, int alias) {
        return withHeader(publishLength(publish, version, alias));
    }

    /// Appends `publish` as sent under `packetIdentifier` (which QoS 0 does not have) with `alias`
    /// as in [#publishSize(Publish, ProtocolVersion, int)]. A Topic Alias among its own properties
    /// is not sent.
    public static void encodePublish(
            Publish publish,
            int packetIdentifier,
            boolean dup,
            int alias,
            ProtocolVersion version,
            ByteBuf out) {
        if (publish.qos() == QoS.AT_MOST_ONCE) {
            require(!dup, "PUBLISH of QoS 0 has DUP 0 [MQTT-3.3.1-2], given was 1");
        } else {
            requireIdentifier(packetIdentifier);
        }
        writePublishHeader(publish, packetIdentifier, dup, alias, version, out);
        publish.payload().writeTo(out);
    }

    /// Writes all of `publish` but the payload, and says where the Packet Identifier is, -1 if
    /// nowhere.
    static int writePublishHeader(
            Publish publish,
            int packetIdentifier,
            boolean dup,
            int alias,
            ProtocolVersion version,
            ByteBuf out) {
        int length = publishLength(publish, version, alias);
        out.ensureWritable(withHeader(length) - publish.payload().length());
        out.writeByte(
                (PacketType.PUBLISH.value() << 4)
                        | (dup ? 8 : 0)
                        | (publish.qos().value() << 1)
                        | (publish.retain() ? 1 : 0));
        VariableByteInteger.write(length, out);
        TopicName topicName = alias < 0 ? TopicName.NONE : publish.topicName();
        out.writeShort(topicName.length()).writeBytes(topicName.utf8());
        int identifierAt = -1;
        if (publish.qos() != QoS.AT_MOST_ONCE) {
            identifierAt = out.writerIndex();
            out.writeShort(packetIdentifier);
        }
        if (version.isMqtt5()) {
            PropertiesEncoder.encode(
                    publish.properties(), PacketType.PUBLISH, Math.abs(alias), out);
        }
        return identifierAt;
    }

    private static int publishLength(Publish publish, ProtocolVersion version, int alias) {
        require(version.isMqtt5() || alias == 0, "before 5.0 there is no Topic Alias");
        require(Math.abs(alias) <= 0xFFFF, "a Topic Alias is 1 to 65535");
        require(
                alias < 0 || !publish.topicName().isEmpty(),
                "PUBLISH has a Topic Name or else a Topic Alias");
        int name = alias < 0 ? 0 : publish.topicName().length();
        int identifier = publish.qos() == QoS.AT_MOST_ONCE ? 0 : 2;
        int properties =
                version.isMqtt5()
                        ? PropertiesEncoder.size(publish.properties(), PacketType.PUBLISH, alias)
                        : 0;
        return checkedLength(2L + name + identifier + properties + publish.payload().length());
    }

    private static int aliasOf(Publish publish) {
        int alias = (int) publish.properties().number(Property.TOPIC_ALIAS, 0);
        return publish.topicName().isEmpty() ? -alias : alias;
    }

    /// `packet` without what peers may do without, so that it fits `packetSizeMax` bytes: User
    /// Properties go first, then the Reason String [MQTT-3.4.2-2], [MQTT-3.4.2-3] and their like;
    /// without `problemInformation` both go from all but PUBLISH, CONNACK and DISCONNECT
    /// [MQTT-3.1.2-29]. What an application wrote is never cut: PUBLISH, CONNECT, SUBSCRIBE and
    /// UNSUBSCRIBE come back as they are, and so does the rest when nothing more can be left out.
    public static Packet fitted(
            Packet packet,
            ProtocolVersion version,
            long packetSizeMax,
            boolean problemInformation) {
        if (!version.isMqtt5() || packet.properties().isEmpty()) {
            return packet;
        }
        boolean always = packet instanceof Connack || packet instanceof Disconnect;
        Packet fitted = packet;
        for (Property property : new Property[] {Property.USER_PROPERTY, Property.REASON_STRING}) {
            boolean unwanted = !problemInformation && !always;
            if (fitted.properties().has(property)
                    && (unwanted || size(fitted, version) > packetSizeMax)) {
                fitted = withProperties(fitted, fitted.properties().without(property));
            }
        }
        return fitted;
    }

    private static Packet withProperties(Packet packet, Properties properties) {
        return switch (packet) {
            case Connack p -> new Connack(p.sessionPresent(), p.reasonCode(), properties);
            case Puback p -> new Puback(p.packetIdentifier(), p.reasonCode(), properties);
            case Pubrec p -> new Pubrec(p.packetIdentifier(), p.reasonCode(), properties);
            case Pubrel p -> new Pubrel(p.packetIdentifier(), p.reasonCode(), properties);
            case Pubcomp p -> new Pubcomp(p.packetIdentifier(), p.reasonCode(), properties);
            case Suback p -> new Suback(p.packetIdentifier(), p.reasonCodes(), properties);
            case Unsuback p -> new Unsuback(p.packetIdentifier(), p.reasonCodes(), properties);
            case Disconnect p -> new Disconnect(p.reasonCode(), properties);
            case Auth p -> new Auth(p.reasonCode(), properties);
            case Connect p -> p;
            case Publish p -> p;
            case Subscribe p -> p;
            case Unsubscribe p -> p;
            case Pingreq p -> p;
            case Pingresp p -> p;
        };
    }

    private static int remainingLength(Packet packet, ProtocolVersion version) {
        return packet instanceof Publish publish
                ? publishLength(publish, version, aliasOf(publish))
                : checkedLength(BodyEncoder.length(packet, version));
    }

    private static int withHeader(int remainingLength) {
        return 1 + VariableByteInteger.size(remainingLength) + remainingLength;
    }

    private static int checkedLength(long length) {
        require(length <= VariableByteInteger.MAX, "a Remaining Length is at most 268435455");
        return (int) length;
    }

    static void requireIdentifier(int packetIdentifier) {
        require(
                packetIdentifier > 0 && packetIdentifier <= 0xFFFF,
                "a Packet Identifier is 1 to 65535");
    }

    static void require(boolean holds, String expected) {
        if (!holds) {
            throw new IllegalArgumentException(expected);
        }
    }
}
