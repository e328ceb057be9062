package org.vencejo.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What a connection that we make has to pass before it is open: the server's handshake of TLS, its
/// answer for WebSocket, or one after the other. Immutable.
///
/// `host` is the name that the server's certificate has to be for. Both have `patience`
/// nanoseconds.
public record ServerDoor(
        @Nullable TlsClient tls,
        @Nullable WebSocketClient webSocket,
        String host,
        int port,
        long patience)
        implements Passage {
    @Override
    public boolean admits(SocketAddress remote) {
        return true; // we have chosen it
    }

    @Override
    public Door.@Nullable Step after(Door.@Nullable Step passed) {
        return passed == null && tls != null
                ? Door.Step.TLS
                : passed != Door.Step.WEBSOCKET && webSocket != null ? Door.Step.WEBSOCKET : null;
    }

    @Override
    public ProxyHeader believed(ProxyHeader header) {
        throw new IllegalStateException("servers send no header of a proxy");
    }

    @Override
    public @Nullable String refusal(List<X509Certificate> chain) {
        return null; // whom we trust is decided in the handshake
    }

    @Override
    public void prepend(Channel channel, SocketConnection connection) {
        ChannelPipeline pipeline = channel.pipeline();
        if (webSocket != null) {
            WebSocketRequest.prepend(pipeline, webSocket, host, port, tls != null);
        }
        if (tls != null) {
            pipeline.addFirst(
                    new TlsGate(channel, connection), tls.handler(channel.alloc(), host, port));
        }
    }
}
