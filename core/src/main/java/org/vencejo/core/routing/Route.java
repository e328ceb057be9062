package org.vencejo.core.routing;

import org.vencejo.protocol.TopicName;

/// Who gets a message of one Topic Name: its receivers, and the groups that choose one member each.
///
/// Immutable: later changes of subscriptions make another route. The groups are live.
public final class Route<S> {
    private final TopicName topicName;
    private final long validity;
    private final Receiver<S>[] receivers;
    private final SharedSubscription<S>[] shared;
    private final long bytes;

    /// `validity` says at which state of the wildcard filters the route was found; `bytes` is about
    /// what it occupies.
    Route(
            TopicName topicName,
            long validity,
            Receiver<S>[] receivers,
            SharedSubscription<S>[] shared,
            long bytes) {
        this.topicName = topicName;
        this.validity = validity;
        this.receivers = receivers;
        this.shared = shared;
        this.bytes = bytes;
    }

    /// The number of receivers; shared subscriptions are not among them.
    public int size() {
        return receivers.length;
    }

    public Receiver<S> receiver(int index) {
        return receivers[index];
    }

    public int sharedCount() {
        return shared.length;
    }

    public SharedSubscription<S> shared(int index) {
        return shared[index];
    }

    TopicName topicName() {
        return topicName;
    }

    long validity() {
        return validity;
    }

    long bytes() {
        return bytes;
    }
}
