package org.vencejo.transport;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.channel.ServerChannelRecvByteBufAllocator;
import io.netty.channel.epoll.EpollDomainSocketChannel;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.socket.nio.NioDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import io.netty.channel.unix.PeerCredentials;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/// TCP and Unix sockets, plain or behind a [Door]: listens and dials. Thread-safe.
///
/// `highBytes` and `lowBytes` are the marks between which a connection's handler is told that it
/// may go on; `shortage` lowers them.
public record TcpTransport(IoLoops loops, int highBytes, int lowBytes, Shortage shortage) {
    private static final int PENDING_ACCEPTS = 1024;

    /// How many connections are accepted before others have their turn. Left to itself Netty takes
    /// the descriptor that it gets for a number of bytes, and accepts one.
    private static final int ACCEPTS_MAX = 8;

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

    /// Decides about connections that were accepted at a Unix socket.
    public interface LocalAcceptor {
        /// Who is to handle a connection of `peer`, which is null where the system does not tell;
        /// see [Acceptor#accept].
        @Nullable ConnectionHandler accept(IoLoop loop, @Nullable UnixPeer peer);
    }

    /// A bound socket. Thread-safe.
    public interface Bound extends AutoCloseable {
        /// Accepts nobody any more; connections stay.
        @Override
        void close();
    }

    /// A bound socket with an address. Thread-safe.
    public record Listener(Channel channel) implements Bound {
        /// The address that it listens on, with the port that was chosen if 0 was asked for.
        public InetSocketAddress localAddress() {
            return (InetSocketAddress) channel.localAddress();
        }

        @Override
        public void close() {
            channel.close().awaitUninterruptibly();
        }
    }

    /// A bound Unix socket. Thread-safe.
    private record LocalListener(Channel channel, UnixSocket socket, Object key) implements Bound {
        @Override
        public void close() {
            try {
                socket.remove(key);
            } catch (IOException left) {
                // who comes there is refused, and the next start takes it for what it is
            }
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
                        .option(ChannelOption.RECVBUF_ALLOCATOR, acceptingSeveral())
                        .childOption(ChannelOption.TCP_NODELAY, true)
                        .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                        .childHandler(
                                new Accepted(
                                        door,
                                        (loop, channel) ->
                                                channel.remoteAddress()
                                                                instanceof InetSocketAddress remote
                                                        ? acceptor.accept(loop, remote)
                                                        : null))
                        .bind(local)
                        .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(causeOf(bound), bound.cause());
        }
        return new Listener(bound.channel());
    }

    /// Listens on a Unix socket for connections that have to pass `door`; null is none. A file that
    /// a dead process has left there is replaced.
    ///
    /// @throws IOException if that cannot be, naming the reason
    public Bound listen(UnixSocket socket, @Nullable Door door, LocalAcceptor acceptor)
            throws IOException {
        try (UnixSocket.Cell cell = socket.new Cell()) {
            ChannelFuture bound =
                    new ServerBootstrap()
                            .group(loops.group())
                            .channel(
                                    loops.isEpoll()
                                            ? EpollServerDomainSocketChannel.class
                                            : NioServerDomainSocketChannel.class)
                            .option(ChannelOption.SO_BACKLOG, PENDING_ACCEPTS)
                            .option(ChannelOption.RECVBUF_ALLOCATOR, acceptingSeveral())
                            .childOption(ChannelOption.ALLOCATOR, PooledByteBufAllocator.DEFAULT)
                            .childHandler(
                                    new Accepted(
                                            door,
                                            (loop, channel) ->
                                                    acceptor.accept(loop, peerOf(channel))))
                            .bind(address(cell.hidden))
                            .awaitUninterruptibly();
            if (!bound.isSuccess()) {
                throw new IOException(causeOf(bound), bound.cause());
            }
            try {
                return new LocalListener(bound.channel(), socket, cell.open());
            } catch (IOException | RuntimeException e) {
                bound.channel().close().awaitUninterruptibly();
                throw e;
            }
        } catch (FileSystemException e) {
            throw new IOException(UnixSocket.reason(e), e);
        }
    }

    private static RecvByteBufAllocator acceptingSeveral() {
        return new ServerChannelRecvByteBufAllocator()
                .respectMaybeMoreData(false)
                .maxMessagesPerRead(ACCEPTS_MAX);
    }

    private SocketAddress address(Path path) {
        return loops.isEpoll()
                ? new DomainSocketAddress(path.toString())
                : UnixDomainSocketAddress.of(path);
    }

    private static @Nullable UnixPeer peerOf(Channel channel) {
        if (!(channel instanceof EpollDomainSocketChannel socket)) {
            return null;
        }
        try {
            PeerCredentials it = socket.peerCredentials();
            return new UnixPeer(it.pid(), it.uid(), it.gids()[0]);
        } catch (IOException gone) {
            return null;
        }
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
        Bootstrap bootstrap =
                new Bootstrap()
                        .channel(
                                loops.isEpoll() ? EpollSocketChannel.class : NioSocketChannel.class)
                        .option(ChannelOption.TCP_NODELAY, true);
        return dial(bootstrap, loop, remote, door, timeoutNanos, handler);
    }

    /// The same to a Unix socket.
    public CompletableFuture<SocketConnection> dial(
            IoLoop loop,
            Path socket,
            @Nullable ServerDoor door,
            long timeoutNanos,
            ConnectionHandler handler) {
        Bootstrap bootstrap =
                new Bootstrap()
                        .channel(
                                loops.isEpoll()
                                        ? EpollDomainSocketChannel.class
                                        : NioDomainSocketChannel.class);
        return dial(bootstrap, loop, address(socket), door, timeoutNanos, handler);
    }

    private CompletableFuture<SocketConnection> dial(
            Bootstrap bootstrap,
            IoLoop loop,
            SocketAddress remote,
            @Nullable ServerDoor door,
            long timeoutNanos,
            ConnectionHandler handler) {
        CompletableFuture<SocketConnection> answer = new CompletableFuture<>();
        int timeoutMillis =
                Math.clamp(TimeUnit.NANOSECONDS.toMillis(timeoutNanos), 1, Integer.MAX_VALUE);
        ChannelFuture connected =
                bootstrap
                        .group(loop.eventLoop())
                        .disableResolver()
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
        if (cause instanceof FileNotFoundException) {
            return "there is no such file"; // it has no words of its own
        }
        String message = cause == null ? null : cause.getMessage();
        return message == null ? String.valueOf(cause) : message;
    }

    private final class Accepted extends ChannelInitializer<Channel> {
        private final @Nullable Door door;
        private final BiFunction<IoLoop, Channel, @Nullable ConnectionHandler> acceptor;

        Accepted(
                @Nullable Door door,
                BiFunction<IoLoop, Channel, @Nullable ConnectionHandler> acceptor) {
            this.door = door;
            this.acceptor = acceptor;
        }

        @Override
        protected void initChannel(Channel channel) {
            IoLoop loop = loops.current();
            ConnectionHandler handler = acceptor.apply(loop, channel);
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
