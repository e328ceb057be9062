package org.vencejo.bench;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.PublishFrame;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicCache;
import org.vencejo.protocol.TopicName;

/// Bytes to a PUBLISH and back, for a topic that was seen before.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(
        value = 1,
        jvmArgsAppend = {"--sun-misc-unsafe-memory-access=allow", "-XX:+UseCompactObjectHeaders"})
public class CodecBenchmark {
    @Param({"MQTT_3_1_1", "MQTT_5"})
    public ProtocolVersion version;

    /// Whether the message carries a Message Expiry Interval and a User Property (5.0 only).
    @Param({"false", "true"})
    public boolean properties;

    private final PublishFrame frame = new PublishFrame();
    private PacketDecoder decoder;
    private Publish publish;
    private ByteBuf wire;
    private ByteBuf out;

    @Setup
    public void encode() {
        Properties some =
                properties && version.isMqtt5()
                        ? Properties.NONE
                                .with(Property.MESSAGE_EXPIRY_INTERVAL, 60)
                                .withUserProperty("unit", "celsius")
                        : Properties.NONE;
        publish =
                new Publish(
                        TopicName.of("miCasa/plantaBaja/sala/temperatura"),
                        Payload.of(new byte[256]),
                        QoS.AT_LEAST_ONCE,
                        false,
                        false,
                        7,
                        some);
        wire = Unpooled.directBuffer();
        out = Unpooled.directBuffer(1 << 12);
        decoder = PacketDecoder.ofServer(DecoderLimits.DEFAULT, new TopicCache());
        ByteBuf connect = Unpooled.buffer();
        PacketEncoder.encode(
                new Connect(version, "bench", true, 0, null, null, null, Properties.NONE),
                version,
                connect);
        decoder.decode(connect);
        PacketEncoder.encode(publish, version, wire);
        frame.encode(publish, version);
    }

    @Benchmark
    public Packet decodePublish() {
        wire.readerIndex(0);
        return decoder.decode(wire);
    }

    @Benchmark
    public int encodePublish() {
        out.clear();
        PacketEncoder.encode(publish, version, out);
        return out.writerIndex();
    }

    /// One more receiver of a message that was encoded for the first.
    @Benchmark
    public int copyFrame() {
        out.clear();
        frame.writeTo(out, 9, false);
        return out.writerIndex();
    }
}
