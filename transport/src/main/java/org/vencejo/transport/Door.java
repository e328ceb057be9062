package org.vencejo.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What a connection that was accepted has to pass before it is open: the header of a proxy, a
/// handshake of TLS, a request for WebSocket, in this order. Immutable.
///
/// It has `patienceNanos` for all of it.
public record Door(
        @Nullable ProxyProtocol proxy,
        @Nullable TlsServer tls,
        @Nullable WebSocketServer webSocket,
        LongSupplier patienceNanos)
        implements Passage {
    /// One without proxies.
    public Door(
            @Nullable TlsServer tls,
            @Nullable WebSocketServer webSocket,
            LongSupplier patienceNanos) {
        this(null, tls, webSocket, patienceNanos);
    }

    /// A stage on the way.
    public enum Step {
        PROXY("PROXY header"),
        TLS("TLS handshake"),
        WEBSOCKET("WebSocket upgrade");

        private final String words;

        Step(String words) {
            this.words = words;
        }

        /// As operators call it.
        public String words() {
            return words;
        }
    }

    @Override
    public long patience() {
        return patienceNanos.getAsLong();
    }

    @Override
    public boolean admits(SocketAddress remote) {
        return proxy == null || proxy.sources().test(remote);
    }

    @Override
    public @Nullable Step after(@Nullable Step passed) {
        if (passed == null && proxy != null) {
            return Step.PROXY;
        }
        if ((passed == null || passed == Step.PROXY) && tls != null) {
            return Step.TLS;
        }
        return passed != Step.WEBSOCKET && webSocket != null ? Step.WEBSOCKET : null;
    }

    @Override
    public ProxyHeader believed(ProxyHeader header) {
        if (proxy == null) {
            throw new IllegalStateException("nobody has read a header");
        }
        return proxy.believed(header);
    }

    @Override
    public @Nullable String refusal(List<X509Certificate> chain) {
        return tls == null ? null : tls.refusal(chain);
    }

    @Override
    public void prepend(Channel channel, SocketConnection connection) {
        ChannelPipeline pipeline = channel.pipeline();
        if (webSocket != null) {
            WebSocketUpgrade.prepend(pipeline, webSocket, tls != null);
        }
        if (tls != null) {
            TlsGate gate = new TlsGate(channel, connection);
            pipeline.addFirst(gate, tls.handler(channel.alloc(), gate));
        }
        if (proxy != null) {
            pipeline.addFirst(new ProxyReader());
        }
    }
}
