package org.vencejo.testing.simulation;

import org.vencejo.protocol.Connect;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;

/// What the server refuses as nothing can be kept, or as it is stopped: the table of
/// `docs/durability.md`.
///
/// Confined to one thread. It follows what the server was told of its store.
final class Refusals {
    private final Model model;
    private boolean unavailable;
    private boolean writes = true;
    private boolean stopping;

    Refusals(Model model) {
        this.model = model;
    }

    /// The server was told that nothing new can be kept, and whether removals still can.
    void unavailable(boolean stillWrites) {
        unavailable = true;
        writes = stillWrites;
    }

    /// The server was told that all goes on.
    void available() {
        unavailable = false;
        writes = true;
    }

    /// A server begins, and knows of no trouble.
    void begins() {
        available();
        stopping = false;
    }

    /// The server is stopped: it refuses everybody.
    void stopping() {
        stopping = true;
    }

    boolean isStopping() {
        return stopping;
    }

    /// Whether a client is refused, as it would have a session kept or end one that is.
    boolean refuses(Connect connect, String clientIdentifier) {
        ModelSession session = model.sessions.get(clientIdentifier);
        boolean isKept = session != null && session.kept;
        return unavailable
                && (model.sessionExpiryInterval(connect) > 0 || isKept)
                && !(isKept && writes); // it may make room
    }

    /// Whether the subscriptions of this session stay as they are.
    boolean refusesChanges(ModelSession session) {
        return unavailable && session.kept;
    }

    /// Whether a message is refused, as it would have to be kept. That somebody may not read it, or
    /// does not want its own, is not looked at: who refuses more promises less.
    boolean refuses(ModelSession publisher, Publish publish) {
        if (!unavailable || publish.qos() == QoS.AT_MOST_ONCE) {
            return false;
        }
        return publish.retain()
                || (publish.qos() == QoS.EXACTLY_ONCE && publisher.kept)
                || model.sessions.values().stream()
                        .anyMatch(session -> session.kept && keeps(session, publish));
    }

    private static boolean keeps(ModelSession session, Publish publish) {
        return session.active.values().stream()
                .map(grant -> grant.subscription)
                .anyMatch(subscription ->
                        subscription.maximumQoS() != QoS.AT_MOST_ONCE
                                && Matching.matches(
                                        subscription.topicFilter(), publish.topicName()));
    }

    /// Whether a message that asks to be retained only goes to who is there, and the old one stays.
    boolean refusesToRetain(Publish publish) {
        return unavailable
                && publish.qos() == QoS.AT_MOST_ONCE
                && !publish.topicName().toString().startsWith("$SYS/");
    }
}
