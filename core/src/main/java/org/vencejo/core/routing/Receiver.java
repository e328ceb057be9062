package org.vencejo.core.routing;

import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.QoS;

/// One subscriber that a message goes to once, however many of its filters match (C1).
///
/// Immutable.
///
/// What holds for a message that the subscriber published itself is answered apart, by the methods
/// that begin with `own`: then filters with No Local are left out first [MQTT-3.8.3-3] (C3). Arrays
/// are not to be written to.
public sealed interface Receiver<S> permits PlainSubscription, Overlap {
    S subscriber();

    /// The highest QoS that a matching filter was granted [MQTT-3.3.4-2].
    QoS qos();

    /// Whether RETAIN is kept, as any matching filter asks for it (C2).
    boolean retainAsPublished();

    /// The Subscription Identifiers of the matching filters, repeated ones too (C4), in the order
    /// in which the filters were first subscribed [MQTT-3.3.4-4].
    int[] subscriptionIdentifiers();

    /// As [#qos()] for the subscriber's own message, or null if it does not get it.
    @Nullable QoS ownQos();

    /// As [#retainAsPublished()] for the subscriber's own message.
    boolean ownRetainAsPublished();

    /// As [#subscriptionIdentifiers()] for the subscriber's own message.
    int[] ownSubscriptionIdentifiers();
}
