package org.vencejo.transport;

import io.netty.channel.Channel;
import java.net.SocketAddress;
import java.security.cert.X509Certificate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What stands between a socket and an open connection, on either side. Immutable.
interface Passage {
    /// How long all of it may take.
    long patience();

    /// Whether who comes from there may try.
    boolean admits(SocketAddress remote);

    /// The step after this one, or the first after null; null if the connection is open then.
    Door.@Nullable Step after(Door.@Nullable Step passed);

    /// What is believed of what a proxy says.
    ProxyHeader believed(ProxyHeader header);

    /// Why a peer that has shown these certificates, verified, is turned away; null if it is not.
    @Nullable String refusal(List<X509Certificate> chain);

    /// Puts its handlers before those of the connection.
    void prepend(Channel channel, SocketConnection connection);
}
