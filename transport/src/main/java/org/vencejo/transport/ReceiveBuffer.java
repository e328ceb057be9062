package org.vencejo.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import org.jspecify.annotations.Nullable;

/// The one buffer into which all connections of an event loop are read, one after the other.
///
/// Confined to its event loop. An idle connection therefore holds no buffer, and the bytes of a
/// read are looked at while they are still in the processor's cache. A reader that keeps a part
/// retains it; the next read then gets a new buffer, and the old one lives as long as its last
/// part.
final class ReceiveBuffer extends DefaultMaxMessagesRecvByteBufAllocator {
    static final int BYTES = 64 << 10;

    /// So much is read at once where clients are held to a rate: what was read and is too much has
    /// to be kept until it is its time. A whole record of TLS fits in.
    static final int PIECE_BYTES = 17 << 10;

    /// How much is read at once now.
    private int most = BYTES;

    private @Nullable ByteBuf shared;

    ReceiveBuffer() {
        // One read per readiness: what is left is reported again, after the other connections had
        // their
        // turn.
        super(1);
    }

    @Override
    public SharedHandle newHandle() {
        return new SharedHandle();
    }

    /// Reads less at once from now on, or again as much as there is.
    void readInPieces(boolean inPieces) {
        most = inPieces ? PIECE_BYTES : BYTES;
    }

    /// Gives the buffer back, when the event loop ends.
    void release() {
        if (shared != null) {
            shared.release();
            shared = null;
        }
    }

    private ByteBuf lend(ByteBufAllocator allocator) {
        ByteBuf buffer = shared;
        if (buffer == null || buffer.refCnt() > 1 || buffer.capacity() != most) {
            if (buffer != null) {
                buffer.release();
            }
            buffer = allocator.directBuffer(most, most);
            shared = buffer;
        }
        return buffer.clear().retain();
    }

    final class SharedHandle extends MaxMessageHandle {
        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            return lend(allocator);
        }

        @Override
        public int guess() {
            return most;
        }
    }
}
