package org.vencejo.core.session;

import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Publish;

/// The way to the peer while a connection lasts: what a flow sends through.
///
/// Both methods return the bytes that now wait in the connection's out-buffer: back-pressure is a return
/// value.
public interface Link {
    /// Sends a packet that is not a PUBLISH.
    long send(Packet packet);

    /// Sends `publish` under `packetIdentifier` (0 at QoS 0). A `topicAlias` of 0 means none, n sends the
    /// name and sets alias n, -n sends alias n instead of the name.
    long publish(Publish publish, int packetIdentifier, boolean dup, int topicAlias);
}
