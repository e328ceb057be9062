package org.vencejo.core.routing;

import org.vencejo.protocol.TopicName;

/// Who gets a message of one Topic Name: its receivers, and the groups that choose one member each.
///
/// Immutable: later changes of subscriptions make another route. The groups are live.
public final class Route<S> {
    private final TopicName topicName;
    private final long places;
    private final long changes;
    private final Receiver<S>[] receivers;
    private final SharedSubscription<S>[] shared;
    private final long bytes;

    /// `places` and `changes` are the topic's in [WildcardChanges] when the route was found;
    /// `bytes` is about what it occupies.
    Route(
            TopicName topicName,
            long places,
            long changes,
            Receiver<S>[] receivers,
            SharedSubscription<S>[] shared,
            long bytes) {
        this.topicName = topicName;
        this.places = places;
        this.changes = changes;
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

    /// Whether no wildcard filter that may match changed since.
    boolean isFresh(WildcardChanges now) {
        return now.sum(places) == changes;
    }

    long bytes() {
        return bytes;
    }
}
