package org.vencejo.testing.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Mutation;
import org.vencejo.core.Recovered;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.memory.LateStore;
import org.vencejo.testing.simulation.ModelSession.Grant;

/// *Acknowledged means kept*: whenever the server sends an acknowledgement, what it stands for must
/// be in the store already, for the power may go the next instant.
///
/// Confined to one thread.
final class Durability {
    private final LateStore store;
    private final Model model;

    Durability(LateStore store, Model model) {
        this.store = store;
        this.model = model;
    }

    private Recovered.@Nullable Session stored(ModelSession session) {
        for (Recovered.Session each : store.recovered().sessions()) {
            if (each.created().clientIdentifier().equals(session.clientIdentifier)) {
                return each;
            }
        }
        return null;
    }

    private Recovered.Session kept(ModelSession session, Invariant invariant) {
        Recovered.Session stored = stored(session);
        if (stored == null) {
            throw invariant.broken(session + " is not in the store");
        }
        return stored;
    }

    /// A CONNACK was sent.
    void connack(Tap tap, ModelSession session) {
        Recovered.Session stored = stored(session);
        Invariant.CONNACK_KEPT.require(
                session.kept == (stored != null),
                "%s was told that its session is there and %s, the store has %s",
                tap,
                session.kept ? "kept" : "not kept",
                stored == null ? "none" : "one of this Client Identifier");
        if (stored != null) {
            Invariant.OWNER.require(
                    Objects.equals(stored.created().userName(), session.userName),
                    "%s goes on with the session as %s, in the store it is that of %s",
                    tap,
                    Words.user(session.userName),
                    Words.user(stored.created().userName()));
        }
        if (stored != null && !tap.present) {
            Invariant.CONNACK_KEPT.require(
                    stored.subscriptions().isEmpty() && stored.queue().isEmpty(),
                    "%s was told that its session is new, the store has the old one",
                    tap);
        }
    }

    /// PUBACK or PUBREC was sent for the message.
    void acknowledged(Invariant invariant, Tap tap, Acceptance acceptance) {
        acceptance.acknowledged = true;
        model.retained.acknowledged(acceptance);
        for (ModelSession session : acceptance.keptReceivers) {
            if (session.finished.contains(acceptance.mark)
                    || session.mayMiss(acceptance, model.nowNanos())) {
                continue;
            }
            invariant.require(
                    marks(kept(session, invariant)).contains(acceptance.mark),
                    "%s was acknowledged to %s, and is not in the store for %s",
                    acceptance,
                    tap,
                    session);
        }
        if (acceptance.retainedChange >= 0) {
            requireRetained(acceptance.topicName, Invariant.RETAINED_KEPT);
        }
    }

    static Set<String> marks(Recovered.Session stored) {
        Set<String> marks = new HashSet<>();
        stored.queue().forEach(entry -> marks.add(mark(entry.enqueued().message())));
        return marks;
    }

    static String mark(Message message) {
        return Stamp.mark(Stamp.of(message.publish().payload()), message.publish().topicName());
    }

    private void requireRetained(TopicName topicName, Invariant invariant) {
        String stored = null;
        for (Message message : store.recovered().retained()) {
            if (message.publish().topicName().equals(topicName)) {
                stored = mark(message);
            }
        }
        model.retained.requireAsNew(topicName, stored, model.nowNanos(), invariant);
    }

    /// A QoS 2 message was sent for the first time.
    void sent(ModelSession session, Awaited copy) {
        if (session.kept) {
            Invariant.QOS_2_KEPT.require(
                    marks(kept(session, Invariant.QOS_2_KEPT)).contains(copy.mark()),
                    "%s was sent to %s, in whose queue the store does not have it",
                    copy,
                    session);
        }
    }

    void pubrec(Tap tap, ModelSession session, int identifier) {
        if (session.kept && session.taken.contains(identifier)) {
            Invariant.PUBREC_KEPT.require(
                    kept(session, Invariant.PUBREC_KEPT).identifiersTaken().contains(identifier),
                    "PUBREC %d was sent to %s, the store does not have the identifier",
                    identifier,
                    tap);
        }
    }

    void pubrel(ModelSession session, int identifier) {
        if (!session.kept) {
            return;
        }
        boolean there =
                kept(session, Invariant.PUBREL_KEPT).queue().stream()
                        .map(Recovered.Entry::released)
                        .anyMatch(r -> r != null && r.packetIdentifier() == identifier);
        Invariant.PUBREL_KEPT.require(
                there, "PUBREL %d was sent to %s, the store has no PUBREC", identifier, session);
    }

    void pubcomp(ModelSession session, int identifier) {
        if (session.kept && !session.taken.contains(identifier)) {
            Invariant.PUBCOMP_KEPT.require(
                    !kept(session, Invariant.PUBCOMP_KEPT).identifiersTaken().contains(identifier),
                    "PUBCOMP %d was sent to %s, the store still has the identifier",
                    identifier,
                    session);
        }
    }

