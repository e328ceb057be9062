package org.vencejo.protocol;

/// PUBLISH: an Application Message on its way (section 3.3).
///
/// `packetIdentifier` is 0 at QoS 0. The payload may be in transit, see [Payload].
public record Publish(
        TopicName topicName,
        Payload payload,
        QoS qos,
        boolean retain,
        boolean dup,
        int packetIdentifier,
        Properties properties)
        implements Packet {
    /// This message with another name and these properties.
    public Publish with(TopicName name, Properties others) {
        return new Publish(name, payload, qos, retain, dup, packetIdentifier, others);
    }

    /// This message under `identifier`, marked as a repeat or not.
    public Publish sentAs(int identifier, boolean isDup) {
        return new Publish(topicName, payload, qos, retain, isDup, identifier, properties);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBLISH;
    }
}
