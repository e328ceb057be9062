package org.vencejo.testing.routing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import org.vencejo.core.routing.Member;
import org.vencejo.core.routing.Receiver;
import org.vencejo.core.routing.Route;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What a trie of subscriptions should do, in lists that are gone through from end to end.
final class NaiveSubscriptions {
    /// One who subscribes. Names may be equal: subscribers are not.
    static final class Subscriber {
        private final String name;

        Subscriber(String name) {
            this.name = name;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    record SubscriptionKey(Subscriber subscriber, TopicFilter filter) {}

    record Options(Subscription subscription, int identifier) {}

    /// In the order in which they were first subscribed.
    private final Map<SubscriptionKey, Options> plain = new LinkedHashMap<>();

    private final Map<SubscriptionKey, Options> shared = new LinkedHashMap<>();

    /// The members of each group; whose turn it is comes first.
    private final Map<TopicFilter, List<Subscriber>> rounds = new LinkedHashMap<>();

    int size() {
        return plain.size() + shared.size();
    }

    List<SubscriptionKey> keys() {
        List<SubscriptionKey> keys = new ArrayList<>(plain.keySet());
        keys.addAll(shared.keySet());
        return keys;
    }

    List<TopicFilter> groups() {
        return new ArrayList<>(rounds.keySet());
    }

    boolean put(Subscriber subscriber, Subscription subscription, int identifier) {
        SubscriptionKey key = new SubscriptionKey(subscriber, subscription.topicFilter());
        Options options = new Options(subscription, identifier);
        if (!key.filter().isShared()) {
            return plain.put(key, options) == null;
        }
        boolean added = shared.put(key, options) == null;
        if (added) {
            rounds.computeIfAbsent(key.filter(), filter -> new ArrayList<>()).add(subscriber);
        }
        return added;
    }

    boolean remove(Subscriber subscriber, TopicFilter filter) {
        SubscriptionKey key = new SubscriptionKey(subscriber, filter);
        if (!filter.isShared()) {
            return plain.remove(key) != null;
        }
        if (shared.remove(key) == null) {
            return false;
        }
        rounds.get(filter).remove(subscriber);
        if (rounds.get(filter).isEmpty()) {
            rounds.remove(filter);
        }
        return true;
    }

    /// What each receiver of `topicName` gets, in words.
    Map<String, String> receivers(TopicName topicName) {
        Map<Subscriber, List<Options>> matching = new LinkedHashMap<>();
        plain.forEach((key, options) -> {
            if (key.filter().matches(topicName)) {
                matching.computeIfAbsent(key.subscriber(), each -> new ArrayList<>()).add(options);
            }
        });
        Map<String, String> receivers = new TreeMap<>();
        matching.forEach((subscriber, options) ->
                receivers.put(
                        name(subscriber),
                        merged(options, each -> true)
                                + ", own "
                                + merged(options, each -> !each.noLocal())));
        return receivers;
    }

    private static String merged(List<Options> all, Predicate<Subscription> counts) {
        List<Options> counted =
                all.stream().filter(each -> counts.test(each.subscription())).toList();
        return counted.isEmpty()
                ? "nothing"
                : words(
                        counted.stream()
                                .map(each -> each.subscription().maximumQoS())
                                .reduce(QoS.AT_MOST_ONCE, QoS::max),
                        counted.stream().anyMatch(each -> each.subscription().retainAsPublished()),
                        counted.stream()
                                .mapToInt(Options::identifier)
                                .filter(identifier -> identifier > 0)
                                .toArray());
    }

    /// The same of a route.
    static Map<String, String> receivers(Route<Subscriber> route) {
        Map<String, String> receivers = new TreeMap<>();
        for (int i = 0; i < route.size(); i++) {
            Receiver<Subscriber> each = route.receiver(i);
            String others =
                    words(each.qos(), each.retainAsPublished(), each.subscriptionIdentifiers());
            String own =
                    each.ownQos() == null
                            ? "nothing"
                            : words(
                                    each.ownQos(),
                                    each.ownRetainAsPublished(),
                                    each.ownSubscriptionIdentifiers());
            String before = receivers.put(name(each.subscriber()), others + ", own " + own);
            if (before != null) {
                throw new AssertionError(each.subscriber() + " is twice in one route");
            }
        }
        return receivers;
    }

    private static String words(QoS qos, boolean retainAsPublished, int[] identifiers) {
        return qos.value() + (retainAsPublished ? " rap " : " ") + List.of(boxed(identifiers));
    }

    private static Integer[] boxed(int[] identifiers) {
        Integer[] boxed = new Integer[identifiers.length];
        for (int i = 0; i < identifiers.length; i++) {
            boxed[i] = identifiers[i];
        }
        return boxed;
    }

    private static String name(Subscriber subscriber) {
        return subscriber + "@" + System.identityHashCode(subscriber);
    }

    /// The groups that `topicName` goes to.
    Set<String> groups(TopicName topicName) {
        Set<String> groups = new TreeSet<>();
        for (TopicFilter filter : rounds.keySet()) {
            if (filter.matches(topicName)) {
                groups.add(filter.toString());
            }
        }
        return groups;
    }

    static Set<String> groups(Route<Subscriber> route) {
        Set<String> groups = new TreeSet<>();
        for (int i = 0; i < route.sharedCount(); i++) {
            if (!groups.add(route.shared(i).filter().toString())) {
                throw new AssertionError(route.shared(i).filter() + " is twice in one route");
            }
        }
        return groups;
    }

    /// Whom the group chooses (C23), in words.
    String choose(TopicFilter group, Map<Subscriber, Integer> readiness) {
        List<Subscriber> round = rounds.get(group);
        for (int wanted = 0; wanted <= 2; wanted++) {
            for (int i = 0; i < round.size(); i++) {
                Subscriber member = round.get(i);
                if (readiness.get(member) == wanted) {
                    List<Subscriber> behind = new ArrayList<>(round.subList(0, i + 1));
                    round.subList(0, i + 1).clear();
                    round.addAll(behind);
                    Options options = shared.get(new SubscriptionKey(member, group));
                    return words(
                            member,
                            options.subscription().maximumQoS(),
                            options.subscription().retainAsPublished(),
                            options.identifier() == 0
                                    ? new int[0]
                                    : new int[] {options.identifier()});
                }
            }
        }
        return "nobody";
    }

    static String choice(Member<Subscriber> member) {
        return member == null
                ? "nobody"
                : words(
                        member.subscriber(),
                        member.qos(),
                        member.retainAsPublished(),
                        member.subscriptionIdentifiers());
    }

    private static String words(
            Subscriber subscriber, QoS qos, boolean retainAsPublished, int[] identifiers) {
        return name(subscriber) + " " + words(qos, retainAsPublished, identifiers);
    }
}
