package org.vencejo.testing.memory;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Connection;
import org.vencejo.core.Input;
import org.vencejo.core.Limits;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.PublishFrame;

/// One connection to a [MemoryServer], seen from the client: bytes go in at any fragmentation,
/// bytes come out when they are taken.
///
/// Confined to one thread. It stands where socket and event loop stand in the broker, and goes the
/// same two roads out: a frame that is encoded once for many receivers, or a packet with an alias.
/// Bytes that were handled are overwritten, so that a payload kept beyond its call shows.
public final class MemoryConnection implements Peer {
    private static final int USED = 0xEE;

    private final MemoryServer server;
    private final int number;
    private final Connection connection = new Connection(this);
    private final PacketDecoder decoder;
    private final OutBytes out;

    // What came
    private ByteBuf unhandled = Unpooled.EMPTY_BUFFER;
    private ByteBuf unread = Unpooled.EMPTY_BUFFER;
    private boolean reading;
    private boolean readingPaused;
    private long pausedSinceNanos;
    private @Nullable ProtocolVersion version;

    // How it ends
    private boolean deaf;
    private boolean closedByServer;
    private boolean gone;
    private boolean networkGone;
    private int sentAfterClose;

    MemoryConnection(MemoryServer server, int number, PacketDecoder decoder, Limits limits) {
        this.server = server;
        this.number = number;
        this.decoder = decoder;
        this.out = new OutBytes(limits.outBufferHighBytes(), limits.outBufferLowBytes());
    }

    @Override
    public String remoteAddress() {
        return "memory:" + number;
    }

    @Override
    public String listener() {
        return "memory";
    }

    /// The core's side of it.
    public Connection connection() {
        return connection;
    }

    // ---- from the client
    // -------------------------------------------------------------------------------

    /// The client sent `bytes`. They wait while the server does not read, and reach the core even
    /// after it has closed the connection, as what another event loop had read by then would.
    public void receive(byte[] bytes) {
        if (deaf || networkGone) {
            return;
        }
        unread = joined(unread, bytes);
        read();
    }

    /// Handles what may be read.
    void read() {
        if (reading) {
            return;
        }
        reading = true;
        while (!readingPaused && unread.isReadable()) {
            ByteBuf bytes = joined(unhandled, unread);
            unhandled = Unpooled.EMPTY_BUFFER;
            unread.release();
            unread = Unpooled.EMPTY_BUFFER;
            for (Input input = next(bytes); input != null; input = next(bytes)) {
                int end = bytes.readerIndex();
                server.handle(input);
                overwrite(bytes, end);
            }
            if (bytes.isReadable() && !deaf && !gone) {
                unhandled = joined(unhandled, bytes);
            }
            bytes.release();
        }
        reading = false;
    }

    private @Nullable Input next(ByteBuf bytes) {
        if (deaf || networkGone) {
            return null;
        }
        try {
            Packet packet = decoder.decode(bytes);
            if (packet == null) {
                return null;
            }
            version = decoder.version();
            return new Input.PacketReceived(connection, packet);
        } catch (ProtocolViolation violation) {
            deaf = true;
            version = decoder.version();
            return new Input.PacketRejected(connection, violation, version);
        }
    }

    // A part of it may wait in an out-buffer by reference, and is not handled yet then.
    private static void overwrite(ByteBuf bytes, int end) {
        if (bytes.refCnt() == 1) {
            for (int i = 0; i < end; i++) {
                bytes.setByte(i, USED);
            }
        }
    }

    private ByteBuf joined(ByteBuf before, ByteBuf more) {
        ByteBuf joined = server.buffer(before.readableBytes() + more.readableBytes());
        joined.writeBytes(before).writeBytes(more, more.readerIndex(), more.readableBytes());
        before.release();
        return joined;
    }

    private ByteBuf joined(ByteBuf before, byte[] more) {
        return joined(before, Unpooled.wrappedBuffer(more));
    }

