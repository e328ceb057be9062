package org.vencejo.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.UnpooledByteBufAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class IoLoopsTest {
    private final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);

    @Test
    void aReadDuringTheCloseLeavesNoBuffer() {
        IoLoops loops = IoLoops.start(1, "test");
        IoLoop loop = loops.loops().getFirst();
        loop.execute(() -> readWhenClosing(loop));

        loops.close();

        assertThat(allocator.metric().usedDirectMemory()).isZero();
    }

    private void readWhenClosing(IoLoop loop) {
        if (loop.eventLoop().isShuttingDown()) {
            // Behind everything that the close itself has asked of the loop.
            loop.execute(() -> loop.receiveBuffer().newHandle().allocate(allocator).release());
        } else {
            loop.execute(() -> readWhenClosing(loop));
        }
    }
}
