package org.vencejo.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReceiveBufferTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    private final ReceiveBuffer receive = new ReceiveBuffer();

    @AfterEach
    void leavesNothing() {
        receive.release();
        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    @Test
    void allConnectionsReadIntoTheSameMemory() {
        ByteBuf first = receive.newHandle().allocate(allocator);
        first.writeByte(1).release();
        ByteBuf second = receive.newHandle().allocate(allocator);
        assertThat(second).isSameAs(first);
        assertThat(second.readableBytes()).isZero();
        second.release();
    }

    @Test
    void whereLittleIsReadAtOnceTheBufferIsSmall() {
        receive.newHandle().allocate(allocator).release();
        assertThat(allocator.metric().usedDirectMemory()).isEqualTo(ReceiveBuffer.BYTES);

        receive.readInPieces(true);
        ReceiveBuffer.SharedHandle handle = receive.newHandle();
        ByteBuf piece = handle.allocate(allocator);
        assertThat(piece.writableBytes())
                .isEqualTo(handle.guess())
                .isEqualTo(ReceiveBuffer.PIECE_BYTES);
        piece.release();
        assertThat(allocator.metric().usedDirectMemory()).isEqualTo(ReceiveBuffer.PIECE_BYTES);
        ByteBuf next = handle.allocate(allocator);
        assertThat(next).isSameAs(piece);
        next.release();

        receive.readInPieces(false);
        ByteBuf whole = receive.newHandle().allocate(allocator);
        assertThat(whole.writableBytes()).isEqualTo(ReceiveBuffer.BYTES);
        whole.release();
    }

    @Test
    void aPartThatIsKeptIsNotWrittenOver() {
        ByteBuf first = receive.newHandle().allocate(allocator).writeByte(1);
        ByteBuf kept = first.retainedSlice(0, 1);
        first.release();
        ByteBuf second = receive.newHandle().allocate(allocator).writeByte(2);
        assertThat(kept.getByte(0)).isEqualTo((byte) 1);
        kept.release();
        second.release();
        assertThat(allocator.metric().usedDirectMemory()).isEqualTo(ReceiveBuffer.BYTES);
    }
}
