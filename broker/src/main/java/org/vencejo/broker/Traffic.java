package org.vencejo.broker;

import java.util.Map;

/// What went over the sockets since the start, and what their buffers take now. Immutable.
///
/// `connectionsWaiting` are those that send so much that they wait for their turn to be read from.
/// Bytes are those of MQTT: what TLS and WebSocket put around them is not counted.
public record Traffic(
        long bytesReceived,
        long bytesSent,
        long openConnections,
        long acceptedConnections,
        long refusedConnections,
        long failedProxyHeaders,
        long failedHandshakes,
        long failedUpgrades,
        long bufferBytes,
        AtTheDoor atTheDoor,
        int connectionsWaiting,
        Memory memory) {

    /// How many bytes of the heap what clients left or are takes, as far as that is counted; how
    /// many percent of the memory are in use, how many marks are passed, and how often each was.
    public record Memory(
            long heldBytes, int percent, int marks, long accepting, long reading, long qos0) {
        static final Memory FREE = new Memory(0, 0, 0, 0, 0, 0);
    }

    /// Connections that were refused as soon as they came, by reason, and how many of them were
    /// told it; those that are not with a client yet; and those that had to go for newer ones
    /// before they were.
    public record AtTheDoor(Map<Refusal, Long> refused, long told, int connecting, long pushedOut) {
        static final AtTheDoor NOBODY = new AtTheDoor(Map.of(), 0, 0, 0);

        long refusedBy(Refusal why) {
            return refused.getOrDefault(why, 0L);
        }
    }
}
