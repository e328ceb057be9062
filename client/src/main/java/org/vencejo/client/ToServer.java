package org.vencejo.client;

import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Publish;

/// The way out of one connection: what the state machine wants done with the socket.
///
/// It holds nothing back: the driver encodes into the out-buffer at once, a test records the bytes.
interface ToServer {
    /// Appends a packet that is not a PUBLISH; returns whether more messages may follow now.
    boolean send(Packet packet);

    /// Appends a PUBLISH; the parameters and the answer as in
    /// [org.vencejo.core.session.Link#publish] and [#send].
    boolean publish(Publish publish, int packetIdentifier, boolean dup, int topicAlias);

    /// Closes after what was appended has been written. Nothing that arrives acts any more.
    void close(String reason);

    /// Has the mechanism of authentication speak, which may take its time; what came of it comes
    /// back by [ClientSession#authenticated].
    void aside(Authenticating exchange, Authenticating.Step step);

    void pauseReading();

    void resumeReading();
}
