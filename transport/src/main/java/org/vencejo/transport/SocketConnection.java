package org.vencejo.transport;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderException;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// One connection: what is read goes to its [ConnectionHandler], what is appended is flushed at the
/// end of the tick, or before it in a long one.
///
/// Confined to its event loop, except [#backlog] and [#loop]. It is the last handler of its
/// channel's pipeline and for plain TCP the only one; what a [Door] puts before it sees no more
/// flushes than that. Behind a door it is open when that was passed, not before.
public final class SocketConnection extends ChannelInboundHandlerAdapter {
    private static final int PARTIAL_BYTES = 256;

    /// More than this is not left for later.
    private static final int LATER_BYTES_MAX = 128 << 10;

    private final IoLoop loop;
    private final Channel channel;
    private final ConnectionHandler handler;
    private final Backlog backlog;
    private final OutBuffer out;
    private final SocketReading reading;

    /// The beginning of what was not complete yet, and how much of it is needed before it is worth
    /// a look.
    private @Nullable ByteBuf partial;

    private int wanted;

    /// Whether the handler has put off the rest.
    private boolean later;

    /// The end, which comes when the handler has seen the rest.
    private @Nullable Runnable afterRest;

    /// The way through a door, or null without one.
    private @Nullable Entrance entrance;

    /// Where it is among the connections of its loop; touched only there.
    int place;

    private boolean counted;
    private boolean opened;
    private boolean turnedAway;
    private boolean closing;
    private boolean outEnded;
    private boolean channelClosed;
    private boolean outputEnded;
    private IoLoop.@Nullable Timer patience;
    private String reason = "closed by the peer";

    SocketConnection(IoLoop loop, Channel channel, ConnectionHandler handler, Backlog backlog) {
        this.loop = loop;
        this.channel = channel;
        this.handler = handler;
        this.backlog = backlog;
        this.out = new OutBuffer(this, channel, loop);
        this.reading = new SocketReading(this, channel);
    }

    public IoLoop loop() {
        return loop;
    }

    /// The bytes that wait to be written. Whoever appends counts them there, too.
    public Backlog backlog() {
        return backlog;
    }

    /// Has the connection go by `passage` before it is open, and tells `answer` whether it came so
    /// far.
    void enterBy(Passage passage, @Nullable CompletableFuture<SocketConnection> answer) {
        entrance = new Entrance(passage, this, channel, answer);
        entrance.build();
    }

    /// What the peer has shown for who it is, verified, its own certificate first; empty if it
    /// showed none.
    public List<X509Certificate> peerCertificates() {
        return entrance == null ? List.of() : entrance.peerCertificates();
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
        if (!closing) {
            reading.pause();
        }
    }

    /// Goes on reading.
    public void resumeReading() {
        if (opened) {
            reading.resume();
        }
    }

    /// Cuts it when more than `bytes` have come in all: with what TLS and WebSocket put around
    /// them, and with those that are read to no effect.
    public void receiveAtMost(long bytes) {
        reading.atMost(bytes);
    }

    /// The same for what comes from now on.
    public void receiveAtMostMore(long bytes) {
        reading.atMostMore(bytes);
    }

    SocketReading reading() {
        return reading;
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
        if (!opened || channelClosed || (out.isEmpty() && entrance == null)) {
            cut();
            return;
        }
        resumeReading();
        patience = loop.runLater(this::cut, patienceNanos);
        if (out.isEmpty()) {
            flushed();
        }
    }

