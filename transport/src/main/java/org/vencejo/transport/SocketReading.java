package org.vencejo.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.nio.ByteBuffer;

/// Whether a connection is read from, and how when its channel cannot do it any more.
///
/// Confined to the connection's event loop.
final class SocketReading {
    private final SocketConnection connection;
    private final Channel channel;
    private final IoLoop loop;
    private final ReceiveBuffer.SharedHandle handle;

    private boolean paused;
    private boolean handshakeUnderWay;
    private boolean readingSoon;
    private long bytesMax = Long.MAX_VALUE;

    SocketReading(SocketConnection connection, Channel channel) {
        this.connection = connection;
        this.channel = channel;
        this.loop = connection.loop();
        this.handle = loop.receiveBuffer().newHandle();
        channel.config().setRecvByteBufAllocator(handle);
    }

    /// Whether the peer has said its last word, and that is there to be read.
    boolean hasHeardTheEnd() {
        return handle.hasHeardTheEnd();
    }

    void atMost(long bytes) {
        bytesMax = bytes;
    }

    void atMostMore(long bytes) {
        bytesMax = Math.min(bytesMax, handle.total() + bytes);
    }

    boolean isTooMuch() {
        return handle.total() > bytesMax;
    }

    void pause() {
        if (!paused) {
            paused = true;
            readOrNot();
        }
    }

    void resume() {
        if (paused) {
            paused = false;
            readOrNot();
        }
    }

    /// Whether others work on the handshake; what the peer says meanwhile stays where it is.
    void handshakeUnderWay(boolean underWay) {
        handshakeUnderWay = underWay;
        readOrNot();
    }

    private boolean reads() {
        return !paused && !handshakeUnderWay;
    }

    private void readOrNot() {
        if (!channel.isOpen()) {
            return;
        }
        if (reads() && readsByItself()) {
            readSoon();
        } else {
            channel.config().setAutoRead(reads());
        }
    }

    /// Whether epoll has forgotten the channel: Netty 4.2.18 deletes it there when it asks for
    /// nothing, as it does once the last word of the peer was told of and reading is paused, and
    /// cannot ask again. So all the rest, which is in the socket already, is read without it.
    boolean readsByItself() {
        return hasHeardTheEnd() && !channel.config().isAutoRead();
    }

    private void readSoon() {
        if (!readingSoon) {
            readingSoon = true;
            loop.afterSockets(this::readByItself);
        }
    }

    private void readByItself() {
        readingSoon = false;
        if (!reads() || !(channel instanceof UnixChannel unix) || !channel.isOpen()) {
            return;
        }
        ByteBuf bytes = loop.receiveBuffer().lend(channel.alloc());
        int length = -1;
        try {
            ByteBuffer room = bytes.internalNioBuffer(0, bytes.capacity());
            length = unix.fd().read(room, room.position(), room.limit());
        } catch (IOException e) {
            channel.pipeline().fireExceptionCaught(e);
        }
        // Who has said its last word cannot have us wait: nothing is the end.
        if (length <= 0) {
            bytes.release();
            connection.cut();
            return;
        }
        handle.readWithoutIt(length);
        channel.pipeline().fireChannelRead(bytes.writerIndex(length));
        channel.pipeline().fireChannelReadComplete();
        if (reads()) {
            readSoon();
        }
    }
}
