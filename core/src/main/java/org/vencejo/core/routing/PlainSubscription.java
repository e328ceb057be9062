package org.vencejo.core.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;

/// What one subscriber asked for with one filter that is not shared. Where no other filter of its
/// matches, it is the receiver as it is.
///
/// Immutable but for its place in a list: part of the core, touched only by whoever runs it.
@SuppressWarnings("ReferenceEquality") // subscribers are compared by identity
final class PlainSubscription<S> implements Receiver<S>, Subscribers<S> {
    static final int[] NO_IDENTIFIERS = {};

    private final S subscriber;
    private final QoS qos;
    private final int[] identifiers;
    private final long order;
    private final boolean noLocal;
    private final boolean retainAsPublished;

    /// Where it is in its [SubscriberList].
    int position;

    /// `identifier` is 0 for none; `order` rises with each new subscription.
    PlainSubscription(S subscriber, Subscription subscription, int identifier, long order) {
        this.subscriber = subscriber;
        this.qos = subscription.maximumQoS();
        this.identifiers = identifiers(identifier);
        this.order = order;
        this.noLocal = subscription.noLocal();
        this.retainAsPublished = subscription.retainAsPublished();
    }

    static int[] identifiers(int identifier) {
        return identifier == 0 ? NO_IDENTIFIERS : new int[] {identifier};
    }

    boolean routesAs(PlainSubscription<S> other) {
        return qos == other.qos
                && noLocal == other.noLocal
                && retainAsPublished == other.retainAsPublished
                && Arrays.equals(identifiers, other.identifiers);
    }

    long order() {
        return order;
    }

    boolean noLocal() {
        return noLocal;
    }

    @Override
    public S subscriber() {
        return subscriber;
    }

    @Override
    public QoS qos() {
        return qos;
    }

    @Override
    public boolean retainAsPublished() {
        return retainAsPublished;
    }

    @Override
    public int[] subscriptionIdentifiers() {
        return identifiers;
    }

    @Override
    public @Nullable QoS ownQos() {
        return noLocal ? null : qos;
    }

    @Override
    public boolean ownRetainAsPublished() {
        return !noLocal && retainAsPublished;
    }

    @Override
    public int[] ownSubscriptionIdentifiers() {
        return noLocal ? NO_IDENTIFIERS : identifiers;
    }

    @Override
    public @Nullable PlainSubscription<S> find(S wanted) {
        return subscriber == wanted ? this : null;
    }

    @Override
    public Subscribers<S> with(PlainSubscription<S> subscription) {
        return subscription.subscriber == subscriber
                ? subscription
                : new SubscriberList<S>().with(this).with(subscription);
    }

    @Override
    public @Nullable Subscribers<S> without(PlainSubscription<S> subscription) {
        return null;
    }

    @Override
    public Subscribers<S> with(SharedSubscription<S> group) {
        return new SubscriberList<S>().with(this).with(group);
    }
}
