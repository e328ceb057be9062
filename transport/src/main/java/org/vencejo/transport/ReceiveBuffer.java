package org.vencejo.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
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
        // their turn. The handle knows the end of a stream by who wants a second one.
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

    /// The buffer, empty, for one read.
    ByteBuf lend(ByteBufAllocator allocator) {
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

    /// What a channel asks about its reads.
    ///
    /// When a peer has said its last word epoll asks no more whether to go on: it would read all
    /// that the peer has ever sent in one go, whoever is paused. So after one read it is lent what
    /// has no room, and hears that nothing came, not that this is the end.
    final class SharedHandle extends MaxMessageHandle {
        private boolean heardTheEnd;
        private boolean lentNothing;

        /// Whether the peer has said its last word, and that is there to be read.
        boolean hasHeardTheEnd() {
            return heardTheEnd;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            lentNothing = totalBytesRead() > 0; // of this readiness
            heardTheEnd |= lentNothing;
            return lentNothing ? Unpooled.EMPTY_BUFFER : lend(allocator);
        }

        @Override
        public void lastBytesRead(int bytes) {
            super.lastBytesRead(lentNothing ? 0 : bytes);
        }

        @Override
        public int guess() {
            return most;
        }
    }
}
