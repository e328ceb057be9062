package org.vencejo.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// Takes the [ProxyHeader] off what comes, and then itself out of the pipeline.
///
/// Confined to its event loop. It holds at most the longest header.
final class ProxyReader extends ChannelInboundHandlerAdapter {
    private @Nullable ByteBuf begun;
    private boolean deaf;

    /// The header is read.
    record Read(ProxyHeader header) {}

    /// There is none, or it is wrong, for this reason.
    record Wrong(String reason) {}

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        ProxyHeader header = null;
        if (!deaf) {
            try {
                header = read(in);
            } catch (IOException e) {
                deaf = true;
                context.fireUserEventTriggered(new Wrong(String.valueOf(e.getMessage())));
            }
        }
        if (header == null) {
            in.release();
            return;
        }
        context.fireUserEventTriggered(new Read(header));
        context.pipeline().remove(this);
        SocketConnection connection = context.pipeline().get(SocketConnection.class);
        boolean unwelcome = connection != null && connection.isTurnedAway();
        if (in.isReadable() && !unwelcome) {
            context.fireChannelRead(in);
        } else {
            in.release();
        }
    }

    private @Nullable ProxyHeader read(ByteBuf in) throws IOException {
        ByteBuf all = begun;
        if (all == null) {
            ProxyHeader header = ProxyHeader.read(in);
            if (header == null) {
                begun = Unpooled.buffer(in.readableBytes(), ProxyHeader.BYTES_MAX).writeBytes(in);
            }
            return header;
        }
        int before = all.readableBytes();
        // A header that is whole, or too long, is one before there is more of it.
        int more = Math.min(in.readableBytes(), ProxyHeader.BYTES_MAX - before);
        all.writeBytes(in, in.readerIndex(), more);
        ProxyHeader header = ProxyHeader.read(all);
        in.skipBytes(header == null ? more : header.length() - before);
        return header;
    }
}
