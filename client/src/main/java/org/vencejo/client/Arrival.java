package org.vencejo.client;

/// A message that came and waits for the application. The message is immutable; the rest is touched
/// only by whoever runs the session.
final class Arrival {
    private final MqttMessage message;
    private final ServerConnection connection;
    private final int packetIdentifier;
    private final long number;
    private final long bytes;
    private boolean taken;

    /// `number` counts the messages above QoS 0 of `connection`.
    Arrival(
            MqttMessage message,
            ServerConnection connection,
            int packetIdentifier,
            long number,
            long bytes) {
        this.message = message;
        this.connection = connection;
        this.packetIdentifier = packetIdentifier;
        this.number = number;
        this.bytes = bytes;
    }

    MqttMessage message() {
        return message;
    }

    /// The connection that it came by, the only one on which it can be acknowledged.
    ServerConnection connection() {
        return connection;
    }

    int packetIdentifier() {
        return packetIdentifier;
    }

    long number() {
        return number;
    }

    /// What it counts against limits, as [Message] counts.
    long bytes() {
        return bytes;
    }

    /// Whether the application has it.
    boolean isTaken() {
        return taken;
    }

    void taken() {
        taken = true;
    }
}
