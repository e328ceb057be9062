package org.vencejo.core.session;

import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;

/// One message on its way to one receiver: queued, sent, or (QoS 2) released by PUBREC.
///
/// Touched only by whoever runs the session. It stands in one [CopyList] at a time.
public class Copy {
    /// Stands for a QoS 1 PUBLISH in flight whose message nobody keeps: a session that ends with
    /// its connection never sends it again.
    static final Copy UNKEPT_AT_LEAST_ONCE = new Copy(QoS.AT_LEAST_ONCE);

    /// The same at QoS 2, before PUBREC.
    static final Copy UNKEPT_EXACTLY_ONCE = new Copy(QoS.EXACTLY_ONCE);

    /// The same at QoS 2, after PUBREC.
    static final Copy UNKEPT_RELEASED = new Copy(QoS.EXACTLY_ONCE);

    /// Stands for a request that is no PUBLISH under an identifier of the same numbers.
    static final Copy NO_MESSAGE = new Copy(QoS.AT_MOST_ONCE);

    private static final int[] NONE = {};

    // For its whole life
    private final long sequence;
    private final @Nullable Message message;
    private final QoS qos;
    private final boolean retain;
    private final int[] subscriptionIdentifiers;

    // As it goes along
    private boolean released;
    private int packetIdentifier;
    private long releasePlace;
    private long number;
    private long sentAtNanos;
    private int sentInConnection;

    // Its place in a CopyList
    @Nullable CopyList list;
    @Nullable Copy previous;
    @Nullable Copy next;

    /// A copy of `message` for a receiver with these options; `sequence` is its place in the
    /// session.
    public Copy(
            long sequence,
            Message message,
            QoS qos,
            boolean retain,
            int[] subscriptionIdentifiers) {
        this.sequence = sequence;
        this.message = message;
        this.qos = qos;
        this.retain = retain;
        this.subscriptionIdentifiers = subscriptionIdentifiers;
    }

    private Copy(QoS qos) {
        this.sequence = -1;
        this.message = null;
        this.qos = qos;
        this.retain = false;
        this.subscriptionIdentifiers = NONE;
    }

    public long sequence() {
        return sequence;
    }

    public Message message() {
        if (message == null) {
            throw new IllegalStateException("the message of an unkept copy was asked for");
        }
        return message;
    }

    public QoS qos() {
        return qos;
    }

    public boolean retain() {
        return retain;
    }

    public int[] subscriptionIdentifiers() {
        return subscriptionIdentifiers;
    }

    /// 0 until it was sent.
    public int packetIdentifier() {
        return packetIdentifier;
    }

    /// Whether PUBREC came, so that only PUBREL is ever sent again [MQTT-4.3.3-6].
    public boolean isReleased() {
        return released || this == UNKEPT_RELEASED;
    }

    /// Where its PUBREL stands among those of the session: they go out in the order in which the
    /// PUBRECs came, whenever they are sent again [3.1.1: MQTT-4.6.0-6].
    public long releasePlace() {
        return releasePlace;
    }

    /// The same, before PUBREC is noted.
    public void releaseIn(long place) {
        releasePlace = place;
    }

    boolean isKept() {
        return message != null;
    }

    /// Whether a send was attempted, so that every further one has DUP set [MQTT-3.3.1-1].
    public boolean wasSent() {
        return packetIdentifier != 0;
    }

    /// What must be durable before this copy, or its PUBREL, leaves: a crash may repeat QoS 1, but
    /// not QoS 2.
    long durableAt() {
        return released || qos == QoS.EXACTLY_ONCE ? number : 0;
    }

    /// The number of what the journal was told of it last; 0 if it knows nothing of it, or has
    /// known for long.
    long writtenAt() {
        return number;
    }

    void writtenAt(long last) {
        number = last;
    }

    void release(long last) {
        released = true;
        number = last;
    }

    void sent(int identifier, int connection, long nowNanos) {
        packetIdentifier = identifier;
        sentInConnection = connection;
        sentAtNanos = nowNanos;
    }

    /// PUBREL takes the place of PUBLISH: from now on that may be repeated.
    void releasedAt(long nowNanos) {
        sentAtNanos = nowNanos;
    }

    boolean sentIn(int connection) {
        return sentInConnection == connection;
    }

    long sentAtNanos() {
        return sentAtNanos;
    }

    /// The PUBLISH to send now: with this receiver's options and what is left of the expiry (B25).
    Publish publish(long wallMillis) {
        Message kept = message();
        Properties properties = kept.publish().properties();
        if (kept.expiresAtMillis() != Message.NEVER
                && properties.has(Property.MESSAGE_EXPIRY_INTERVAL)) {
            long seconds = Math.max(1, Math.ceilDiv(kept.expiresAtMillis() - wallMillis, 1_000));
            properties = properties.with(Property.MESSAGE_EXPIRY_INTERVAL, seconds);
        }
        if (subscriptionIdentifiers.length > 0) {
            properties = properties.withSubscriptionIdentifiers(subscriptionIdentifiers);
        }
        return new Publish(
                kept.publish().topicName(),
                kept.publish().payload(),
                qos,
                retain,
                false,
                0,
                properties);
    }
}
