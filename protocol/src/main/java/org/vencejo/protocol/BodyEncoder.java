package org.vencejo.protocol;

import static org.vencejo.protocol.PropertiesEncoder.writeBinary;
import static org.vencejo.protocol.PropertiesEncoder.writeText;

import io.netty.buffer.ByteBuf;
import java.util.List;

/// All packets but PUBLISH to the bytes behind their fixed header. Stateless.
final class BodyEncoder {
    private BodyEncoder() {}

    /// The Remaining Length of `packet`.
    static long length(Packet packet, ProtocolVersion version) {
        boolean mqtt5 = version.isMqtt5();
        return switch (packet) {
            case Connect p -> connectLength(p, version);
            case Connack p -> 2L + (mqtt5 ? propertiesSize(p) : 0);
            case Puback p -> answerLength(p, p.reasonCode(), mqtt5);
            case Pubrec p -> answerLength(p, p.reasonCode(), mqtt5);
            case Pubrel p -> answerLength(p, p.reasonCode(), mqtt5);
            case Pubcomp p -> answerLength(p, p.reasonCode(), mqtt5);
            case Subscribe p ->
                    2L + (mqtt5 ? propertiesSize(p) : 0) + subscriptionsLength(p.subscriptions());
            case Suback p -> 2L + (mqtt5 ? propertiesSize(p) : 0) + p.reasonCodes().size();
            case Unsubscribe p ->
                    2L + (mqtt5 ? propertiesSize(p) : 0) + filtersLength(p.topicFilters());
            case Unsuback p -> 2L + (mqtt5 ? propertiesSize(p) + p.reasonCodes().size() : 0);
            case Pingreq p -> 0;
            case Pingresp p -> 0;
            case Disconnect p -> mqtt5 ? codeAndPropertiesLength(p, p.reasonCode()) : 0;
            case Auth p -> authLength(p, mqtt5);
            case Publish p -> throw new IllegalStateException("PUBLISH is encoded elsewhere");
        };
    }

    /// Writes what [#length(Packet, ProtocolVersion)] has counted: `length` bytes.
    static void encode(Packet packet, ProtocolVersion version, int length, ByteBuf out) {
        boolean mqtt5 = version.isMqtt5();
        switch (packet) {
            case Connect p -> connect(p, out);
            case Connack p -> connack(p, version, out);
            case Puback p -> answer(p, p.packetIdentifier(), p.reasonCode(), length, out);
            case Pubrec p -> answer(p, p.packetIdentifier(), p.reasonCode(), length, out);
            case Pubrel p -> answer(p, p.packetIdentifier(), p.reasonCode(), length, out);
            case Pubcomp p -> answer(p, p.packetIdentifier(), p.reasonCode(), length, out);
            case Subscribe p -> subscribe(p, mqtt5, out);
            case Suback p -> suback(p, version, out);
            case Unsubscribe p -> unsubscribe(p, mqtt5, out);
            case Unsuback p -> unsuback(p, mqtt5, out);
            case Pingreq p -> {}
            case Pingresp p -> {}
            case Disconnect p -> codeAndProperties(p, p.reasonCode(), length, out);
            case Auth p -> codeAndProperties(p, p.reasonCode(), length, out);
            case Publish p -> throw new IllegalStateException("PUBLISH is encoded elsewhere");
        }
    }

    private static int propertiesSize(Packet packet) {
        return PropertiesEncoder.size(packet.properties(), packet.type(), 0);
    }

    private static void properties(Packet packet, ByteBuf out) {
        PropertiesEncoder.encode(packet.properties(), packet.type(), 0, out);
    }

    private static long connectLength(Connect connect, ProtocolVersion version) {
        PacketEncoder.require(
                connect.version() == version,
                "a CONNECT of " + connect.version() + " is not of " + version);
        PacketEncoder.require(
                connect.password() == null || connect.userName() != null || version.isMqtt5(),
                "before 5.0 a Password comes with a User Name [MQTT-3.1.2-22]");
        PacketEncoder.require(
                connect.keepAlive() >= 0 && connect.keepAlive() <= 0xFFFF,
                "a Keep Alive is 0 to 65535");
        long length =
                2L
                        + version.protocolName().length()
                        + 1
                        + 1
                        + 2
                        + 2
                        + Utf8.size(connect.clientIdentifier());
        length += version.isMqtt5() ? propertiesSize(connect) : 0;
        Will will = connect.will();
        if (will != null) {
            PacketEncoder.require(
                    !will.topicName().isEmpty(), "a Will Topic has at least one character");
            PacketEncoder.require(
                    will.payload().length() <= Utf8.BYTES_MAX,
                    "a Will Payload has at most 65535 bytes");
            length += version.isMqtt5() ? PropertiesEncoder.willSize(will.properties()) : 0;
            length += 4L + will.topicName().length() + will.payload().length();
        }
        String userName = connect.userName();
        length += userName == null ? 0 : 2 + Utf8.size(userName);
        byte[] password = connect.password();
        return length + (password == null ? 0 : 2 + PropertiesEncoder.binaryLength(password));
    }

