package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
        same("ending", endings(core), endings(store)); // what others inherit of them
        same("retained", retained(core.retained()), retained(store.retained()));
    }

    private static Map<Long, Long> endings(Recovered recovered) {
        Map<Long, Long> byNumber = new HashMap<>();
        recovered.ending().forEach(each -> byNumber.put(each.session(), each.rest().shared()));
        return byNumber;
    }

    private static void require(Recovered.Session core, Recovered.Session store) {
        same("created", core.created(), store.created());
        same("connected", core.connected(), store.connected());
        same("disconnected", "" + core.disconnected(), "" + store.disconnected());
        same(
                "subscriptions of " + core.created().clientIdentifier(),
                subscriptions(core.subscriptions()),
                subscriptions(store.subscriptions()));
        requireQueue(core, store);
        same(
                "identifiers of " + core.created().clientIdentifier(),
                new HashSet<>(core.identifiersTaken()),
                new HashSet<>(store.identifiersTaken()));
    }

    // What the core has of it, and how much it knows to be on disk alone.
    private static void requireQueue(Recovered.Session core, Recovered.Session store) {
        Set<Long> known = new HashSet<>();
        core.queue().forEach(entry -> known.add(entry.enqueued().sequence()));
        List<Recovered.Entry> inMemory = new ArrayList<>();
        List<Recovered.Entry> onDisk = new ArrayList<>();
        for (Recovered.Entry entry : store.queue()) {
            (known.contains(entry.enqueued().sequence()) ? inMemory : onDisk).add(entry);
        }
        String client = core.created().clientIdentifier();
        same("queue of " + client, core.queue(), inMemory);
        same("rest of the queue of " + client, told(core.rest()), told(onDisk));
        Invariant.STATE_IS_STORED.require(
                onDisk.isEmpty() || onDisk.getFirst().enqueued().sequence() >= core.rest().from(),
                "the queue of %s on disk is read from %d on, and begins at %s",
                client,
                core.rest().from(),
                onDisk.stream().findFirst());
    }

    private static List<Long> told(Recovered.Rest rest) {
        return List.of(rest.messages(), rest.bytes(), rest.shared());
    }

    private static List<Long> told(List<Recovered.Entry> entries) {
        long bytes = 0;
        long shared = 0;
        for (Recovered.Entry entry : entries) {
            bytes += entry.enqueued().message().bytes();
            shared += entry.enqueued().share() == null ? 0 : 1;
        }
        return List.of((long) entries.size(), bytes, shared);
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
