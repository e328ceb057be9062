package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// One frame, many receivers. (That its bytes are those of the encoder is tested with packets by
/// chance.)
class PublishFrameTest {

    @Test
    void eachReceiverGetsItsOwnIdentifierAndDup() {
        PublishFrame frame = new PublishFrame();
        frame.encode(publish(QoS.AT_LEAST_ONCE, Payload.of("hi")), ProtocolVersion.MQTT_3_1_1);
        ByteBuf out = Unpooled.buffer();
        frame.writeTo(out, 0x1234, false);
        frame.writeTo(out, 0xFFFF, true);
        frame.writeTo(out, 1, false);
        assertThat(Bytes.hex(out))
                .isEqualTo(
                        Bytes.hex(
                                Bytes.of(
                                        """
                                        32 07 00 01 74 12 34 68 69
                                        3A 07 00 01 74 FF FF 68 69
                                        32 07 00 01 74 00 01 68 69
                                        """)));
    }

    @Test
    void whoCopiesItHimselfIsToldHowMuchAndWhereTheIdentifierIs() {
        PublishFrame frame = new PublishFrame();
        frame.encode(publish(QoS.AT_LEAST_ONCE, Payload.of("hi")), ProtocolVersion.MQTT_3_1_1);
        assertThat(frame.bytes()).isEqualTo(9);
        assertThat(frame.identifierAt()).as("behind 32 07 00 01 74").isEqualTo(5);
    }

    @Test
    void qos0HasNeither() {
        PublishFrame frame = new PublishFrame();
        frame.encode(publish(QoS.AT_MOST_ONCE, Payload.of("hi")), ProtocolVersion.MQTT_5);
        ByteBuf out = Unpooled.buffer();
        frame.writeTo(out, 7, true);
        assertThat(Bytes.hex(out)).isEqualTo("3006000174006869");
        assertThat(frame.identifierAt()).isEqualTo(-1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, PublishFrame.COPY_MAX, PublishFrame.COPY_MAX + 1, 100_000})
    void aLargePayloadIsSentByReferenceBehindTheHeader(int length) {
        Payload payload = Payload.of(new byte[length]);
        Publish publish = publish(QoS.EXACTLY_ONCE, payload);
        PublishFrame frame = new PublishFrame();
        frame.encode(publish, ProtocolVersion.MQTT_5);
        ByteBuf out = Unpooled.buffer();
        frame.writeTo(out, 1, false);
        int whole = PacketEncoder.publishSize(publish, ProtocolVersion.MQTT_5, 0);
        assertThat(frame.size()).isEqualTo(whole);
        assertThat(frame.payloadApart()).isEqualTo(length > PublishFrame.COPY_MAX);
        assertThat(out.readableBytes()).isEqualTo(frame.payloadApart() ? whole - length : whole);
    }

    @Test
    void itIsUsedAgainAndAgain() {
        PublishFrame frame = new PublishFrame();
        frame.encode(publish(QoS.EXACTLY_ONCE, Payload.of("a longer one")), ProtocolVersion.MQTT_5);
        frame.writeTo(Unpooled.buffer(), 9, true);
        frame.encode(publish(QoS.AT_MOST_ONCE, Payload.EMPTY), ProtocolVersion.MQTT_3_1);
        ByteBuf out = Unpooled.buffer();
        frame.writeTo(out, 0, false);
        assertThat(Bytes.hex(out)).isEqualTo("3003000174");
    }

    @Test
    void anIdentifierThatIsNoneIsRefused() {
        PublishFrame frame = new PublishFrame();
        frame.encode(publish(QoS.AT_LEAST_ONCE, Payload.EMPTY), ProtocolVersion.MQTT_5);
        assertThatThrownBy(() -> frame.writeTo(Unpooled.buffer(), 0, false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static Publish publish(QoS qos, Payload payload) {
        return new Publish(TopicName.of("t"), payload, qos, false, false, 0, Properties.NONE);
    }
}
