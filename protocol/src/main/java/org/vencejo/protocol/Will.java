package org.vencejo.protocol;

/// The Will of a CONNECT: the message that the server publishes for a client that is gone
/// (3.1.2.5). Immutable; its payload is stored.
public record Will(
        TopicName topicName, Payload payload, QoS qos, boolean retain, Properties properties) {}
