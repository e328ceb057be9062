package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What the road of a PUBLISH may cost in memory: the record and the view of its payload, and
/// nothing per receiver.
class AllocationTest {
    private static final int TIMES = 20_000;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @ParameterizedTest
    @EnumSource(ProtocolVersion.class)
    void aRepeatedTopicCostsARecordAndAView(ProtocolVersion version) {
        PacketDecoder decoder = PacketDecoder.ofServer(DecoderLimits.DEFAULT, new TopicCache());
        decoder.decode(PacketRow.connect(version));
        ByteBuf in = Unpooled.directBuffer();
        Publish publish =
                new Publish(
                        TopicName.of("miCasa/plantaBaja/sala/temperatura"),
                        Payload.of("21.5"),
                        QoS.AT_LEAST_ONCE,
                        false,
                        false,
                        77,
                        Properties.NONE);
        PacketEncoder.encode(publish, version, in);
        assertThat(bytesEach(() -> decode(decoder, in))).isBetween(1L, 160L);
        in.release();
    }

    @Test
    void aPubackCostsARecord() {
        PacketDecoder decoder = PacketDecoder.ofServer(DecoderLimits.DEFAULT, new TopicCache(2));
        decoder.decode(PacketRow.connect(ProtocolVersion.MQTT_5));
        ByteBuf in = Unpooled.directBuffer().writeBytes(Bytes.of("40 02 00 01"));
        assertThat(bytesEach(() -> decode(decoder, in))).isBetween(1L, 32L);
        in.release();
    }

    @Test
    void aReceiverCostsNothing() {
        PublishFrame frame = new PublishFrame();
        frame.encode(
                new Publish(
                        TopicName.of("a/b"),
                        Payload.of(new byte[100]),
                        QoS.AT_LEAST_ONCE,
                        false,
                        false,
                        0,
                        Properties.NONE.withUserProperty("a", "b")),
                ProtocolVersion.MQTT_5);
        ByteBuf out = Unpooled.directBuffer(1024);
        assertThat(
                        bytesEach(() -> {
                            out.clear();
                            frame.writeTo(out, 5, true);
                        }))
                .isZero();
        out.release();
    }

    private static void decode(PacketDecoder decoder, ByteBuf in) {
        in.readerIndex(0);
        if (decoder.decode(in) == null) {
            throw new AssertionError("a whole packet was not decoded");
        }
    }

    /// The first rounds load classes; the mean of the rest is told in whole bytes.
    private static long bytesEach(Runnable road) {
        for (int i = 0; i < TIMES; i++) {
            road.run();
        }
        long before = THREADS.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < TIMES; i++) {
            road.run();
        }
        return (THREADS.getCurrentThreadAllocatedBytes() - before) / TIMES;
    }
}
