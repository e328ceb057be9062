package org.vencejo.transport;

import java.net.SocketAddress;
import java.util.function.Predicate;

/// That connections come by proxies, which say for whom they stand. Immutable.
///
/// Only `sources` are taken for proxies, and each of their connections has to begin with a
/// [ProxyHeader]; who comes from elsewhere is turned away, whatever it says. `certificateBelieved`
/// is whether the client's certificate is for them to verify.
public record ProxyProtocol(Predicate<SocketAddress> sources, boolean certificateBelieved) {

    /// What is believed of a header.
    ProxyHeader believed(ProxyHeader header) {
        return certificateBelieved
                ? header
                : new ProxyHeader(header.source(), null, header.length());
    }
}
