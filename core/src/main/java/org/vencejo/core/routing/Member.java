package org.vencejo.core.routing;

import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;

/// One subscriber of a [SharedSubscription], with the options that it asked for.
///
/// Immutable but for its place in the round: part of the core, touched only by whoever runs it.
public final class Member<S> {
    private final S subscriber;
    private final QoS qos;
    private final boolean retainAsPublished;
    private final int[] subscriptionIdentifiers;

    /// Its neighbours in the round; itself while it is alone.
    Member<S> next = this;

    Member<S> previous = this;

    Member(S subscriber, Subscription subscription, int subscriptionIdentifier) {
        this.subscriber = subscriber;
        this.qos = subscription.maximumQoS();
        this.retainAsPublished = subscription.retainAsPublished();
        this.subscriptionIdentifiers = PlainSubscription.identifiers(subscriptionIdentifier);
    }

    public S subscriber() {
        return subscriber;
    }

    public QoS qos() {
        return qos;
    }

    public boolean retainAsPublished() {
        return retainAsPublished;
    }

    /// The Subscription Identifier, or nothing. Not to be written to.
    public int[] subscriptionIdentifiers() {
        return subscriptionIdentifiers;
    }
}
