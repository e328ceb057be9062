package org.vencejo.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import java.security.SecureRandom;
import org.jspecify.annotations.Nullable;

/// Takes the frames of RFC 6455 off what comes, and puts one around each write: what is inside them
/// is a stream of bytes, wherever they begin and end [MQTT-6.0.0-2].
///
/// Confined to its event loop. The bytes of a frame go on as they come, so that one that is not
/// whole holds nothing, and its length, which is only declared, costs nothing.
final class WebSocketFrames extends ChannelDuplexHandler {
    static final int NORMAL = 1_000;
    static final int PROTOCOL_ERROR = 1_002;
    static final int UNACCEPTABLE_DATA = 1_003;

    private static final int CONTINUATION = 0;
    private static final int TEXT = 1;
    private static final int BINARY = 2;
    private static final int CLOSE = 8;
    private static final int PING = 9;
    private static final int PONG = 10;

    private static final int FINAL = 0x80;
    private static final int RESERVED = 0x70;
    private static final int MASKED = 0x80;
    private static final int CONTROL_BYTES_MAX = 125;
    private static final int HEAD_BYTES_MAX = 14;

    private static final SecureRandom RANDOM = new SecureRandom();

    /// Whether the peer is a client: its frames are masked, ours are not.
    private final boolean ofServer;

    // What comes.

    private final ByteBuf head = Unpooled.buffer(HEAD_BYTES_MAX, HEAD_BYTES_MAX);
    private final ByteBuf control = Unpooled.buffer(CONTROL_BYTES_MAX, CONTROL_BYTES_MAX);
    private boolean headRead;
    private int opcode;
    private int mask;
    private int maskPhase;
    private long payloadLeft;

    /// A message was begun whose last frame has not come.
    private boolean fragmented;

    private boolean deaf;

    // What goes.

    private boolean closeSent;

    /// The answer to a ping that was not sent yet; a later one takes its place.
    private @Nullable ByteBuf pongOwed;

    WebSocketFrames(boolean ofServer) {
        this.ofServer = ofServer;
    }

