package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

/// What is kept of properties is what was given.
class PropertiesCodecTest {
    private static final Properties OF_MESSAGE =
            Properties.builder()
                    .put(Property.PAYLOAD_FORMAT_INDICATOR, 1)
                    .put(Property.MESSAGE_EXPIRY_INTERVAL, 0xFFFF_FFFFL)
                    .put(Property.RESPONSE_TOPIC, "answers/ñ")
                    .put(Property.CORRELATION_DATA, new byte[] {0, -1})
                    .add(new UserProperty("a", "1"))
                    .add(new UserProperty("a", ""))
                    .build();

    private final ByteBuf bytes = Unpooled.buffer();

    @Test
    void propertiesOfAMessageComeBack() {
        PropertiesCodec.encode(OF_MESSAGE, bytes);
        bytes.writeByte(7);
        assertThat(PropertiesCodec.decode(bytes)).isEqualTo(OF_MESSAGE);
        assertThat(bytes.readByte()).as("what comes behind them").isEqualTo((byte) 7);
    }

    @Test
    void propertiesOfAWillComeBack() {
        Properties will = OF_MESSAGE.with(Property.WILL_DELAY_INTERVAL, 5);
        PropertiesCodec.encodeWill(will, bytes);
        PropertiesCodec.encodeWill(Properties.NONE, bytes);
        assertThat(PropertiesCodec.decodeWill(bytes)).isEqualTo(will);
        assertThat(PropertiesCodec.decodeWill(bytes)).isSameAs(Properties.NONE);
        assertThat(bytes.isReadable()).isFalse();
    }

    @Test
    void theAliasOfAConnectionIsNotKept() {
        PropertiesCodec.encode(OF_MESSAGE.with(Property.TOPIC_ALIAS, 3), bytes);
        assertThat(PropertiesCodec.decode(bytes)).isEqualTo(OF_MESSAGE);
    }

    @Test
    void moreThanAnyConnectionMayBringComesBack() {
        Properties.Builder many = Properties.builder();
        for (int i = 0; i <= DecoderLimits.DEFAULT.userPropertiesMax(); i++) {
            many.add(new UserProperty("name", "value"));
        }
        PropertiesCodec.encode(many.build(), bytes);
        assertThat(PropertiesCodec.decode(bytes).userProperties())
                .hasSize(DecoderLimits.DEFAULT.userPropertiesMax() + 1);
    }

    @Test
    void damagedPropertiesAreRefused() {
        PropertiesCodec.encode(OF_MESSAGE, bytes);
        ByteBuf cut = bytes.slice(0, bytes.readableBytes() - 1);
        assertThatThrownBy(() -> PropertiesCodec.decode(cut)).isInstanceOf(ProtocolViolation.class);
    }
}
