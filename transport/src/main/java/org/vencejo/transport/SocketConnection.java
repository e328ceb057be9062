package org.vencejo.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/// One connection: what is read goes to its [ConnectionHandler], what is appended is flushed at the
/// end of the tick.
///
/// Confined to its event loop, except [#backlog], [#loop] and [#remoteAddress]. It is the last
/// handler of its channel's pipeline and for plain TCP the only one; TLS or WebSocket stand before
/// it and see one flush per tick.
public final class SocketConnection extends ChannelInboundHandlerAdapter {
    private static final int PARTIAL_BYTES = 256;

    private final IoLoop loop;
    private final Channel channel;
    private final ConnectionHandler handler;
    private final Backlog backlog;
    private final OutBuffer out;

    /// The beginning of what was not complete yet, and how much of it is needed before it is worth
    /// a look.
    private @Nullable ByteBuf partial;

    private int wanted;

    private boolean readingPaused;
    private boolean opened;
    private boolean closing;
    private boolean outputEnded;
    private IoLoop.@Nullable Timer patience;
    private String reason = "closed by the peer";

    SocketConnection(IoLoop loop, Channel channel, ConnectionHandler handler, Backlog backlog) {
        this.loop = loop;
        this.channel = channel;
        this.handler = handler;
        this.backlog = backlog;
        this.out = new OutBuffer(this, channel, loop);
    }

    public IoLoop loop() {
        return loop;
    }

    /// The bytes that wait to be written. Whoever appends counts them there, too.
    public Backlog backlog() {
        return backlog;
    }

    public InetSocketAddress remoteAddress() {
        return (InetSocketAddress) channel.remoteAddress();
    }

    /// The out-buffer, with room for `bytes`, to be written to now; it is flushed at the end of the
    /// tick.
    public ByteBuf out(int bytes) {
        return out.room(bytes);
    }

    /// Appends `bytes` to the out-buffer by reference and takes them over.
    public void append(ByteBuf bytes) {
        out.append(bytes);
    }

    /// Stops reading; what was read already may still come.
    public void pauseReading() {
        if (!readingPaused && !closing) {
            readingPaused = true;
            channel.config().setAutoRead(false);
        }
    }

    /// Goes on reading.
    public void resumeReading() {
        if (readingPaused && opened) {
            readingPaused = false;
            channel.config().setAutoRead(true);
        }
    }

    /// Closes after what was appended has been written, and after the peer has seen it: reading
    /// goes on, to no effect, until the peer closes too, as closing a socket with unread bytes
    /// would throw away what we sent last. A peer that has not done so in `patienceNanos` is cut.
    public void close(String why, long patienceNanos) {
        if (closing) {
            return;
        }
        closing = true;
        reason = why;
        if (out.isEmpty()) {
            cut();
            return;
        }
        resumeReading();
        patience = loop.runLater(this::cut, patienceNanos);
    }

    /// Closes at once; what was not written yet is lost.
    public void abort(String why) {
        if (!closing) {
            closing = true;
            reason = why;
        }
        cut();
    }

    @Override
    public String toString() {
        return "SocketConnection[" + channel.remoteAddress() + "]";
    }

    /// Everything that was appended is with the operating system now.
    void flushed() {
        if (closing && !outputEnded) {
            outputEnded = true;
            if (channel instanceof DuplexChannel duplex) {
                var unused = duplex.shutdownOutput();
            } else {
                cut();
            }
        }
    }

    void written(long bytes) {
        if (backlog.remove(bytes) && !closing) {
            handler.writable();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        open();
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        try {
            loop.received(bytes.readableBytes());
            feed(bytes);
        } finally {
            bytes.release();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        if (patience != null) {
            patience.cancel();
            patience = null;
        }
        closing = true;
        out.discard();
        if (partial != null) {
            partial.release();
            partial = null;
        }
        if (opened) {
            opened = false;
            loop.closed(this);
            handler.closed(reason);
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
        if (cause instanceof IOException) {
            String message = cause.getMessage();
            abort(message == null ? cause.toString() : message);
        } else {
            handler.failed(cause);
            abort("a fault of ours");
        }
    }

    private void cut() {
        var unused = channel.close();
    }

    private void open() {
        if (!opened) {
            opened = true;
            loop.opened(this);
            handler.opened(this);
        }
    }

    /// Lets the handler see `bytes`, first as much as the partial packet before them lacks.
    private void feed(ByteBuf bytes) {
        ByteBuf begun = partial;
        while (begun != null && bytes.isReadable() && !closing) {
            int missing = Math.min(wanted - begun.readableBytes(), bytes.readableBytes());
            reserve(begun, missing);
            begun.writeBytes(bytes, missing);
            if (begun.readableBytes() < wanted) {
                return;
            }
            ask(begun);
            if (!begun.isReadable()) {
                begun.release();
                begun = null;
                partial = null;
            }
        }
        if (bytes.isReadable() && !closing) {
            ask(bytes);
            if (bytes.isReadable() && !closing) {
                int length = bytes.readableBytes();
                partial = channel.alloc().directBuffer(Math.max(PARTIAL_BYTES, length));
                partial.writeBytes(bytes);
            }
        }
    }

    private void ask(ByteBuf bytes) {
        int asked = handler.received(bytes);
        wanted = Math.max(asked, bytes.readableBytes() + 1);
    }

    /// Makes room for bytes that have arrived, at most twice as much as is there and never more
    /// than is wanted: a length that was only declared costs nothing.
    private void reserve(ByteBuf begun, int missing) {
        begun.discardReadBytes();
        int needed = begun.readableBytes() + missing;
        if (needed > begun.capacity()) {
            begun.capacity(Math.max(needed, (int) Math.min(wanted, 2L * begun.capacity())));
        }
    }
}