    /// Closes at once; what was not written yet is lost.
    public void abort(String why) {
        turnAway(why);
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

    boolean isOpen() {
        return opened;
    }

    boolean isTurnedAway() {
        return turnedAway;
    }

    ConnectionHandler handler() {
        return handler;
    }

    /// Everything that was appended is with the operating system now.
    void flushed() {
        if (closing && !outputEnded) {
            outputEnded = true;
            if (entrance == null) {
                endOutput();
            } else {
                entrance.takeLeave(this::endOutput);
            }
        }
    }

    private void endOutput() {
        if (channel instanceof DuplexChannel duplex) {
            var unused = duplex.shutdownOutput();
        } else {
            cut();
        }
    }

    void written(long bytes) {
        if (backlog.remove(bytes) && !closing) {
            handler.writable();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext context) {
        if (!counted) {
            counted = true;
            loop.opened(this);
            handler.entering(this);
            if (entrance == null) {
                open();
            } else if (!closing) {
                entrance.begin();
            }
        }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
        if (entrance != null) {
            entrance.heard(event);
        }
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

    /// Who has said its last word does not hear either: what is written to one that is gone would
    /// end the connection, and with it what that one has said and we have not read.
    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        if (reading.hasHeardTheEnd()) {
            endOut();
        }
        if (reading.isTooMuch()) {
            abort("it sends too much");
        }
    }

    private void endOut() {
        if (!outEnded) {
            outEnded = true;
            out.discard();
            if (backlog.close() && opened && !closing) {
                handler.writable(); // nothing waits any more
            }
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) {
        channelClosed = true;
        endOut();
        afterTheRest(reason, this::gone);
    }

    private void gone() {
        if (patience != null) {
            patience.cancel();
            patience = null;
        }
        closing = true;
        if (partial != null) {
            partial.release();
            partial = null;
        }
        if (counted) {
            counted = false;
            loop.closed(this);
            if (opened) {
                opened = false;
                handler.closed(reason);
            } else if (entrance != null) {
                entrance.failed(reason);
                handler.turnedAway(entrance.step(), reason);
            }
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable thrown) {
        Throwable cause =
                thrown instanceof DecoderException && thrown.getCause() != null
                        ? thrown.getCause()
                        : thrown;
        if (!(cause instanceof IOException)) {
            broke(cause);
            return;
        }
        String message = cause.getMessage();
        String why =
                entrance != null ? Tls.reason(cause) : message == null ? cause.toString() : message;
        afterTheRest(why, () -> abort(why));
    }

    /// Something of ours failed, and this connection pays for it.
    void broke(Throwable fault) {
        handler.failed(fault);
        abort("a fault of ours");
    }

    /// What came before the end is handled before it, but in its turn: many may end at once.
    private void afterTheRest(String why, Runnable end) {
        if (later && partial != null && !closing) {
            if (afterRest == null) {
                reason = why; // what follows from that is not why
            }
            afterRest = end;
        } else {
            end.run();
        }
    }

    /// Closes at once, and by the channel itself: a handler before this one would have its last
    /// word written first, and a peer that does not read could hold that up.
    void cut() {
        if (channelClosed) {
            loop.execute(this::gone); // the handler may be in the middle of something
            return;
        }
        ChannelHandlerContext first = channel.pipeline().firstContext();
        var unused = entrance == null || first == null ? channel.close() : first.close();
    }

    /// The door was passed, or there is none.
    void open() {
        if (!opened && !closing && !turnedAway) {
            opened = true;
            handler.opened(this);
        }
    }

    /// It does not pass the door, and is cut; its handler hears of it then.
    void turnAway(String why) {
        if (entrance == null || opened || turnedAway) {
            return;
        }
        turnedAway = true;
        closing = true;
        reason = why;
        loop.execute(this::cut); // not before the peer is told why
    }

    /// The peer has said its last word.
    void hungUp() {
        if (outputEnded) {
            cut();
        } else if (!closing) {
            String why = "closed by the peer";
            afterTheRest(
                    why,
                    () -> {
                        closing = true;
                        reason = why;
                        var unused = channel.close();
                    });
        }
    }

    /// The same, but the peer waits for our last word.
    void hungUp(String why, long patienceNanos) {
        afterTheRest(why, () -> close(why, patienceNanos));
    }

    /// Asks the handler again about what it has put off. Not to be called by the handler while it
    /// is asked.
    public void goOn() {
        ByteBuf rest = partial;
        if (!later || rest == null || closing) {
            return;
        }
        ask(rest);
        if (!rest.isReadable() && partial == rest) {
            rest.release();
            partial = null;
        }
        Runnable end = afterRest;
        if (!later && end != null) {
            afterRest = null;
            loop.execute(() -> {
                if (!closing || channelClosed) {
                    end.run();
                }
            });
        }
    }

    /// Lets the handler see `bytes`, first as much as the partial packet before them lacks.
    private void feed(ByteBuf bytes) {
        ByteBuf begun = partial;
        if (later && begun != null && !closing) {
            reserve(begun, bytes.readableBytes());
            begun.writeBytes(bytes);
            while (later
                    && partial != null
                    && partial.readableBytes() > LATER_BYTES_MAX
                    && !closing) {
                goOn();
            }
            return;
        }
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
            } else if (later && !closing) {
                reserve(begun, bytes.readableBytes());
                begun.writeBytes(bytes);
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
        later = asked == ConnectionHandler.LATER;
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
