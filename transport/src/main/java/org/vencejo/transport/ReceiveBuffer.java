package org.vencejo.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;
import org.jspecify.annotations.Nullable;

/// The one buffer into which all connections of an event loop are read, one after the other.
///
/// Confined to its event loop. An idle connection therefore holds no buffer, and the bytes of a
/// read are looked at while they are still in the processor's cache. A reader that keeps a part
/// retains it; the next read then gets a new buffer, and the old one lives as long as its last
/// part.
final class ReceiveBuffer {
    static final int BYTES = 64 << 10;

    /// So much is read at once where clients are held to a rate: what was read and is too much has
    /// to be kept until it is its time. A whole record of TLS fits in.
    static final int PIECE_BYTES = 17 << 10;

    /// How much is read at once now.
    private int most = BYTES;

    private @Nullable ByteBuf shared;

    SharedHandle newHandle() {
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

    /// What a channel asks about its reads; there is one for each, so it is its own allocator.
    ///
    /// One read per readiness: what is left is reported again, after the other connections had
    /// their turn. So who wants a second one has heard the end of the stream: then epoll asks no
    /// more whether to go on, and would read all that the peer has ever sent in one go, whoever is
    /// paused. After one read it is lent what has no room, and hears that nothing came, not that
    /// this is the end.
    final class SharedHandle implements RecvByteBufAllocator, RecvByteBufAllocator.ExtendedHandle {
        private boolean heardTheEnd;
        private boolean lentNothing;
        private boolean hasRead;
        private int attempted;
        private int last;
        private long total;

        /// Whether the peer has said its last word, and that is there to be read.
        boolean hasHeardTheEnd() {
            return heardTheEnd;
        }

        /// What was read so far, of whatever kind.
        long total() {
            return total;
        }

        /// So much was read by others than the channel.
        void readWithoutIt(int bytes) {
            total += bytes;
        }

        @Override
        public ExtendedHandle newHandle() {
            return this;
        }

        /// The channel is ready to be read from.
        @Override
        public void reset(ChannelConfig config) {
            hasRead = false;
        }

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            lentNothing = hasRead;
            heardTheEnd |= lentNothing;
            return lentNothing ? Unpooled.EMPTY_BUFFER : lend(allocator);
        }

        @Override
        public void lastBytesRead(int bytes) {
            last = lentNothing ? 0 : bytes;
            hasRead |= last > 0;
            total += Math.max(0, last);
        }

        @Override
        public int lastBytesRead() {
            return last;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attempted = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        @Override
        public int guess() {
            return most;
        }

        @Override
        public boolean continueReading() {
            return false;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMore) {
            return false;
        }

        @Override
        public void incMessagesRead(int count) {}

        @Override
        public void readComplete() {}
    }
}
