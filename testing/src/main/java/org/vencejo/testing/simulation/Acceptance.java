package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.List;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;

/// A message that the server took over, once: a PUBLISH, or a will at its time.
///
/// Confined to one thread. A PUBLISH that is repeated at QoS 1 is taken over again.
final class Acceptance {
    static final long NEVER = Long.MAX_VALUE;

    final String mark;
    final String publisher;
    final TopicName topicName;
    final QoS qos;
    final boolean retain;

    /// Its place among all that was taken over.
    final long order;

    final long expiresAtNanos;

    /// Only for those who can take it now (B24).
    final boolean expiresAtOnce;

    /// Its publisher repeated it, so that one copy of it cannot be told from another.
    final boolean repeated;

    /// What a PUBLISH of it holds whatever its options: topic, payload, and the length of both.
    final int bytesAlways;

    /// How many bytes a PUBLISH of it takes to a 5.0 client, at most: with a Topic Alias and the
    /// Subscription Identifiers, of which no client here has more than six.
    final int bytesMax;

    /// Kept sessions that it was for, above QoS 0.
    final List<ModelSession> keptReceivers = new ArrayList<>();

    /// Its place among the changes of its topic's retained message; -1 if it is none.
    int retainedChange = -1;

    boolean acknowledged;

    Acceptance(
            String mark,
            String publisher,
            Publish publish,
            long order,
            long expiresAtNanos,
            boolean repeated) {
        this.mark = mark;
        this.publisher = publisher;
        this.topicName = publish.topicName();
        this.qos = publish.qos();
        this.retain = publish.retain();
        this.order = order;
        this.expiresAtNanos = expiresAtNanos;
        this.expiresAtOnce = publish.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, 1) == 0;
        this.repeated = repeated;
        this.bytesAlways = publish.payload().length() + topicName.length() + 2;
        this.bytesMax = bytesAlways + 34;
    }

    /// The same, as a copy in the store says when it expires.
    Acceptance expiringAt(long nanos, Publish publish) {
        return nanos == expiresAtNanos
                ? this
                : new Acceptance(mark, publisher, publish, order, nanos, repeated);
    }

    /// The Message Expiry Interval to be sent now; -1 for none.
    long secondsLeft(long nowNanos) {
        return expiresAtNanos == NEVER
                ? -1
                : Math.max(1, Math.ceilDiv(expiresAtNanos - nowNanos, 1_000_000_000L));
    }

    boolean isExpired(long nowNanos) {
        return nowNanos >= expiresAtNanos;
    }

    @Override
    public String toString() {
        return mark + " on " + topicName;
    }
}
