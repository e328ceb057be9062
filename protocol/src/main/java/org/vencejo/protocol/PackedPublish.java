package org.vencejo.protocol;

/// An Application Message in as few objects as can be, for whoever keeps many of them for long:
/// what a collector of garbage has to copy, look through and remember are objects more than bytes.
/// What it holds does not change.
///
/// Topic Name and payload are one array. A Packet Identifier and the DUP flag belong to one sending
/// of a message, and are not kept. Who keeps more about a message extends this, which spares an
/// object.
public class PackedPublish {
    /// The Topic Name, and the payload behind it.
    private final byte[] bytes;

    private final int topicLength;
    private final QoS qos;
    private final boolean retain;
    private final Properties properties;

    /// A copy of `publish`, whose payload may be in transit.
    public PackedPublish(Publish publish) {
        TopicName topicName = publish.topicName();
        this.topicLength = topicName.length();
        this.bytes = new byte[topicLength + publish.payload().length()];
        System.arraycopy(topicName.utf8(), 0, bytes, 0, topicLength);
        publish.payload().copyTo(bytes, topicLength);
        this.qos = publish.qos();
        this.retain = publish.retain();
        this.properties = publish.properties();
    }

    /// The message, with a stored payload that shares the bytes of this.
    public final Publish unpacked() {
        return new Publish(
                TopicName.ofPart(bytes, topicLength),
                Payload.ofPart(bytes, topicLength),
                qos,
                retain,
                false,
                0,
                properties);
    }

    /// The bytes of Topic Name and payload.
    public final int length() {
        return bytes.length;
    }

    public final Properties properties() {
        return properties;
    }

    /// Says how long it is; never what it holds, as it may end up in a log.
    @Override
    public String toString() {
        return "PackedPublish[" + bytes.length + " bytes]";
    }
}
