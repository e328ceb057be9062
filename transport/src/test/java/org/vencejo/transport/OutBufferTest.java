package org.vencejo.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutBufferTest {
    @Test
    void whatATickAppendsLeavesInOnePiece() {
        try (var link = new Embedded(bytes -> 1)) {
            link.connection.out(2).writeByte(1).writeByte(2);
            link.connection.out(1).writeByte(3);
            assertThat(link.channel.<ByteBuf>readOutbound()).as("before the tick ends").isNull();
            assertThat(link.left()).containsExactly(new byte[] {1, 2, 3});
            assertThat(link.bytesInUse()).as("held while nothing waits").isZero();
        }
    }

    @Test
    void whatTheEndOfATickAppendsLeavesWithIt() {
        try (var link = new Embedded(bytes -> 1)) {
            link.loop.beforeFlush(() -> link.connection.out(1).writeByte(2));
            link.connection.out(1).writeByte(1);
            assertThat(link.left()).containsExactly(new byte[] {1, 2});
        }
    }

    @Test
    void muchLeavesInFewPiecesAndInOrder() {
        try (var link = new Embedded(bytes -> 1)) {
            byte[] expected = new byte[300_000];
            for (int i = 0; i < expected.length; i += 1_000) {
                expected[i] = (byte) (i / 1_000);
                link.connection.out(1_000).writeBytes(expected, i, 1_000);
            }
            List<byte[]> left = link.left();
            assertThat(left).hasSizeLessThanOrEqualTo(6);
            assertThat(joined(left)).isEqualTo(expected);
            assertThat(link.bytesInUse()).isZero();
        }
    }

    @Test
    void whatIsGivenByReferenceKeepsItsPlaceAndIsNotCopied() {
        try (var link = new Embedded(bytes -> 1)) {
            ByteBuf large = Unpooled.buffer(50_000).writeZero(50_000);
            link.connection.out(1).writeByte(1);
            link.connection.append(large.retainedSlice());
            link.connection.out(1).writeByte(2);
            assertThat(link.bytesInUse()).isLessThan(2_000);

            List<byte[]> left = link.left();

            assertThat(left).extracting(piece -> piece.length).containsExactly(1, 50_000, 1);
            assertThat(large.refCnt()).isEqualTo(1);
            large.release();
        }
    }

    @Test
    void nothingIsKeptForAConnectionThatIsGone() {
        var link = new Embedded(bytes -> 1);
        ByteBuf large = Unpooled.buffer(50_000).writeZero(50_000);
        link.connection.out(1).writeByte(1);
        link.connection.append(large.retainedSlice());
        link.close();
        link.connection.out(1).writeByte(1);
        link.connection.append(large.retainedSlice());
        link.channel.runPendingTasks();
        assertThat(large.refCnt()).isEqualTo(1);
        assertThat(link.bytesInUse()).isZero();
        large.release();
    }

    private static byte[] joined(List<byte[]> pieces) {
        var all = new ByteArrayOutputStream();
        pieces.forEach(all::writeBytes);
        return all.toByteArray();
    }
}
