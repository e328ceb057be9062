package org.vencejo.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import java.util.ArrayDeque;
import org.jspecify.annotations.Nullable;

/// What a connection is to be sent: one contiguous buffer that frames are appended to, handed to
/// the channel once per tick, or now and then in a long one.
///
/// Confined to its event loop. Nothing is held while nothing waits. A buffer that has grown to
/// [#SEGMENT_BYTES] is sealed and another begun, so that growing never copies more than that; what
/// is too large to copy is a segment of its own, by reference.
///
/// What the operating system does not take at once stays with the channel, which waits for the
/// socket to become writable; until it is done nothing more is handed over, and what is appended
/// waits here.
final class OutBuffer implements ChannelFutureListener {
    static final int SEGMENT_BYTES = 64 << 10;
    private static final int FIRST_BYTES = 512;

    /// How much a channel is given before it has to be done with it: what waits is known to that
    /// grain.
    private static final int HANDED_BYTES = 256 << 10;

    private final SocketConnection connection;
    private final Channel channel;
    private final IoLoop loop;

    private @Nullable ByteBuf tail;
    private @Nullable ArrayDeque<ByteBuf> sealed;

    /// The size of the last flush, as a guess at the next.
    private int expected = FIRST_BYTES;

    private boolean dirty;
    private boolean gone;

    /// Whether the channel still writes what it was handed.
    private boolean stalled;

    private long handed;

    OutBuffer(SocketConnection connection, Channel channel, IoLoop loop) {
        this.connection = connection;
        this.channel = channel;
        this.loop = loop;
    }

    /// A buffer with room for `bytes` more, to be written to now.
    ByteBuf room(int bytes) {
        if (gone) {
            return loop.nowhere();
        }
        markDirty();
        ByteBuf buffer = tail;
        if (buffer != null) {
            if (buffer.writableBytes() >= bytes) {
                return buffer;
            }
            if (buffer.readableBytes() + bytes <= SEGMENT_BYTES) {
                return buffer.ensureWritable(bytes);
            }
            seal(buffer);
        }
        buffer = channel.alloc().directBuffer(Math.max(bytes, expected));
        tail = buffer;
        return buffer;
    }

    /// Appends `bytes` by reference and takes them over. A connection that is slow already gets a
    /// copy if they are few, so that it does not hold on to the much larger buffer that they are a
    /// part of.
    void append(ByteBuf bytes) {
        if (gone) {
            bytes.release();
            return;
        }
        if (stalled && bytes.readableBytes() < ReceiveBuffer.BYTES / 4) {
            room(bytes.readableBytes()).writeBytes(bytes);
            bytes.release();
            return;
        }
        markDirty();
        if (tail != null) {
            seal(tail);
            tail = null;
        }
        seal(bytes);
    }

    /// Whether everything was taken by the operating system.
    boolean isEmpty() {
        return !stalled && tail == null && (sealed == null || sealed.isEmpty());
    }

    /// Hands over what is here, unless the channel is still busy with what it has.
    void flush() {
        dirty = false;
        while (!stalled && !gone && (tail != null || sealed != null)) {
            hand();
        }
        if (isEmpty()) {
            connection.flushed();
        }
    }

    /// Forgets what is here; the connection is gone.
    void discard() {
        gone = true;
        if (tail != null) {
            tail.release();
            tail = null;
        }
        if (sealed != null) {
            sealed.forEach(ByteBuf::release);
            sealed = null;
        }
    }

    /// The channel is done with what a flush left over.
    @Override
    public void operationComplete(ChannelFuture done) {
        stalled = false;
        written(handed);
        flush();
    }

    private void hand() {
        long bytes = 0;
        if (sealed != null) {
            for (ByteBuf segment = sealed.poll(); segment != null; segment = sealed.poll()) {
                bytes += segment.readableBytes();
                write(segment);
                if (bytes >= HANDED_BYTES) {
                    break;
                }
            }
            if (sealed.isEmpty()) {
                sealed = null;
            }
        }
        ByteBuf last = tail;
        if (sealed == null && last != null) {
            tail = null;
            bytes += last.readableBytes();
            expected = Math.clamp(last.readableBytes(), FIRST_BYTES, SEGMENT_BYTES);
            write(last);
        }
        channel.flush();
        ChannelOutboundBuffer rest = channel.unsafe().outboundBuffer();
        if (rest == null || rest.isEmpty()) {
            written(bytes);
        } else {
            handed = bytes;
            stalled = true;
            // Behind what is there, past all handlers: they would frame or encrypt it.
            ChannelHandlerContext first = channel.pipeline().firstContext();
            if (first != null) {
                first.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(this);
            }
        }
    }

    private void write(ByteBuf segment) {
        var unused = channel.write(segment, channel.voidPromise());
    }

    private void written(long bytes) {
        loop.sent(bytes);
        connection.written(bytes);
    }

    private void seal(ByteBuf segment) {
        if (sealed == null) {
            sealed = new ArrayDeque<>(4);
        }
        sealed.add(segment);
    }

    private void markDirty() {
        if (!dirty) {
            dirty = true;
            loop.flushLater(this);
        }
    }
}
