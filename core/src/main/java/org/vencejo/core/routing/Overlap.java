package org.vencejo.core.routing;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.QoS;

/// A subscriber several of whose filters match, merged into one receiver (C1 to C4).
///
/// Immutable.
record Overlap<S>(
        S subscriber,
        QoS qos,
        boolean retainAsPublished,
        int[] subscriptionIdentifiers,
        @Nullable QoS ownQos,
        boolean ownRetainAsPublished,
        int[] ownSubscriptionIdentifiers)
        implements Receiver<S> {

    private static final Comparator<PlainSubscription<?>> FIRST_SUBSCRIBED_FIRST =
            Comparator.comparingLong(PlainSubscription::order);

    /// Merges at least two subscriptions of one subscriber; puts the list in order.
    static <S> Overlap<S> of(List<PlainSubscription<S>> subscriptions) {
        subscriptions.sort(FIRST_SUBSCRIBED_FIRST);
        QoS qos = QoS.AT_MOST_ONCE;
        boolean retainAsPublished = false;
        QoS ownQos = null;
        boolean ownRetainAsPublished = false;
        int[] identifiers = new int[subscriptions.size()];
        int[] ownIdentifiers = new int[subscriptions.size()];
        int count = 0;
        int ownCount = 0;
        for (PlainSubscription<S> each : subscriptions) {
            qos = qos.max(each.qos());
            retainAsPublished |= each.retainAsPublished();
            for (int identifier : each.subscriptionIdentifiers()) {
                identifiers[count++] = identifier;
            }
            if (!each.noLocal()) {
                ownQos = ownQos == null ? each.qos() : ownQos.max(each.qos());
                ownRetainAsPublished |= each.retainAsPublished();
                for (int identifier : each.subscriptionIdentifiers()) {
                    ownIdentifiers[ownCount++] = identifier;
                }
            }
        }
        return new Overlap<>(
                subscriptions.get(0).subscriber(),
                qos,
                retainAsPublished,
                Arrays.copyOf(identifiers, count),
                ownQos,
                ownRetainAsPublished,
                Arrays.copyOf(ownIdentifiers, ownCount));
    }
}
