package org.vencejo.testing.crash;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.TopicCache;

/// A connection that never blocks, from packets to bytes and back. Confined to the tester's thread.
///
/// What was read before the connection broke is heard before its end.
final class Line {
    private static final int READ_BYTES = 64 << 10;

    private final ProtocolVersion version;
    private final SocketChannel channel;
    private final SelectionKey key;
    private final Ear ear;
    private final PacketDecoder decoder;
    private final ByteBuf in = Unpooled.buffer();
    private final ByteBuf out = Unpooled.buffer();
    private final ByteBuffer read = ByteBuffer.allocate(READ_BYTES);
    private boolean open = true;

    /// Who is on this end.
    interface Ear {
        /// A packet came; its payload is valid only now.
        void heard(Line line, Packet packet);

        /// The connection is gone, and not by [#close()].
        void lost(Line line);
    }

    /// Connects, or returns null if nobody listens.
    static @Nullable Line open(
            InetSocketAddress address, Selector selector, ProtocolVersion version, Ear ear) {
        try {
            return new Line(SocketChannel.open(address), selector, version, ear);
        } catch (IOException nobody) {
            return null;
        }
    }

    private Line(SocketChannel channel, Selector selector, ProtocolVersion version, Ear ear)
            throws IOException {
        this.version = version;
        this.channel = channel;
        this.ear = ear;
        this.decoder = PacketDecoder.ofClient(version, DecoderLimits.DEFAULT, new TopicCache());
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
        channel.configureBlocking(false);
        this.key = channel.register(selector, SelectionKey.OP_READ, this);
    }

    boolean isOpen() {
        return open;
    }

    void send(Packet packet) {
        if (open) {
            PacketEncoder.encode(packet, version, out);
            write();
        }
    }

    private void write() {
        try {
            while (out.isReadable() && out.readBytes(channel, out.readableBytes()) > 0) {}
            key.interestOps(
                    out.isReadable()
                            ? SelectionKey.OP_READ | SelectionKey.OP_WRITE
                            : SelectionKey.OP_READ);
        } catch (IOException broken) {
            out.clear(); // reading says that it is gone, behind all that came
        }
        out.discardSomeReadBytes();
    }

    /// Does what the connection is ready for.
    void ready() {
        if (open && key.isValid() && key.isWritable()) {
            write();
        }
        if (open && key.isValid() && key.isReadable()) {
            read();
        }
    }

    private void read() {
        int count;
        do {
            read.clear();
            try {
                count = channel.read(read);
            } catch (IOException broken) {
                count = -1;
            }
            in.writeBytes(read.flip());
            decode();
        } while (open && count == READ_BYTES);
        if (open && count < 0) {
            close();
            ear.lost(this);
        }
    }

    private void decode() {
        for (Packet it = decoder.decode(in); it != null; it = decoder.decode(in)) {
            ear.heard(this, it);
            if (!open) {
                return;
            }
        }
        in.discardSomeReadBytes();
    }

    /// Says no more; the peer ends the connection once it has read what was said.
    void hangUp() {
        try {
            channel.shutdownOutput();
        } catch (IOException broken) {
            // reading says so, too
        }
    }

    /// Ends the connection.
    void close() {
        open = false;
        try {
            channel.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
