package org.vencejo.transport;

import io.netty.channel.Channel;
import java.security.cert.X509Certificate;

/// What stands between a socket and an open connection, on either side. Immutable.
interface Passage {
    /// How long all of it may take.
    long patience();

    Door.Step firstStep();

    /// Whether WebSocket follows after TLS.
    boolean upgrades();

    boolean isRevoked(X509Certificate certificate);

    /// Puts its handlers before those of the connection.
    void prepend(Channel channel);
}
