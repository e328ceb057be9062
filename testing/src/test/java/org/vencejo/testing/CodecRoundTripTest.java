package org.vencejo.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.PublishFrame;
import org.vencejo.protocol.TopicCache;

/// Packets by chance go through encoder and decoder and come out as they were, however the bytes
/// are cut.
class CodecRoundTripTest {
    private static final int STREAMS = 60;
    private static final int PACKETS = 60;

    static Stream<Arguments> directions() {
        return Stream.of(ProtocolVersion.values())
                .flatMap(version ->
                        Stream.of(Arguments.of(version, true), Arguments.of(version, false)));
    }

    @ParameterizedTest
    @MethodSource("directions")
    void packetsComeOutAsTheyWentIn(ProtocolVersion version, boolean fromClient) {
        Seeds.run(seeds -> {
            for (int i = 0; i < STREAMS; i++) {
                PacketGenerator generator = new PacketGenerator(seeds, version, fromClient);
                List<Packet> packets = new ArrayList<>();
                if (fromClient) {
                    packets.add(generator.connect());
                }
                for (int k = 0; k < PACKETS; k++) {
                    packets.add(generator.packet());
                }
                assertThat(decoded(encoded(packets, version), version, fromClient, seeds))
                        .isEqualTo(packets);
            }
        });
    }

    private static ByteBuf encoded(List<Packet> packets, ProtocolVersion version) {
        ByteBuf bytes = Unpooled.buffer();
        for (Packet packet : packets) {
            int before = bytes.writerIndex();
            int size = PacketEncoder.size(packet, version);
            PacketEncoder.encode(packet, version, bytes);
            assertThat(bytes.writerIndex() - before).as("size of %s", packet).isEqualTo(size);
        }
        return bytes;
    }

    /// What a decoder makes of `bytes` that come in pieces, into a buffer that is compacted as it
    /// goes.
    private static List<Packet> decoded(
            ByteBuf bytes, ProtocolVersion version, boolean fromClient, Seeds seeds) {
        TopicCache topics = new TopicCache(16);
        PacketDecoder decoder =
                fromClient
                        ? PacketDecoder.ofServer(DecoderLimits.DEFAULT, topics)
                        : PacketDecoder.ofClient(version, DecoderLimits.DEFAULT, topics);
        List<Packet> packets = new ArrayList<>();
        ByteBuf in = seeds.chance(0.5) ? Unpooled.directBuffer() : Unpooled.buffer();
        try {
            while (bytes.isReadable()) {
                in.writeBytes(
                        bytes,
                        1 + seeds.below(Math.min(bytes.readableBytes(), 1 + seeds.below(400))));
                for (Packet p = decoder.decode(in); p != null; p = decoder.decode(in)) {
                    packets.add(stored(p));
                }
                assertThat(decoder.bytesWanted()).isBetween(0, bytes.readableBytes());
                in.discardReadBytes();
            }
            assertThat(in.readableBytes()).isZero();
        } finally {
            in.release();
        }
        return packets;
    }

    private static Packet stored(Packet packet) {
        return packet instanceof Publish p
                ? new Publish(
                        p.topicName(),
                        p.payload().stored(),
                        p.qos(),
                        p.retain(),
                        p.dup(),
                        p.packetIdentifier(),
                        p.properties())
                : packet;
    }

    @ParameterizedTest
    @MethodSource("directions")
    void framesAreWhatTheEncoderWrites(ProtocolVersion version, boolean fromClient) {
        Seeds.run(seeds -> {
            PacketGenerator generator = new PacketGenerator(seeds, version, fromClient);
            PublishFrame frame = new PublishFrame();
            for (int i = 0; i < 500; i++) {
                Publish publish = generator.publish();
                if (publish.topicName().isEmpty()) {
                    continue;
                }
                frame.encode(publish, version);
                for (int receiver = 0; receiver < 3; receiver++) {
                    int identifier = 1 + seeds.below(65_535);
                    boolean dup = publish.qos().value() > 0 && seeds.chance(0.5);
                    assertThat(bytes(frame, publish.payload(), identifier, dup))
                            .isEqualTo(bytes(publish, identifier, dup, version));
                }
            }
        });
    }

    private static ByteBuf bytes(PublishFrame frame, Payload payload, int identifier, boolean dup) {
        ByteBuf out = Unpooled.buffer();
        frame.writeTo(out, identifier, dup);
        if (frame.payloadApart()) {
            ByteBuf apart = payload.retainedBuffer();
            out.writeBytes(apart);
            apart.release();
        }
        assertThat(out.readableBytes()).isEqualTo(frame.size());
        return out;
    }

    private static ByteBuf bytes(
            Publish publish, int identifier, boolean dup, ProtocolVersion version) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encodePublish(publish, identifier, dup, 0, version, out);
        assertThat(out.readableBytes()).isEqualTo(PacketEncoder.publishSize(publish, version, 0));
        return out;
    }
}
