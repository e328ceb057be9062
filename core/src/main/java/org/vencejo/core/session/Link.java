package org.vencejo.core.session;

import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Publish;

/// The way to the peer while a connection lasts: what a flow sends through.
///
/// Sending never fails and never blocks; [#writable()] says when to stop.
public interface Link {
    /// Sends a packet that is not a PUBLISH.
    void send(Packet packet);

    /// Sends `publish` under `packetIdentifier` (0 at QoS 0). A `topicAlias` of 0 means none, n
    /// sends the name and sets alias n, -n sends alias n instead of the name.
    void publish(Publish publish, int packetIdentifier, boolean dup, int topicAlias);

    /// Whether `publish` is within the peer's Maximum Packet Size [MQTT-3.1.2-24].
    boolean fits(Publish publish, int topicAlias);

    /// Whether the out-buffer can take more messages. Acknowledgements go out regardless.
    boolean writable();
}
