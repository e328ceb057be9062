package org.vencejo.broker;

import io.netty.buffer.PooledByteBufAllocator;
import org.vencejo.transport.Shortage;

/// The memory that the buffers of all connections take together, and what follows when it is too
/// much. Thread-safe.
///
/// It is what the allocator says, so nothing that is held is forgotten; asking costs a little, so
/// it is asked now and then.
final class BufferMemory {
    private static final long LOOK_AGAIN_NANOS = 10_000_000;

    private final long bytesMax;
    private final Shortage shortage = new Shortage();
    private volatile long lookedNanos;

    BufferMemory(long bytesMax, long nowNanos) {
        this.bytesMax = bytesMax;
        this.lookedNanos = nowNanos;
    }

    Shortage shortage() {
        return shortage;
    }

    long bytes() {
        return PooledByteBufAllocator.DEFAULT.pinnedDirectMemory();
    }

    /// Looks, if it did not just before.
    void look(long nowNanos) {
        if (nowNanos - lookedNanos >= LOOK_AGAIN_NANOS) {
            lookedNanos = nowNanos;
            shortage.set(bytes() > bytesMax);
        }
    }
}
