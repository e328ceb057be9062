package org.vencejo.broker;

import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.ListenerLimit;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.transport.Door;
import org.vencejo.transport.ProxyProtocol;
import org.vencejo.transport.TlsServer;
import org.vencejo.transport.WebSocketServer;

/// What operators call a listener, what clients pass there, null for what they do not, which
/// versions they may speak, how many of them there may be, and the highest QoS, null for that of
/// all, and the limits that it has of its own. Immutable.
public record Entry(
        String listener,
        @Nullable ProxyProtocol proxy,
        @Nullable TlsServer tls,
        @Nullable WebSocketServer webSocket,
        Set<ProtocolVersion> versions,
        int connectionsMax,
        @Nullable QoS maximumQoS,
        Map<ListenerLimit, Long> limits) {
    private static final Set<ProtocolVersion> ALL = Set.of(ProtocolVersion.values());

    public Entry {
        versions = Set.copyOf(versions);
        limits = Map.copyOf(limits);
    }

    /// One for all versions, as many clients as the server has room for, and the limits of all.
    public Entry(
            String listener,
            @Nullable ProxyProtocol proxy,
            @Nullable TlsServer tls,
            @Nullable WebSocketServer webSocket) {
        this(listener, proxy, tls, webSocket, ALL, Integer.MAX_VALUE, null, Map.of());
    }

    @Nullable Door door(LongSupplier patienceNanos) {
        return proxy == null && tls == null && webSocket == null
                ? null
                : new Door(proxy, tls, webSocket, patienceNanos);
    }
}
