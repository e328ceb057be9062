package org.vencejo.transport;

import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/// The event loops of a process: epoll where the operating system has it, else NIO.
///
/// Thread-safe.
public final class IoLoops implements AutoCloseable {
    private final EventLoopGroup group;
    private final List<IoLoop> loops;
    private final ExecutorService handshakes;
    private final boolean epoll;

    private IoLoops(
            EventLoopGroup group, List<IoLoop> loops, ExecutorService handshakes, boolean epoll) {
        this.group = group;
        this.handshakes = handshakes;
        this.loops = List.copyOf(loops);
        this.epoll = epoll;
    }

    /// `count` loops, each with a thread named after `name`.
    public static IoLoops start(int count, String name) {
        return start(count, name, Epoll.isAvailable());
    }

    static IoLoops start(int count, String name, boolean epoll) {
        IoHandlerFactory handlers = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        var group =
                new MultiThreadIoEventLoopGroup(count, new DefaultThreadFactory(name), handlers);
        ExecutorService handshakes = handshakeThreads(name);
        List<IoLoop> loops = new ArrayList<>();
        group.forEach(executor -> loops.add(new IoLoop((EventLoop) executor, handshakes)));
        return new IoLoops(group, loops, handshakes, epoll);
    }

    /// One for every two processors, while there are handshakes. A connection has one or two tasks
    /// at a time, and those of who is gone end as soon as they begin. At the end nobody waits.
    private static ExecutorService handshakeThreads(String name) {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        var pool =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        10,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(),
                        new DefaultThreadFactory(name + "-tls", true),
                        new ThreadPoolExecutor.DiscardPolicy());
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    public List<IoLoop> loops() {
        return loops;
    }

    /// What waits for sockets, for operators: `epoll` or `nio`.
    public String kind() {
        return epoll ? "epoll" : "nio";
    }

    /// Cuts what is still open and ends the threads.
    @Override
    public void close() {
        for (IoLoop loop : loops) {
            loop.execute(loop::cutAll);
        }
        handshakes.shutdownNow();
        handshakes.close();
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly();
        // Not before: a loop reads until its end. Now its thread is gone, and what it held is ours.
        for (IoLoop loop : loops) {
            loop.receiveBuffer().release();
        }
    }

    EventLoopGroup group() {
        return group;
    }

    boolean isEpoll() {
        return epoll;
    }

    /// The loop that the caller runs on.
    IoLoop current() {
        for (IoLoop loop : loops) {
            if (loop.isCurrent()) {
                return loop;
            }
        }
        throw new IllegalStateException(
                "expected a thread of these loops, given was " + Thread.currentThread());
    }
}