    /// The peer ended the conversation, or has to; nothing of it is listened to any more.
    record Ended(String reason) {}

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            while (in.isReadable() && !deaf) {
                if (!headRead) {
                    readHead(context, in);
                } else if (opcode >= CLOSE) {
                    readControl(context, in);
                } else {
                    readData(context, in);
                }
            }
        } finally {
            in.release();
        }
    }

    /// Reads the head of a frame, as far as it is there.
    private void readHead(ChannelHandlerContext context, ByteBuf in) {
        while (in.isReadable()) {
            head.writeByte(in.readByte());
            if (head.readableBytes() == 2) {
                String wrong = wrongAbout(head.getUnsignedByte(0), head.getUnsignedByte(1));
                if (wrong != null) {
                    int code =
                            (head.getByte(0) & 0x0F) == TEXT ? UNACCEPTABLE_DATA : PROTOCOL_ERROR;
                    fail(context, code, wrong);
                    return;
                }
            }
            if (head.readableBytes() >= 2 && head.readableBytes() == headBytes()) {
                takeHead(context);
                return;
            }
        }
    }

    private int headBytes() {
        int length = head.getByte(1) & 0x7F;
        return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + (ofServer ? 4 : 0);
    }

    private @Nullable String wrongAbout(int first, int second) {
        int code = first & 0x0F;
        if ((first & RESERVED) != 0) {
            return "a frame with reserved bits: no extension was agreed on";
        }
        if ((second & MASKED) != 0 != ofServer) {
            return ofServer ? "a frame that is not masked" : "a frame that is masked";
        }
        return switch (code) {
            // [MQTT-6.0.0-1]
            case TEXT -> "a text frame; MQTT is in binary ones";
            case BINARY -> fragmented ? "a new message amid another" : null;
            case CONTINUATION -> fragmented ? null : "a continuation of nothing";
            case CLOSE, PING, PONG ->
                    (first & FINAL) == 0 || (second & 0x7F) > CONTROL_BYTES_MAX
                            ? "a control frame that is in parts or too long"
                            : null;
            default -> "a frame of unknown kind " + code;
        };
    }

    private void takeHead(ChannelHandlerContext context) {
        int first = head.readUnsignedByte();
        int length = head.readByte() & 0x7F;
        payloadLeft =
                switch (length) {
                    case 126 -> head.readUnsignedShort();
                    case 127 -> head.readLong();
                    default -> length;
                };
        mask = ofServer ? head.readInt() : 0;
        maskPhase = 0;
        head.clear();
        if (payloadLeft < 0) {
            fail(context, PROTOCOL_ERROR, "a frame with a negative length");
            return;
        }
        opcode = first & 0x0F;
        if (opcode < CLOSE) {
            fragmented = (first & FINAL) == 0;
            headRead = payloadLeft > 0;
        } else if (payloadLeft > 0) {
            headRead = true;
        } else {
            readControl(context, Unpooled.EMPTY_BUFFER);
        }
    }

    private void readData(ChannelHandlerContext context, ByteBuf in) {
        int length = (int) Math.min(payloadLeft, in.readableBytes());
        unmask(in, length);
        payloadLeft -= length;
        headRead = payloadLeft > 0;
        context.fireChannelRead(in.readRetainedSlice(length));
    }

    private void readControl(ChannelHandlerContext context, ByteBuf in) {
        int length = (int) Math.min(payloadLeft, in.readableBytes());
        unmask(in, length);
        control.writeBytes(in, length);
        payloadLeft -= length;
        if (payloadLeft > 0) {
            return;
        }
        headRead = false;
        switch (opcode) {
            case PING -> pong(context);
            case CLOSE -> closed(context);
            default -> {} // a pong that nobody asked for
        }
        control.clear();
    }

    private void closed(ChannelHandlerContext context) {
        if (!control.isReadable()) {
            sayClose(context, NORMAL);
            end(context, "closed by the peer: WebSocket without a status");
            return;
        }
        int code = control.readableBytes() == 1 ? 0 : control.readUnsignedShort();
        sayClose(context, mayBeSent(code) ? code : PROTOCOL_ERROR);
        end(context, "closed by the peer: WebSocket " + code);
    }

    // Others are for what happens without a frame, or for nobody.
    private static boolean mayBeSent(int code) {
        return (code >= 1_000 && code <= 1_003)
                || (code >= 1_007 && code <= 1_014)
                || (code >= 3_000 && code < 5_000);
    }

    private void unmask(ByteBuf in, int length) {
        if (ofServer) {
            mask(in, in.readerIndex(), length, Integer.rotateLeft(mask, 8 * maskPhase));
            maskPhase = (maskPhase + length) & 3;
        }
    }

    private static void mask(ByteBuf bytes, int from, int length, int mask) {
        long twice = ((long) mask << 32) | (mask & 0xFFFF_FFFFL);
        int i = 0;
        for (; i + 8 <= length; i += 8) {
            bytes.setLong(from + i, bytes.getLong(from + i) ^ twice);
        }
        for (; i < length; i++) {
            bytes.setByte(from + i, bytes.getByte(from + i) ^ (mask >>> (24 - 8 * (i & 3))));
        }
    }

    /// Owes an answer to this ping, and to none before it (RFC 6455, 5.5.3): many that came
    /// together are one write, and who does not read is answered when it does again.
    private void pong(ChannelHandlerContext context) {
        if (pongOwed != null) {
            pongOwed.release();
        }
        pongOwed = frame(context, PONG, control);
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) {
        payPong(context);
        context.fireChannelReadComplete();
    }

    private void payPong(ChannelHandlerContext context) {
        ByteBuf owed = pongOwed;
        if (owed != null && context.channel().isWritable() && !closeSent) {
            pongOwed = null;
            var unused = context.writeAndFlush(owed);
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext context) {
        payPong(context);
        context.fireChannelWritabilityChanged();
    }

    private void fail(ChannelHandlerContext context, int code, String reason) {
        sayClose(context, code);
        end(context, "WebSocket: " + reason);
    }

    private void end(ChannelHandlerContext context, String reason) {
        deaf = true;
        context.fireUserEventTriggered(new Ended(reason));
    }

    /// Says that nothing more will come, once.
    void sayGoodbye(ChannelHandlerContext context) {
        sayClose(context, NORMAL);
    }

    private void sayClose(ChannelHandlerContext context, int code) {
        if (!closeSent) {
            closeSent = true;
            ByteBuf status = Unpooled.buffer(2).writeShort(code);
            var unused = context.writeAndFlush(frame(context, CLOSE, status));
        }
    }

    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        ByteBuf payload = (ByteBuf) message;
        if (closeSent) {
            payload.release(); // after a Close frame there is nothing
            promise.trySuccess();
        } else if (ofServer) {
            ByteBuf before = context.alloc().directBuffer(HEAD_BYTES_MAX);
            writeHead(before, BINARY, payload.readableBytes());
            var unused = context.write(before);
            unused = context.write(payload, promise);
        } else {
            ByteBuf frame = frame(context, BINARY, payload);
            payload.release();
            var unused = context.write(frame, promise);
        }
    }

    /// A frame with a copy of `payload`.
    private ByteBuf frame(ChannelHandlerContext context, int kind, ByteBuf payload) {
        int length = payload.readableBytes();
        ByteBuf frame = context.alloc().directBuffer(HEAD_BYTES_MAX + length);
        writeHead(frame, kind, length);
        if (ofServer) {
            return frame.writeBytes(payload, payload.readerIndex(), length);
        }
        int key = RANDOM.nextInt();
        frame.writeInt(key);
        int from = frame.writerIndex();
        frame.writeBytes(payload, payload.readerIndex(), length);
        mask(frame, from, length, key);
        return frame;
    }

    private void writeHead(ByteBuf out, int kind, int length) {
        int masked = ofServer ? 0 : MASKED;
        out.writeByte(FINAL | kind);
        if (length <= CONTROL_BYTES_MAX) {
            out.writeByte(masked | length);
        } else if (length <= 0xFFFF) {
            out.writeByte(masked | 126).writeShort(length);
        } else {
            out.writeByte(masked | 127).writeLong(length);
        }
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext context) {
        if (pongOwed != null) {
            pongOwed.release();
            pongOwed = null;
        }
    }
}
