package org.vencejo.broker;

/// What went over the sockets since the start, and what their buffers take now. Immutable.
///
/// Bytes are those of MQTT: what TLS and WebSocket put around them is not counted.
public record Traffic(
        long bytesReceived,
        long bytesSent,
        long openConnections,
        long acceptedConnections,
        long refusedConnections,
        long failedHandshakes,
        long failedUpgrades,
        long bufferBytes) {}
