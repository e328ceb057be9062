package org.vencejo.testing.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import org.vencejo.core.Mutation;
import org.vencejo.core.Recovered;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// Whether the durable part of the core is what the store will have. Stateless.
final class StoredOrNot {
    private StoredOrNot() {}

    static void require(Recovered core, Recovered store) {
        Map<Long, Recovered.Session> stored = new HashMap<>();
        store.sessions().forEach(session -> stored.put(session.created().session(), session));
        for (Recovered.Session session : core.sessions()) {
            Recovered.Session other = stored.remove(session.created().session());
            if (other == null) {
                throw Invariant.STATE_IS_STORED.broken("not in the store: " + session.created());
            }
            require(session, other);
        }
        Invariant.STATE_IS_STORED.require(
                stored.isEmpty(), "only in the store: %s", stored.values());
        same("retained", retained(core.retained()), retained(store.retained()));
    }

    private static void require(Recovered.Session core, Recovered.Session store) {
        same("created", core.created(), store.created());
        same("connected", core.connected(), store.connected());
        same("disconnected", "" + core.disconnected(), "" + store.disconnected());
        same(
                "subscriptions of " + core.created().clientIdentifier(),
                subscriptions(core.subscriptions()),
                subscriptions(store.subscriptions()));
        same("queue of " + core.created().clientIdentifier(), core.queue(), store.queue());
        same(
                "identifiers of " + core.created().clientIdentifier(),
                new HashSet<>(core.identifiersTaken()),
                new HashSet<>(store.identifiersTaken()));
    }

    private static Map<TopicFilter, Mutation.Subscribed> subscriptions(
            List<Mutation.Subscribed> all) {
        Map<TopicFilter, Mutation.Subscribed> byFilter = new HashMap<>();
        all.forEach(each -> byFilter.put(each.subscription().topicFilter(), each));
        return byFilter;
    }

    private static Map<TopicName, Message> retained(List<Message> all) {
        Map<TopicName, Message> byName = new HashMap<>();
        all.forEach(each -> byName.put(each.publish().topicName(), each));
        return byName;
    }

    private static void same(String what, Object core, Object store) {
        Invariant.STATE_IS_STORED.require(
                core.equals(store), "%s: the core has %s, the store %s", what, core, store);
    }
}
