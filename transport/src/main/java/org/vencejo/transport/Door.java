package org.vencejo.transport;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import java.security.cert.X509Certificate;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// What a connection that was accepted has to pass before it is open: a handshake of TLS, a request
/// for WebSocket, or one after the other. Immutable.
///
/// It has `patienceNanos` for all of it.
public record Door(
        @Nullable TlsServer tls, @Nullable WebSocketServer webSocket, LongSupplier patienceNanos)
        implements Passage {
    /// A stage on the way.
    public enum Step {
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
    public Step firstStep() {
        return tls == null ? Step.WEBSOCKET : Step.TLS;
    }

    @Override
    public boolean upgrades() {
        return webSocket != null;
    }

    @Override
    public boolean isRevoked(X509Certificate certificate) {
        return tls != null && tls.isRevoked(certificate);
    }

    @Override
    public void prepend(Channel channel) {
        ChannelPipeline pipeline = channel.pipeline();
        if (webSocket != null) {
            WebSocketUpgrade.prepend(pipeline, webSocket, tls != null);
        }
        if (tls != null) {
            pipeline.addFirst(tls.handler(channel.alloc()));
        }
    }
}
