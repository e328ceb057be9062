package org.vencejo.broker;

/// What went over the sockets since the start, and what their buffers take now. Immutable.
public record Traffic(
        long bytesReceived,
        long bytesSent,
        long openConnections,
        long acceptedConnections,
        long refusedConnections,
        long bufferBytes) {}
