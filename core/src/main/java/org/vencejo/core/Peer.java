package org.vencejo.core;

import org.jspecify.annotations.Nullable;

/// Who is at the other end of a connection, as far as the driver knows before CONNECT. The driver
/// puts its own connection object behind it and finds that again from [Connection#peer()].
public interface Peer {
    /// The remote address as operators read it: `192.0.2.7:51234`, or `unix:process-4711` of a
    /// process on this machine.
    String remoteAddress();

    /// The name of the listener that accepted the connection.
    String listener();

    /// The limits that this listener has of its own.
    default ListenerLimits limits() {
        return ListenerLimits.NONE;
    }

    /// The certificate that the client has shown, or null if it showed none.
    default @Nullable ClientCertificate clientCertificate() {
        return null;
    }

    /// The process that the client is, or null if it did not come by a Unix socket.
    default @Nullable ClientProcess clientProcess() {
        return null;
    }
}
