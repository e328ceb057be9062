package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What a decoder knows and limits besides the bytes of one packet.
class PacketDecoderTest {
    private static final DecoderLimits SMALL = new DecoderLimits(64, 32, 3, 2, 10, 2);

    @ParameterizedTest
    @CsvSource({
        "10 0D 00 04 4D 51 54 54 04 02 00 00 00 01 63, MQTT_3_1_1", // accepted
        "10 0D 00 04 4D 51 54 54 04 03 00 00 00 01 63, MQTT_3_1_1", // a reserved flag
        "10 0E 00 04 4D 51 54 54 05 03 00 00 00 00 01 63, MQTT_5", // a reserved flag
        "10 0F 00 06 4D 51 49 73 64 70 03 02 00 00 00 02 63, MQTT_3_1", // half a Client Identifier
        "10 0D 00 04 4D 51 54 54 00 02 00 00 00 01 63, MQTT_3_1_1", // MQTT 0
        "10 0D 00 04 4D 51 54 54 03 02 00 00 00 01 63, MQTT_3_1_1", // MQTT 3
        "10 0F 00 06 4D 51 49 73 64 70 04 02 00 00 00 01 63, MQTT_3_1_1", // MQIsdp 4
        "10 0F 00 06 4D 51 49 73 64 70 FF 02 00 00 00 01 63, MQTT_3_1_1", // MQIsdp 255
        "10 0F 00 06 4D 51 49 73 64 70 83 02 00 00 00 01 63, MQTT_3_1_1", // a bridge
        "10 0D 00 04 4D 51 54 54 84 02 00 00 00 01 63, MQTT_3_1_1", // a bridge
        "10 0D 00 04 4D 51 54 54 06 02 00 00 00 01 63, MQTT_5", // MQTT 6
        "10 0D 00 04 4D 51 54 54 85 02 00 00 00 01 63, MQTT_5", // MQTT 133
        "10 0D 00 04 4D 51 54 58 04 02 00 00 00 01 63, ", // name MQTX
        "10 06 00 04 4D 51 54 54, ", // no level
        "C0 00, ", // no CONNECT
        "10 0D 00 04 4D 51 54 54, " // not whole
    })
    void theVersionIsThatInWhichTheAnswerIsWritten(String bytes, ProtocolVersion version) {
        PacketDecoder decoder = PacketDecoder.ofServer(DecoderLimits.DEFAULT, new TopicCache(2));
        assertThat(decoder.version()).isNull();
        var unused =
                catchThrowableOfType(
                        ProtocolViolation.class, () -> decoder.decode(Bytes.buffer(bytes)));
        assertThat(decoder.version()).isEqualTo(version);
    }

    @Test
    void aPacketAsLargeAsTheLimitPassesAndOneByteMoreDoesNot() {
        PacketDecoder decoder = connected(SMALL);
        assertThat(decoder.decode(publish(64))).isInstanceOf(Publish.class);
        assertRefused(decoder, publish(65), ReasonCode.PACKET_TOO_LARGE);
    }

    @Test
    void aConnectAsLargeAsItsLimitPassesAndOneByteMoreDoesNot() {
        assertThat(server(SMALL).decode(connect(32))).isInstanceOf(Connect.class);
        assertRefused(server(SMALL), connect(33), ReasonCode.PACKET_TOO_LARGE);
    }

    @ParameterizedTest
    @CsvSource({
        "10 80 80 40 00 04 4D 51 54 54 05, MQTT_5",
        "10 80 80 40 00 04 4D 51 54 54 04, ", // 3.x has no word for it
        "10 80 80 40 00 06 4D 51 49 73 64, ",
        "10 80 80 40 00 04 4D 51 54 58 05, "
    })
    void aConnectThatIsTooLargeIsReadAsFarAsItsVersion(String bytes, ProtocolVersion version) {
        PacketDecoder decoder = server(SMALL);
        ByteBuf whole = Bytes.buffer(bytes);
        for (int length = 4; length < whole.readableBytes(); length++) {
            assertThat(decoder.decode(whole.slice(0, length))).isNull();
            assertThat(decoder.bytesWanted()).isEqualTo(11 - length);
        }
        assertRefused(decoder, whole, ReasonCode.PACKET_TOO_LARGE);
        assertThat(decoder.version()).isEqualTo(version);
    }