    /// The network takes the connection away: what waits in either direction is lost.
    public void cut(String reason) {
        if (networkGone) {
            return;
        }
        boolean toldByServer = closedByServer;
        discard();
        if (!toldByServer) {
            server.handle(new Input.Disconnected(connection, reason));
        }
    }

    // ---- to the client
    // ---------------------------------------------------------------------------------

    /// All that was sent and not taken yet.
    public byte[] take() {
        return take(Long.MAX_VALUE);
    }

    /// The same, at most `most` bytes: a client that reads slowly.
    public byte[] take(long most) {
        byte[] taken = out.take(most);
        if (closedByServer && out.waiting() == 0) {
            leave();
        } else if (!closedByServer && out.becameWritable()) {
            server.handle(new Input.Writable(connection));
        }
        return taken;
    }

    /// What was sent since the last call of this method. It stays to be taken; what was taken
    /// before it was looked at is an error.
    public byte[] look() {
        return out.look();
    }

    /// Whether [#look] has something to show.
    public boolean hasUnseen() {
        return out.hasUnseen();
    }

    /// How many bytes were sent and not taken yet.
    public long waiting() {
        return out.waiting();
    }

    /// Whether the connection ended: cut, or closed by the server and all that it sent was taken.
    public boolean isGone() {
        return gone;
    }

    /// Whether the server closed it; what it sent before may still be taken.
    public boolean isClosedByServer() {
        return closedByServer;
    }

    public boolean isReadingPaused() {
        return readingPaused;
    }

    /// How many packets the server tried to send after it closed the connection.
    public int sentAfterClose() {
        return sentAfterClose;
    }

    // ---- effects of the core
    // ---------------------------------------------------------------------------

    @Nullable ProtocolVersion version() {
        return version;
    }

    long send(Packet packet, ProtocolVersion in) {
        if (isShut()) {
            return 0;
        }
        ByteBuf to = out.tail();
        int begin = to.writerIndex();
        PacketEncoder.encode(packet, in, to);
        return out.added(to.writerIndex() - begin);
    }

    long send(PublishFrame frame, Publish publish, int packetIdentifier, boolean dup) {
        if (isShut()) {
            return 0;
        }
        frame.writeTo(out.tail(), packetIdentifier, dup);
        if (frame.payloadApart()) {
            out.append(publish.payload().retainedBuffer());
        }
        return out.added(frame.size());
    }

    long send(Publish publish, int packetIdentifier, boolean dup, int alias, ProtocolVersion in) {
        if (isShut()) {
            return 0;
        }
        ByteBuf to = out.tail();
        PacketEncoder.encodePublish(publish, packetIdentifier, dup, alias, in, to);
        return out.added(PacketEncoder.publishSize(publish, in, alias));
    }

    private boolean isShut() {
        if (closedByServer) {
            sentAfterClose++;
        }
        return closedByServer || gone;
    }

    void close() {
        closedByServer = true;
        if (out.waiting() == 0) {
            leave();
        }
    }

    void pauseReading(long nanos) {
        if (!readingPaused) {
            readingPaused = true;
            pausedSinceNanos = nanos;
        }
    }

    /// Returns for how long reading was paused.
    long resumeReading(long nanos) {
        boolean paused = readingPaused;
        readingPaused = false;
        return paused ? nanos - pausedSinceNanos : 0;
    }

    /// Forgets everything: the connection is gone, and nobody is told.
    void discard() {
        hangUp();
        out.discard();
        leave();
    }

    private void leave() {
        gone = true;
        server.left(this);
        forgetPartial();
    }

    private void forgetPartial() {
        unhandled.release();
        unhandled = Unpooled.EMPTY_BUFFER;
    }

    /// Nothing can come any more; what was sent may still be taken.
    void hangUp() {
        networkGone = true;
        server.hungUp(this);
        forgetPartial();
        unread.release();
        unread = Unpooled.EMPTY_BUFFER;
    }

    @Override
    public String toString() {
        return remoteAddress();
    }
}