    // The order of the payload is [MQTT-3.1.3-1].
    private static void connect(Connect connect, ByteBuf out) {
        ProtocolVersion version = connect.version();
        Will will = connect.will();
        String userName = connect.userName();
        byte[] password = connect.password();
        writeText(version.protocolName(), out);
        int flags = connect.cleanStart() ? 0x02 : 0;
        flags |= will == null ? 0 : 0x04 | (will.qos().value() << 3) | (will.retain() ? 0x20 : 0);
        flags |= (password == null ? 0 : 0x40) | (userName == null ? 0 : 0x80);
        out.writeByte(version.level()).writeByte(flags).writeShort(connect.keepAlive());
        if (version.isMqtt5()) {
            properties(connect, out);
        }
        writeText(connect.clientIdentifier(), out);
        if (will != null) {
            if (version.isMqtt5()) {
                PropertiesEncoder.encodeWill(will.properties(), out);
            }
            writeBinary(will.topicName().utf8(), out);
            out.writeShort(will.payload().length());
            will.payload().writeTo(out);
        }
        if (userName != null) {
            writeText(userName, out);
        }
        if (password != null) {
            writeBinary(password, out);
        }
    }

    private static void connack(Connack connack, ProtocolVersion version, ByteBuf out) {
        boolean present = connack.sessionPresent() && version != ProtocolVersion.MQTT_3_1; // V31-6
        out.writeByte(present ? 1 : 0);
        if (version.isMqtt5()) {
            out.writeByte(connack.reasonCode().value());
            properties(connack, out);
            return;
        }
        int returnCode = connack.reasonCode().returnCode();
        PacketEncoder.require(
                returnCode >= 0,
                connack.reasonCode()
                        + " is not said by a CONNACK before 5.0, but by closing [MQTT-3.2.2-6]");
        out.writeByte(returnCode);
    }

    /// Without properties, then without a code, the shorter forms are taken [U5-31].
    private static long answerLength(Packet answer, ReasonCode code, boolean mqtt5) {
        return 2L + (mqtt5 ? codeAndPropertiesLength(answer, code) : 0);
    }

    private static void answer(
            Packet answer, int packetIdentifier, ReasonCode code, int length, ByteBuf out) {
        PacketEncoder.requireIdentifier(packetIdentifier);
        out.writeShort(packetIdentifier);
        codeAndProperties(answer, code, length - 2, out);
    }

    private static int codeAndPropertiesLength(Packet packet, ReasonCode code) {
        if (!packet.properties().isEmpty()) {
            return 1 + propertiesSize(packet);
        }
        return code == ReasonCode.SUCCESS ? 0 : 1;
    }

    private static void codeAndProperties(Packet packet, ReasonCode code, int length, ByteBuf out) {
        if (length > 0) {
            out.writeByte(code.value());
        }
        if (length > 1) {
            properties(packet, out);
        }
    }

    /// AUTH has no form without the Property Length but the empty one.
    private static long authLength(Auth auth, boolean mqtt5) {
        PacketEncoder.require(mqtt5, "before 5.0 there is no AUTH");
        boolean empty = auth.reasonCode() == ReasonCode.SUCCESS && auth.properties().isEmpty();
        return empty ? 0 : 1 + propertiesSize(auth);
    }

    private static long subscriptionsLength(List<Subscription> subscriptions) {
        PacketEncoder.require(!subscriptions.isEmpty(), "SUBSCRIBE has at least one Topic Filter");
        long length = 0;
        for (Subscription subscription : subscriptions) {
            length += 3 + subscription.topicFilter().length();
        }
        return length;
    }

    private static void subscribe(Subscribe subscribe, boolean mqtt5, ByteBuf out) {
        PacketEncoder.requireIdentifier(subscribe.packetIdentifier());
        out.writeShort(subscribe.packetIdentifier());
        if (mqtt5) {
            properties(subscribe, out);
        }
        for (Subscription subscription : subscribe.subscriptions()) {
            writeBinary(subscription.topicFilter().utf8(), out);
            int options = subscription.maximumQoS().value();
            if (mqtt5) {
                options |= subscription.noLocal() ? 0x04 : 0;
                options |= subscription.retainAsPublished() ? 0x08 : 0;
                options |= subscription.retainHandling().value() << 4;
            }
            out.writeByte(options);
        }
    }

    private static void suback(Suback suback, ProtocolVersion version, ByteBuf out) {
        PacketEncoder.requireIdentifier(suback.packetIdentifier());
        out.writeShort(suback.packetIdentifier());
        if (version.isMqtt5()) {
            properties(suback, out);
        }
        for (ReasonCode code : suback.reasonCodes()) {
            PacketEncoder.require(
                    version != ProtocolVersion.MQTT_3_1 || !code.isError(),
                    "a SUBACK of 3.1 cannot refuse [V31-8]");
            boolean anyFailure = code.isError() && !version.isMqtt5();
            out.writeByte(anyFailure ? ReasonCode.UNSPECIFIED_ERROR.value() : code.value());
        }
    }

    private static long filtersLength(List<TopicFilter> topicFilters) {
        PacketEncoder.require(!topicFilters.isEmpty(), "UNSUBSCRIBE has at least one Topic Filter");
        long length = 0;
        for (TopicFilter topicFilter : topicFilters) {
            length += 2 + topicFilter.length();
        }
        return length;
    }

    private static void unsubscribe(Unsubscribe unsubscribe, boolean mqtt5, ByteBuf out) {
        PacketEncoder.requireIdentifier(unsubscribe.packetIdentifier());
        out.writeShort(unsubscribe.packetIdentifier());
        if (mqtt5) {
            properties(unsubscribe, out);
        }
        for (TopicFilter topicFilter : unsubscribe.topicFilters()) {
            writeBinary(topicFilter.utf8(), out);
        }
    }

    private static void unsuback(Unsuback unsuback, boolean mqtt5, ByteBuf out) {
        PacketEncoder.requireIdentifier(unsuback.packetIdentifier());
        out.writeShort(unsuback.packetIdentifier());
        if (mqtt5) {
            properties(unsuback, out);
            for (ReasonCode code : unsuback.reasonCodes()) {
                out.writeByte(code.value());
            }
        }
    }
}