    @ParameterizedTest
    @CsvSource({"16 03 01 02 00 01, true", "12 03 01 02 00 01, false"})
    void whoSpeaksTlsIsToldWhatHeMayHaveMeant(String bytes, boolean told) {
        PacketDecoder decoder = server(DecoderLimits.DEFAULT);
        ProtocolViolation violation =
                catchThrowableOfType(
                        ProtocolViolation.class, () -> decoder.decode(Bytes.buffer(bytes)));
        assertThat(violation.detail().endsWith("(TLS on a plain listener?)")).isEqualTo(told);
    }

    @Test
    void theLimitCanBeMoved() {
        PacketDecoder decoder = connected(SMALL);
        decoder.packetSizeMax(65);
        assertThat(decoder.decode(publish(65))).isInstanceOf(Publish.class);
        assertRefused(decoder, publish(66), ReasonCode.PACKET_TOO_LARGE);
        decoder.packetSizeMax(20);
        assertRefused(decoder, publish(21), ReasonCode.PACKET_TOO_LARGE);
    }

    @Test
    void bytesWantedIsWhatIsMissing() {
        PacketDecoder decoder = connected(DecoderLimits.DEFAULT);
        ByteBuf in = Unpooled.buffer();
        assertThat(decoder.decode(in)).isNull();
        assertThat(decoder.bytesWanted()).isZero();
        in.writeBytes(Bytes.of("30 80"));
        assertThat(decoder.decode(in)).isNull();
        assertThat(decoder.bytesWanted()).as("the length is not known").isZero();
        in.writeBytes(Bytes.of("01"));
        assertThat(decoder.decode(in)).isNull();
        assertThat(decoder.bytesWanted()).isEqualTo(128);
        in.writeBytes(new byte[] {0, 1, 't'});
        assertThat(decoder.decode(in)).isNull();
        assertThat(decoder.bytesWanted()).isEqualTo(125);
        in.writeBytes(new byte[125]);
        assertThat(decoder.decode(in)).isInstanceOf(Publish.class);
        assertThat(decoder.bytesWanted()).isZero();
    }

    @Test
    void whatIsMissingIsCountedFromWhereThePacketBegins() {
        PacketDecoder decoder = connected(DecoderLimits.DEFAULT);
        ByteBuf in = Bytes.buffer("30 05 00 01 74 00 61" + "30 05 00 01 74");
        assertThat(decoder.decode(in)).isInstanceOf(Publish.class);
        assertThat(decoder.decode(in)).isNull();
        assertThat(decoder.bytesWanted()).isEqualTo(2);
        assertThat(in.readerIndex()).as("nothing is consumed").isEqualTo(7);
    }

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aTopicNameAsDeepAsTheLimitPassesAndOneLevelMoreDoesNot(ProtocolVersion version) {
        PacketDecoder decoder = server(SMALL);
        decoder.decode(PacketRow.connect(version));
        assertThat(decoder.decode(Bytes.buffer("30 08 00 05 61 2F 62 2F 63 00")))
                .isInstanceOf(Publish.class);
        assertRefused(
                decoder,
                Bytes.buffer("30 09 00 06 61 2F 62 2F 63 2F 00"),
                ReasonCode.TOPIC_NAME_INVALID);
        PacketDecoder ofClient = PacketDecoder.ofClient(version, SMALL, new TopicCache(2));
        assertRefused(
                ofClient,
                Bytes.buffer("30 09 00 06 61 2F 62 2F 63 2F 00"),
                ReasonCode.TOPIC_NAME_INVALID);
    }

    @Test
    void userPropertiesAreCounted() {
        PacketDecoder decoder = connected(SMALL);
        String pair = "26 00 01 61 00 01 62";
        assertThat(decoder.decode(Bytes.buffer("30 12 00 01 74 0E" + pair + pair))).isNotNull();
        assertRefused(
                decoder,
                Bytes.buffer("30 19 00 01 74 15" + pair + pair + pair),
                ReasonCode.PACKET_TOO_LARGE);
    }

