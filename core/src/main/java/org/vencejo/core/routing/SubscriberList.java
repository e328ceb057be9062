package org.vencejo.core.routing;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Several subscribers to one filter, and the groups that share it.
///
/// Part of the core: touched only by whoever runs it.
///
/// The last one takes the place of one that leaves, so that leaving costs the same among 100,000.
@SuppressWarnings("ReferenceEquality") // subscribers are compared by identity
final class SubscriberList<S> implements Subscribers<S> {
    /// Up to so many, looking through the list is cheaper than an index.
    private static final int SCAN_MAX = 16;

    private final List<PlainSubscription<S>> plain = new ArrayList<>(2);
    private List<SharedSubscription<S>> groups = List.of();
    private @Nullable IdentityHashMap<S, PlainSubscription<S>> index;

    List<PlainSubscription<S>> plain() {
        return plain;
    }

    List<SharedSubscription<S>> groups() {
        return groups;
    }

    @Override
    public @Nullable PlainSubscription<S> find(S subscriber) {
        if (index != null) {
            return index.get(subscriber);
        }
        for (int i = 0; i < plain.size(); i++) {
            if (plain.get(i).subscriber() == subscriber) {
                return plain.get(i);
            }
        }
        return null;
    }

    @Override
    public Subscribers<S> with(PlainSubscription<S> subscription) {
        PlainSubscription<S> replaced = find(subscription.subscriber());
        if (replaced == null) {
            subscription.position = plain.size();
            plain.add(subscription);
        } else {
            subscription.position = replaced.position;
            plain.set(replaced.position, subscription);
        }
        if (index != null) {
            index.put(subscription.subscriber(), subscription);
        } else if (plain.size() > SCAN_MAX) {
            index = new IdentityHashMap<>(2 * plain.size());
            for (PlainSubscription<S> each : plain) {
                index.put(each.subscriber(), each);
            }
        }
        return this;
    }

    @Override
    public @Nullable Subscribers<S> without(PlainSubscription<S> subscription) {
        PlainSubscription<S> last = plain.remove(plain.size() - 1);
        if (last != subscription) {
            plain.set(subscription.position, last);
            last.position = subscription.position;
        }
        if (index != null) {
            index.remove(subscription.subscriber());
            if (plain.size() <= SCAN_MAX / 2) {
                index = null;
            }
        }
        return remaining();
    }

    @Override
    public Subscribers<S> with(SharedSubscription<S> group) {
        if (groups.isEmpty()) {
            groups = new ArrayList<>(2);
        }
        group.position = groups.size();
        groups.add(group);
        return this;
    }

    /// Without a group that is there; null if nobody is left.
    @Nullable Subscribers<S> without(SharedSubscription<S> group) {
        SharedSubscription<S> last = groups.remove(groups.size() - 1);
        if (last != group) {
            groups.set(group.position, last);
            last.position = group.position;
        }
        return remaining();
    }

    private @Nullable Subscribers<S> remaining() {
        if (!groups.isEmpty() || plain.size() > 1) {
            return this;
        }
        return plain.isEmpty() ? null : plain.get(0);
    }
}
