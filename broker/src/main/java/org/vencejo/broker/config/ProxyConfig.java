package org.vencejo.broker.config;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.util.List;
import org.vencejo.broker.access.AddressRange;
import org.vencejo.transport.ProxyProtocol;

/// Which proxies stand before a listener, and what is believed of what they say. Immutable.
///
/// `unix` is for whoever may open a Unix socket.
public record ProxyConfig(List<AddressRange> sources, boolean unix, boolean certificateBelieved) {

    /// Whether `remote` is one of them.
    private boolean holds(SocketAddress remote) {
        return remote instanceof InetSocketAddress it
                ? sources.stream().anyMatch(range -> range.holds(it.getAddress()))
                : unix;
    }

    boolean isAnybody() {
        return sources.stream().anyMatch(range -> range.bits() == 0);
    }

    /// The same for sockets.
    public ProxyProtocol protocol() {
        return new ProxyProtocol(this::holds, certificateBelieved);
    }
}