    @Test
    void theBytesOfUserPropertiesAreCounted() {
        PacketDecoder decoder = connected(SMALL);
        String five = "26 00 02 61 61 00 03 62 62 62";
        assertThat(decoder.decode(Bytes.buffer("30 18 00 01 74 14" + five + five))).isNotNull();
        String six = "26 00 03 61 61 61 00 03 62 62 62";
        assertRefused(
                decoder,
                Bytes.buffer("30 19 00 01 74 15" + five + six),
                ReasonCode.PACKET_TOO_LARGE);
    }

    @Test
    void topicFiltersAreCounted() {
        PacketDecoder decoder = connected(SMALL);
        String filter = "00 01 74 00";
        assertThat(decoder.decode(Bytes.buffer("82 0B 00 01 00" + filter + filter))).isNotNull();
        assertRefused(
                decoder,
                Bytes.buffer("82 0F 00 01 00" + filter + filter + filter),
                ReasonCode.PACKET_TOO_LARGE);
        String name = "00 01 74";
        assertThat(decoder.decode(Bytes.buffer("A2 09 00 01 00" + name + name))).isNotNull();
        assertRefused(
                decoder,
                Bytes.buffer("A2 0C 00 01 00" + name + name + name),
                ReasonCode.PACKET_TOO_LARGE);
    }

    @Test
    void aServerMayNameATopicLikeASharedSubscription() {
        PacketDecoder decoder =
                PacketDecoder.ofClient(ProtocolVersion.MQTT_5, SMALL, new TopicCache(2));
        assertThat(decoder.decode(Bytes.buffer("30 0D 00 0A 24 73 68 61 72 65 2F 67 2F 74 00")))
                .isNotNull();
    }

    @Test
    void aThousandSubscriptionIdentifiersAreKept() {
        PacketDecoder decoder =
                PacketDecoder.ofClient(
                        ProtocolVersion.MQTT_5, DecoderLimits.DEFAULT, new TopicCache(2));
        ByteBuf in = Unpooled.buffer().writeBytes(Bytes.of("30 D5 0F 00 01 74 D0 0F"));
        for (int i = 0; i < 1000; i++) {
            in.writeByte(0x0B).writeByte(1 + i % 127);
        }
        Packet packet = decoder.decode(in);
        assertThat(packet).isNotNull();
        assertThat(packet.properties().subscriptionIdentifiers())
                .hasSize(1000)
                .startsWith(1, 2, 3)
                .endsWith(111);
    }

    private static PacketDecoder server(DecoderLimits limits) {
        return PacketDecoder.ofServer(limits, new TopicCache(2));
    }

    private static PacketDecoder connected(DecoderLimits limits) {
        PacketDecoder decoder = server(limits);
        decoder.decode(PacketRow.connect(ProtocolVersion.MQTT_5));
        return decoder;
    }

    private static ByteBuf publish(int size) {
        return Unpooled.buffer()
                .writeByte(0x30)
                .writeByte(size - 2)
                .writeBytes(new byte[] {0, 1, 't', 0})
                .writeBytes(new byte[size - 6]);
    }

    private static ByteBuf connect(int size) {
        int identifier = size - 14;
        return Unpooled.buffer()
                .writeByte(0x10)
                .writeByte(size - 2)
                .writeBytes(Bytes.of("00 04 4D 51 54 54 04 02 00 00"))
                .writeShort(identifier)
                .writeBytes(
                        "x"
                                .repeat(identifier)
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    }

    private static void assertRefused(PacketDecoder decoder, ByteBuf in, ReasonCode reasonCode) {
        ProtocolViolation violation =
                catchThrowableOfType(ProtocolViolation.class, () -> decoder.decode(in));
        assertThat(violation).isNotNull();
        assertThat(violation.reasonCode()).isEqualTo(reasonCode);
    }
}