    void suback(ModelSession session, ModelSession.Subscribing subscribing, Suback suback) {
        if (!session.kept) {
            return;
        }
        List<Mutation.Subscribed> stored = kept(session, Invariant.SUBACK_KEPT).subscriptions();
        for (int i = 0; i < suback.reasonCodes().size(); i++) {
            Grant grant = subscribing.grants().get(i);
            boolean last = grant.equals(session.asked.get(grant.subscription.topicFilter()));
            if (last && !suback.reasonCodes().get(i).isError()) {
                Invariant.SUBACK_KEPT.require(
                        stored.stream().anyMatch(s -> isAs(s, grant)),
                        "SUBACK for %s was sent to %s, the store does not have it",
                        grant.subscription,
                        session);
            }
        }
    }

    private static boolean isAs(Mutation.Subscribed stored, Grant grant) {
        Subscription is = stored.subscription();
        Subscription wanted = grant.subscription;
        return is.topicFilter().equals(wanted.topicFilter())
                && is.maximumQoS() == wanted.maximumQoS()
                && is.noLocal() == wanted.noLocal()
                && is.retainAsPublished() == wanted.retainAsPublished()
                && stored.subscriptionIdentifier() == grant.identifier;
    }

    void unsuback(ModelSession session, Tap.Unsubscribing unsubscribing) {
        if (!session.kept) {
            return;
        }
        List<Mutation.Subscribed> stored = kept(session, Invariant.UNSUBACK_KEPT).subscriptions();
        for (TopicFilter filter : unsubscribing.topicFilters()) {
            Invariant.UNSUBACK_KEPT.require(
                    session.subscribedAt.getOrDefault(filter, 0L) > unsubscribing.request()
                            || stored.stream()
                                    .noneMatch(s -> s.subscription().topicFilter().equals(filter)),
                    "UNSUBACK for %s was sent to %s, the store still has it",
                    filter,
                    session);
        }
    }

    // ---- the power went
    // -----------------------------------------------------------------------------

    /// All that was acknowledged must be in what a start will find.
    void requireAllKept() {
        Map<String, Recovered.Session> stored = new HashMap<>();
        for (Recovered.Session each : store.recovered().sessions()) {
            stored.put(each.created().clientIdentifier(), each);
        }
        for (ModelSession session : model.sessions.values()) {
            Recovered.Session found = stored.get(session.clientIdentifier);
            if (session.kept && session.told) {
                Invariant.CRASH_KEEPS.require(found != null, "%s is gone", session);
            }
            if (!session.kept && session.told) {
                Invariant.CRASH_KEEPS.require(
                        found == null, "the session before %s is back", session);
            }
        }
        Map<String, Set<String>> marks = new HashMap<>();
        stored.forEach((clientIdentifier, each) -> marks.put(clientIdentifier, marks(each)));
        Set<Acceptance> promised = new LinkedHashSet<>();
        for (Acceptance acceptance : model.acceptances.values()) {
            if (acceptance.acknowledged) {
                promised.add(acceptance);
            }
        }
        promised.addAll(takenOver(stored));
        for (Acceptance acceptance : promised) {
            for (ModelSession session : acceptance.keptReceivers) {
                Set<String> found = marks.getOrDefault(session.clientIdentifier, Set.of());
                Invariant.CRASH_KEEPS.require(
                        session.finished.contains(acceptance.mark)
                                || session.mayMiss(acceptance, model.nowNanos())
                                || found.contains(acceptance.mark),
                        "%s was acknowledged, or its identifier is taken, and it is lost for %s",
                        acceptance,
                        session);
            }
        }
        for (TopicName topicName : model.retained.acknowledgedTopics()) {
            requireRetained(topicName, Invariant.CRASH_KEEPS);
        }
    }

    /// More has become durable: a crash now would find it.
    void requireTakenWhole() {
        Map<String, Recovered.Session> stored = new HashMap<>();
        for (Recovered.Session each : store.recovered().sessions()) {
            stored.put(each.created().clientIdentifier(), each);
        }
        Map<String, Set<String>> marks = new HashMap<>();
        for (Acceptance acceptance : takenOver(stored)) {
            for (ModelSession session : acceptance.keptReceivers) {
                Recovered.Session found = stored.get(session.clientIdentifier);
                Invariant.TAKEN_WHOLE.require(
                        session.finished.contains(acceptance.mark)
                                || session.mayMiss(acceptance, model.nowNanos())
                                || (found != null
                                        && marks.computeIfAbsent(
                                                        session.clientIdentifier,
                                                        name -> marks(found))
                                                .contains(acceptance.mark)),
                        "the identifier of %s is in the store, and not the copy for %s",
                        acceptance,
                        session);
            }
        }
    }

    // A taken identifier means that the message will not be taken over again: identifier and copies
    // are kept together or not at all.
    private Set<Acceptance> takenOver(Map<String, Recovered.Session> stored) {
        Set<Acceptance> all = new LinkedHashSet<>();
        for (ModelSession session : model.sessions.values()) {
            Recovered.Session found = stored.get(session.clientIdentifier);
            session.takenFor.forEach((identifier, acceptance) -> {
                if (found != null && found.identifiersTaken().contains(identifier)) {
                    all.add(acceptance);
                }
            });
        }
        return all;
    }
}
