package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PackedPublishTest {
    private static final Properties TEXT =
            Properties.builder().put(Property.PAYLOAD_FORMAT_INDICATOR, 1L).build();

    @ParameterizedTest
    @CsvSource({
        "a/b,  23.5, 0, true,  false",
        "ñ/ü,  '',   1, false, false",
        "a,    grün, 2, true,  true",
        "a/b/, x,    1, true,  true",
    })
    void whatIsUnpackedIsWhatWasPackedButForWhatIsOfOneSending(
            String topic, String payload, int qos, boolean retain, boolean isText) {
        byte[] bytes = payload.getBytes(StandardCharsets.UTF_8);
        ByteBuf received = Unpooled.copiedBuffer(new byte[] {7, 7}, bytes, new byte[] {7});
        Publish given =
                new Publish(
                        TopicName.of(topic),
                        Payload.inTransit(received, 2, bytes.length),
                        QoS.values()[qos],
                        retain,
                        true,
                        11,
                        isText ? TEXT : Properties.NONE);
        PackedPublish packed = new PackedPublish(given);
        Publish expected = given.sentAs(0, false);
        assertThat(packed.unpacked()).isEqualTo(expected);
        assertThat(packed.length()).isEqualTo(topicLength(topic) + bytes.length);
        assertThat(packed.properties()).isEqualTo(given.properties());

        received.setZero(0, received.capacity()); // the buffer goes on to something else
        Publish unpacked = packed.unpacked();
        assertThat(unpacked.payload().toByteArray()).isEqualTo(bytes);
        assertThat(unpacked.payload().stored()).isSameAs(unpacked.payload());
        ByteBuf written = Unpooled.buffer();
        unpacked.payload().writeTo(written);
        assertThat(written.toString(StandardCharsets.UTF_8)).isEqualTo(payload);
    }

    private static int topicLength(String topic) {
        return topic.getBytes(StandardCharsets.UTF_8).length;
    }
}
