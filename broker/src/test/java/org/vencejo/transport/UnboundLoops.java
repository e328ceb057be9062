package org.vencejo.transport;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;

/// Makes loops and connections of parts that a test brings.
public final class UnboundLoops {
    private UnboundLoops() {}

    /// A loop that runs on whatever `eventLoop` says is one.
    public static IoLoop loop(EventLoop eventLoop) {
        return new IoLoop(eventLoop, Runnable::run);
    }

    /// A connection over `channel`, served by `loop`.
    public static SocketConnection connection(
            IoLoop loop, Channel channel, ConnectionHandler handler, int highBytes, int lowBytes) {
        return new SocketConnection(
                loop, channel, handler, new Backlog(highBytes, lowBytes, new Shortage()));
    }
}
