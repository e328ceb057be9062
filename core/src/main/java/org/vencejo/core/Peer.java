package org.vencejo.core;

import org.jspecify.annotations.Nullable;

/// Who is at the other end of a connection, as far as the driver knows before CONNECT. The driver
/// puts its own connection object behind it and finds that again from [Connection#peer()].
public interface Peer {
    /// The remote address as operators read it: `192.0.2.7:51234`.
    String remoteAddress();

    /// The name of the listener that accepted the connection.
    String listener();

    /// The certificate that the client has shown, or null if it showed none.
    default @Nullable ClientCertificate clientCertificate() {
        return null;
    }
}
