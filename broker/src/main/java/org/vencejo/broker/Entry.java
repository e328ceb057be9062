package org.vencejo.broker;

import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.transport.Door;
import org.vencejo.transport.ProxyProtocol;
import org.vencejo.transport.TlsServer;
import org.vencejo.transport.WebSocketServer;

/// What operators call a listener, what clients pass there, null for what they do not, which
/// versions they may speak, and how many of them there may be. Immutable.
public record Entry(
        String listener,
        @Nullable ProxyProtocol proxy,
        @Nullable TlsServer tls,
        @Nullable WebSocketServer webSocket,
        Set<ProtocolVersion> versions,
        int connectionsMax) {
    private static final Set<ProtocolVersion> ALL = Set.of(ProtocolVersion.values());

    public Entry {
        versions = Set.copyOf(versions);
    }

    /// One for all versions, and as many clients as the server has room for.
    public Entry(
            String listener,
            @Nullable ProxyProtocol proxy,
            @Nullable TlsServer tls,
            @Nullable WebSocketServer webSocket) {
        this(listener, proxy, tls, webSocket, ALL, Integer.MAX_VALUE);
    }

    @Nullable Door door(LongSupplier patienceNanos) {
        return proxy == null && tls == null && webSocket == null
                ? null
                : new Door(proxy, tls, webSocket, patienceNanos);
    }
}
