package org.vencejo.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// TCP, plain or behind a [Door]: listens and dials. Thread-safe.
///
/// `highBytes` and `lowBytes` are the marks between which a connection's handler is told that it
/// may go on; `shortage` lowers them.
public record TcpTransport(IoLoops loops, int highBytes, int lowBytes, Shortage shortage) {
    private static final int PENDING_ACCEPTS = 1024;

    /// A transport that never runs short.
    public TcpTransport(IoLoops loops, int highBytes, int lowBytes) {
        this(loops, highBytes, lowBytes, new Shortage());
    }

    /// Decides about connections that were accepted.
    public interface Acceptor {
        /// Who is to handle a connection from `remote` that `loop` will serve, or null to close it
        /// at once. Called on that loop.
        @Nullable ConnectionHandler accept(IoLoop loop, InetSocketAddress remote);
    }

    /// A bound socket. Thread-safe.
    public record Listener(Channel channel) implements AutoCloseable {
        /// The address that it listens on, with the port that was chosen if 0 was asked for.
        public InetSocketAddress localAddress() {
            return (InetSocketAddress) channel.localAddress();
        }

        /// Accepts nobody any more; connections stay.
        @Override
        public void close() {
            channel.close().awaitUninterruptibly();
        }
    }

    /// Listens on `local` for plain connections.
    ///
    /// @throws IOException if the address cannot be bound, naming the reason
    public Listener listen(InetSocketAddress local, Acceptor acceptor) throws IOException {
        return listen(local, null, acceptor);
    }

    /// Listens on `local` for connections that have to pass `door`; null is none.
    ///
    /// @throws IOException if the address cannot be bound, naming the reason
    public Listener listen(InetSocketAddress local, @Nullable Door door, Acceptor acceptor)
            throws IOException {
        ChannelFuture bound =
                new ServerBootstrap()
                        .group(loops.group())
                        .channel(
                                loops.isEpoll()
                                        ? EpollServerSocketChannel.class
                                        : NioServerSocketChannel.class)
                        .option(ChannelOption.SO_BACKLOG, PENDING_ACCEPTS)
                        .option(ChannelOption.SO_REUSEADDR, true)
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                        .childHandler(new Accepted(door, acceptor))
                        .bind(local)
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(causeOf(bound), bound.cause());
        }
        return new Listener(bound.channel());
    }

    /// Connects to `remote`, whose name was resolved before, as a connection of `loop`. The handler
    /// hears [ConnectionHandler#opened] before the answer completes; a failure completes it with an
    /// IOException.
    public CompletableFuture<SocketConnection> dial(
            IoLoop loop, InetSocketAddress remote, long timeoutNanos, ConnectionHandler handler) {
        return dial(loop, remote, null, timeoutNanos, handler);
    }

    /// The same through the `door` of the server; null is none. The time is for TCP alone.
    public CompletableFuture<SocketConnection> dial(
            IoLoop loop,
            InetSocketAddress remote,
            @Nullable ServerDoor door,
            long timeoutNanos,
            ConnectionHandler handler) {
        CompletableFuture<SocketConnection> answer = new CompletableFuture<>();
        int timeoutMillis =
                Math.clamp(TimeUnit.NANOSECONDS.toMillis(timeoutNanos), 1, Integer.MAX_VALUE);
        ChannelFuture connected =
                new Bootstrap()
                        .group(loop.eventLoop())
                        .channel(
                                loops.isEpoll() ? EpollSocketChannel.class : NioSocketChannel.class)
                        .disableResolver()
                        .option(ChannelOption.TCP_NODELAY, true)
                        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeoutMillis)
                        .option(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                        .handler(new Dialled(door, handler, answer))
                        .connect(remote);
        connected.addListener(done -> {
            if (done.isSuccess() && door != null) {
                return; // the entrance tells
            }
            if (done.isSuccess()) {
                answer.complete(connected.channel().pipeline().get(SocketConnection.class));
            } else {
                answer.completeExceptionally(
                        new IOException(causeOf(connected), connected.cause()));
            }
        });
        return answer;
    }

    private void attach(
            Channel channel,
            IoLoop loop,
            @Nullable Passage passage,
            @Nullable CompletableFuture<SocketConnection> answer,
            ConnectionHandler handler) {
        channel.config().setRecvByteBufAllocator(loop.receiveBuffer());
        SocketConnection connection =
                new SocketConnection(
                        loop, channel, handler, new Backlog(highBytes, lowBytes, shortage));
        channel.pipeline().addLast(connection);
        if (passage != null) {
            connection.enterBy(passage, answer);
        }
    }

    private static String causeOf(ChannelFuture failed) {
        Throwable cause = failed.cause();
        String message = cause == null ? null : cause.getMessage();
        return message == null ? String.valueOf(cause) : message;
    }

    private final class Accepted extends ChannelInitializer<Channel> {
        private final @Nullable Door door;
        private final Acceptor acceptor;

        Accepted(@Nullable Door door, Acceptor acceptor) {
            this.door = door;
            this.acceptor = acceptor;
        }

        @Override
        protected void initChannel(Channel channel) {
            IoLoop loop = loops.current();
            InetSocketAddress remote = (InetSocketAddress) channel.remoteAddress();
            ConnectionHandler handler = remote == null ? null : acceptor.accept(loop, remote);
            if (handler == null) {
                var unused = channel.close();
            } else {
                attach(channel, loop, door, null, handler);
            }
        }
    }

    private final class Dialled extends ChannelInitializer<Channel> {
        private final @Nullable ServerDoor door;
        private final ConnectionHandler handler;
        private final CompletableFuture<SocketConnection> answer;

        Dialled(
                @Nullable ServerDoor door,
                ConnectionHandler handler,
                CompletableFuture<SocketConnection> answer) {
            this.door = door;
            this.handler = handler;
            this.answer = answer;
        }

        @Override
        protected void initChannel(Channel channel) {
            attach(channel, loops.current(), door, answer, handler);
        }
    }
}
