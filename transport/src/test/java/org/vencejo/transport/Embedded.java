package org.vencejo.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;

/// A connection without a socket: bytes go in as a read would bring them, and come out as the
/// channel was handed them. Its allocator counts exactly what is in use.
final class Embedded implements ConnectionHandler, AutoCloseable {
    final UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    final EmbeddedChannel channel = new EmbeddedChannel();
    final List<String> events = new ArrayList<>();
    final IoLoop loop = new IoLoop(channel.eventLoop(), Runnable::run);
    final SocketConnection connection;

    /// Done before the reader is asked.
    Runnable onReceived = () -> {};

    private final ToIntFunction<ByteBuf> reader;

    Embedded(ToIntFunction<ByteBuf> reader) {
        this.reader = reader;
        channel.config().setAllocator(allocator);
        connection =
                new SocketConnection(loop, channel, this, new Backlog(1_000, 100, new Shortage()));
        channel.pipeline().addLast(connection);
        channel.pipeline().fireChannelActive();
    }

    void arrive(byte[] bytes, int from, int to) {
        channel.writeInbound(Unpooled.copiedBuffer(bytes, from, to - from));
    }

    /// The peer is gone, as the channel tells.
    void hangUp() {
        var unused = channel.close();
        channel.runPendingTasks();
    }

    /// What the channel was handed since the last question, one entry per buffer.
    List<byte[]> left() {
        channel.runPendingTasks();
        List<byte[]> all = new ArrayList<>();
        for (ByteBuf out = channel.readOutbound(); out != null; out = channel.readOutbound()) {
            byte[] bytes = new byte[out.readableBytes()];
            out.readBytes(bytes);
            out.release();
            all.add(bytes);
        }
        return all;
    }

    long bytesInUse() {
        return allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory();
    }

    @Override
    public void opened(SocketConnection opened) {
        events.add("opened");
    }

    @Override
    public int received(ByteBuf bytes) {
        onReceived.run();
        return reader.applyAsInt(bytes);
    }

    @Override
    public void writable() {
        events.add("writable");
    }

    @Override
    public void failed(Throwable fault) {
        events.add("failed: " + fault.getMessage());
    }

    @Override
    public void closed(String reason) {
        events.add("closed: " + reason);
    }

    @Override
    public void close() {
        channel.finishAndReleaseAll();
        channel.runPendingTasks();
    }
}
