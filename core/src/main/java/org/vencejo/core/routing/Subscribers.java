package org.vencejo.core.routing;

import org.jspecify.annotations.Nullable;

/// All who subscribed to one filter, plain or shared: mostly one, so one is not wrapped in a list.
///
/// Part of the core: touched only by whoever runs it.
///
/// What changes them returns what stands in their place afterwards.
sealed interface Subscribers<S> permits PlainSubscription, SubscriberList {
    /// The plain subscription of `subscriber`, or null.
    @Nullable PlainSubscription<S> find(S subscriber);

    /// With a plain subscription, in place of one that the same subscriber has.
    Subscribers<S> with(PlainSubscription<S> subscription);

    /// Without a plain subscription that is there; null if nobody is left.
    @Nullable Subscribers<S> without(PlainSubscription<S> subscription);

    /// With a group that is not there yet.
    Subscribers<S> with(SharedSubscription<S> group);
}
