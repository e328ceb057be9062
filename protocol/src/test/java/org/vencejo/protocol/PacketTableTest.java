package org.vencejo.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every packet of every version in both directions: the annotated bytes are the record, and back.
class PacketTableTest {

    static Stream<PacketRow> rows() {
        return Stream.of(ConnectPackets.ROWS, PublishPackets.ROWS, SubscribePackets.ROWS)
                .flatMap(List::stream);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void bytesDecodeToTheRecord(PacketRow row) {
        ByteBuf in = Bytes.buffer(row.bytes());
        assertThat(row.decoder().decode(in)).isEqualTo(row.packet());
        assertThat(in.readableBytes()).isZero();
    }

    @ParameterizedTest
    @MethodSource("rows")
    void theRecordEncodesToTheBytes(PacketRow row) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(row.packet(), row.version(), out);
        assertThat(Bytes.hex(out)).isEqualTo(Bytes.hex(Bytes.of(row.bytes())));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void theSizeIsTheNumberOfBytes(PacketRow row) {
        assertThat(PacketEncoder.size(row.packet(), row.version()))
                .isEqualTo(Bytes.of(row.bytes()).length);
    }

    @ParameterizedTest
    @MethodSource("rows")
    void bytesMayComeInAnyTwoParts(PacketRow row) {
        byte[] bytes = Bytes.of(row.bytes());
        for (int split = 0; split < bytes.length; split++) {
            PacketDecoder decoder = row.decoder();
            ByteBuf in = Unpooled.buffer(bytes.length).writeBytes(bytes, 0, split);
            assertThat(decoder.decode(in)).as("the first %d bytes", split).isNull();
            assertThat(in.readerIndex()).isZero();
            assertThat(decoder.bytesWanted()).isIn(0, bytes.length - split);
            in.writeBytes(bytes, split, bytes.length - split);
            assertThat(decoder.decode(in)).as("parted at %d", split).isEqualTo(row.packet());
        }
    }

    @ParameterizedTest
    @MethodSource("rows")
    void bytesBehindThePacketAreLeftAlone(PacketRow row) {
        ByteBuf in = Bytes.buffer("C0" + row.bytes() + "\nC0 00");
        in.readByte();
        assertThat(row.decoder().decode(in)).isEqualTo(row.packet());
        assertThat(in.readableBytes()).isEqualTo(2);
    }
}
