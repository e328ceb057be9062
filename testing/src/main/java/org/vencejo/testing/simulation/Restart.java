package org.vencejo.testing.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Mutation;
import org.vencejo.core.Recovered;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicName;
import org.vencejo.testing.memory.MemoryServer;
import org.vencejo.testing.simulation.ModelSession.Flying;
import org.vencejo.testing.simulation.ModelSession.Grant;

/// The model after the server went down: what the store has is what there is.
///
/// Stateless. That the store has enough is looked at before, in [Durability#requireAllKept].
final class Restart {
    private Restart() {}

    /// Makes the model that of a server which starts with `recovered`.
    static void restore(Model model, Recovered recovered) {
        model.accounts.restarted();
        model.shared.crashed();
        Map<String, ModelSession> before = new LinkedHashMap<>(model.sessions);
        model.sessions.clear();
        for (Recovered.Session stored : recovered.sessions()) {
            String clientIdentifier = stored.created().clientIdentifier();
            ModelSession session = before.get(clientIdentifier);
            if (session == null || session.number != stored.created().session()) {
                session = new ModelSession(clientIdentifier, true);
                session.number = stored.created().session();
                session.dupUnknown = true;
            } else {
                before.remove(clientIdentifier);
            }
            model.sessions.put(clientIdentifier, session);
            restore(model, session, stored);
        }
        before.values().forEach(gone -> gone.ended = true);
        forgetWhatWasNotKept(model, recovered);
        for (Recovered.Ending ending : recovered.ending()) {
            model.accounts.offline(0, ending.rest().shared());
        }
        Map<TopicName, Acceptance> retained = new HashMap<>();
        for (Message message : recovered.retained()) {
            retained.put(message.publish().topicName(), acceptance(model, message));
        }
        model.retained.restored(retained);
    }

    private static void restore(Model model, ModelSession session, Recovered.Session stored) {
        Mutation.@Nullable SessionDisconnected disconnected = stored.disconnected();
        session.tap = null;
        session.userName = stored.created().userName();
        session.expiryDue = ModelSession.NEVER;
        session.willDue = ModelSession.NEVER;
        session.pending.clear();
        session.will = stored.connected().will();
        session.receiveMaximum = stored.connected().receiveMaximum();
        session.expirySeconds =
                disconnected == null
                        ? stored.connected().sessionExpiryInterval()
                        : disconnected.sessionExpiryInterval();
        session.asked.clear();
        session.active.clear();
        for (Mutation.Subscribed each : stored.subscriptions()) {
            Grant grant = new Grant(each.subscription(), each.subscriptionIdentifier(), false);
            session.asked.put(each.subscription().topicFilter(), grant);
            model.activate(session, grant);
        }
        session.taken.clear();
        session.taken.addAll(stored.identifiersTaken());
        session.takenFor.keySet().retainAll(session.taken);
        session.dupUnknown |= disconnected == null;
        session.open.forEach((id, flying) ->
                session.identifierBefore.put(
                        ModelSession.sameCopy(flying.copy.mark(), flying.copy.qos), id));
        Set<String> known = new HashSet<>(session.awaited.keySet());
        session.open.values().forEach(flying -> known.add(flying.copy.mark()));
        session.open.clear();
        session.awaited.clear();
        session.countedAsSent = 0;
        restoreQueue(model, session, stored, known);
    }

    private static void restoreQueue(
            Model model, ModelSession session, Recovered.Session stored, Set<String> known) {
        Mutation.@Nullable SessionDisconnected disconnected = stored.disconnected();
        int window = Math.min(session.receiveMaximum, model.settings.limits().windowMax());
        int sent = 0;
        Set<String> once = new HashSet<>();
        for (Recovered.Entry entry : stored.queue()) {
            Mutation.Enqueued enqueued = entry.enqueued();
            Message message = enqueued.message();
            Acceptance acceptance =
                    acceptance(model, message)
                            .expiringAt(expiresAtNanos(message), message.publish());
            if (!known.contains(acceptance.mark) || !once.add(acceptance.mark)) {
                session.counted(acceptance.mark);
            }
            Awaited copy =
                    new Awaited(
                            acceptance,
                            enqueued.qos(),
                            enqueued.retain(),
                            enqueued.subscriptionIdentifiers().clone(),
                            enqueued.share());
            copy.fromStore = true;
            Mutation.@Nullable Released released = entry.released();
            boolean countsAsSent =
                    released != null
                            || (sent < window
                                    && (disconnected == null
                                            || enqueued.sequence() < disconnected.sentUpTo()));
            if (released != null) {
                Flying flying = new Flying(copy, 0, session.sent++, null);
                flying.released = true;
                session.open.put(released.packetIdentifier(), flying);
            } else {
                copy.countsAsSent = countsAsSent;
                session.countedAsSent += countsAsSent ? 1 : 0;
                session.await(copy);
            }
            sent += countsAsSent ? 1 : 0;
            if (enqueued.share() != null) {
                model.accounts.offline(0, 1); // if it goes to another at QoS 0, who leaves
                model.shared.heldBy(
                        session,
                        acceptance.mark,
                        countsAsSent && enqueued.qos() == QoS.EXACTLY_ONCE);
            } else if (!acceptance.keptReceivers.contains(session)) {
                acceptance.keptReceivers.add(session);
            }
        }
    }

    private static Acceptance acceptance(Model model, Message message) {
        String mark = Durability.mark(message);
        Acceptance acceptance = model.acceptances.get(mark);
        if (acceptance == null) {
            throw Invariant.CRASH_KEEPS.broken(
                    "the store has " + mark + ", which nobody published");
        }
        return acceptance;
    }

    // Nobody was promised what was not acknowledged.
    private static void forgetWhatWasNotKept(Model model, Recovered recovered) {
        Map<String, Set<String>> kept = new HashMap<>();
        for (Recovered.Session each : recovered.sessions()) {
            kept.put(each.created().clientIdentifier(), Durability.marks(each));
        }
        for (Acceptance acceptance : model.acceptances.values()) {
            acceptance.keptReceivers.removeIf(session ->
                    !kept.getOrDefault(session.clientIdentifier, Set.of())
                            .contains(acceptance.mark));
        }
    }

    /// The first call of a server settles the sessions that it found.
    static void settle(Model model, Recovered recovered, long wallMillis) {
        for (Recovered.Session stored : recovered.sessions()) {
            ModelSession session = model.sessions.get(stored.created().clientIdentifier());
            if (session != null && session.number == stored.created().session()) {
                Mutation.@Nullable SessionDisconnected before = stored.disconnected();
                long passed =
                        before == null
                                ? 0
                                : Math.max(0, wallMillis - before.wallMillis()) * 1_000_000;
                model.settle(session, before == null, passed);
            }
        }
    }

    /// The time of day at which a message of the store expires, as the clock of the simulation.
    static long expiresAtNanos(Message message) {
        return message.expiresAtMillis() == Message.NEVER
                ? Acceptance.NEVER
                : (message.expiresAtMillis() - MemoryServer.WALL_MILLIS_AT_ZERO) * 1_000_000;
    }
}
