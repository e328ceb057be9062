package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.AccessRules;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Census;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// What other access rules would newly allow or deny. Confined to one thread.
///
/// Rules are asked about clients and topics that are given, and about those that they tell apart
/// themselves: each name in them, and one that is in none of them ([NamedClients]).
public final class RulesComparison {
    private static final int CLIENTS_MAX = 10_000;
    private static final int TOPICS_MAX = 10_000;
    private static final long QUESTIONS_MAX = 100_000_000;

    /// What to ask about beside what is in the rules. `clients` are asked about their own
    /// subscriptions as well, `topics` about all clients; so are `users` and `identifiers`, in all
    /// combinations.
    public record Known(
            List<Census.Client> clients,
            List<String> users,
            List<String> identifiers,
            List<String> topics) {}

    /// One thing that changes. `topic` is a Topic Name, or a Topic Filter if it is about
    /// subscribing or all that it matches changes.
    public record Difference(
            Subject subject, String action, String topic, Decision before, Decision after) {
        /// Who, what, where, before and after.
        @Override
        public String toString() {
            return "%s: %s %s: %s -> %s"
                    .formatted(who(subject), action, topic, words(before), words(after));
        }

        private static String words(Decision decision) {
            return (decision.allowed() ? "allowed, " : "denied, ") + decision.because();
        }

        private static String who(Subject subject) {
            String user = subject.identity().userName();
            StringBuilder who = new StringBuilder(user == null ? "anonymous" : "user " + user);
            if (!subject.clientIdentifier().equals(NamedClients.ANOTHER_CLIENT)) {
                who.append(", client ").append(subject.clientIdentifier());
            }
            if (subject.listener() != null) {
                who.append(", listener ").append(subject.listener());
            }
            if (subject.remoteAddress() != null) {
                who.append(", from ").append(subject.remoteAddress());
            }
            subject.identity().groups().stream()
                    .sorted()
                    .forEach(group -> who.append(", group ").append(group));
            if (subject.certificate() != null) {
                who.append(", certificate ").append(subject.certificate().subject());
                subject.certificate()
                        .alternativeNames()
                        .forEach(name -> who.append(", certificate ").append(name));
            }
            return who.toString();
        }
    }

    /// All that was found; `complete` is whether nothing was left out for its number.
    public record Outcome(List<Difference> differences, boolean complete) {}

    private record Change(Decision before, Decision after) {}

    private final RuleSet before;
    private final RuleSet after;
    private final Known known;
    private final Set<Difference> differences = new LinkedHashSet<>();
    private final boolean isAboutListeners;
    private final boolean isAboutAddresses;
    private final boolean isAboutCertificates;
    private final boolean isAboutShared;
    private final boolean isAboutWide;
    private long questions;
    private boolean complete = true;

    private RulesComparison(RuleSet before, RuleSet after, Known known) {
        this.before = before;
        this.after = after;
        this.known = known;
        this.isAboutListeners = either(rule -> !rule.who().listeners().isEmpty());
        this.isAboutAddresses = either(rule -> !rule.who().addresses().isEmpty());
        this.isAboutCertificates = either(rule -> !rule.who().certificates().isEmpty());
        this.isAboutShared = either(rule -> rule.shared() != null);
        this.isAboutWide = before.wide() != after.wide();
    }

    private boolean either(Predicate<Rule> wanted) {
        return before.rules().stream().anyMatch(wanted) || after.rules().stream().anyMatch(wanted);
    }

    /// Compares rules that [RulesFile] has read.
    public static Outcome of(AccessRules before, AccessRules after, Known known) {
        if (!(before instanceof RuleSet old) || !(after instanceof RuleSet other)) {
            throw new IllegalArgumentException("expected rules of a file");
        }
        RulesComparison comparison = new RulesComparison(old, other, known);
        comparison.compare();
        return new Outcome(List.copyOf(comparison.differences), comparison.complete);
    }

    private void compare() {
        List<Rule> rules = new ArrayList<>(before.rules());
        rules.addAll(after.rules());
        List<Subject> named =
                NamedClients.of(rules, known.users(), known.identifiers(), CLIENTS_MAX);
        complete = named.size() < CLIENTS_MAX;
        for (Subject subject : named) {
            client(subject, List.of());
        }
        for (Census.Client client : known.clients()) {
            client(client.subject(), client.subscriptions());
        }
    }

    private void client(Subject subject, List<Subscription> subscriptions) {
        RulePermissions old = before.permissionsOf(subject);
        RulePermissions other = after.permissionsOf(subject);
        if (old.decidesAs(other)) {
            return;
        }
        if (questions > QUESTIONS_MAX) {
            complete = false;
            return;
        }
        Set<TopicFilter> filters = new LinkedHashSet<>(old.filters());
        filters.addAll(other.filters());
        List<TopicFilter> own = List.copyOf(filters);
        // What all samples of a filter have in common is told once, with the filter.
        Map<TopicFilter, Map<String, Change>> told = new LinkedHashMap<>();
        for (TopicFilter filter : own) {
            Map<String, Change> changes = changesOfAll(SampleTopics.of(filter), old, other);
            changes.forEach((action, change) -> tell(subject, action, filter.toString(), change));
            told.put(filter, changes);
        }
        Set<TopicName> topics = new LinkedHashSet<>();
        own.forEach(filter -> topics.addAll(SampleTopics.of(filter)));
        Set<TopicName> common = SampleTopics.common(own, TOPICS_MAX);
        complete &= common.size() < TOPICS_MAX;
        topics.addAll(common);
        if (isAboutWide) {
            own.forEach(each -> filters.addAll(SampleTopics.wider(each)));
        }
        for (String topic : known.topics()) {
            TopicFilter filter = TopicFilter.of(topic);
            if (filter.hasWildcard() || filter.isShared()) {
                filters.add(filter);
            } else {
                topics.add(TopicName.of(topic));
            }
        }
        for (TopicName topic : topics) {
            changes(topic, old, other)
                    .forEach((action, change) -> {
                        boolean isTold =
                                told.entrySet().stream()
                                        .anyMatch(each ->
                                                change.equals(each.getValue().get(action))
                                                        && each.getKey().matches(topic));
                        if (!isTold) {
                            tell(subject, action, topic.toString(), change);
                        }
                    });
        }
        if (isAboutShared) {
            List.copyOf(filters).stream()
                    .filter(each -> !each.isShared())
                    .map(each -> TopicFilter.of("$share/" + SampleTopics.ANY + "/" + each))
                    .forEach(filters::add);
        }
        subscriptions.forEach(each -> filters.add(each.topicFilter()));
        for (TopicFilter filter : filters) {
            subscribe(subject, filter, old, other);
        }
    }

    // Listener and address are told where rules speak of any.
    private void tell(Subject subject, String action, String topic, Change change) {
        Subject told =
                new Subject(
                        subject.clientIdentifier(),
                        subject.identity(),
                        isAboutListeners ? subject.listener() : null,
                        isAboutAddresses ? subject.remoteAddress() : null,
                        isAboutCertificates ? subject.certificate() : null);
        differences.add(new Difference(told, action, topic, change.before(), change.after()));
    }

    // What changes for each of `topics` in the same way.
    private Map<String, Change> changesOfAll(
            List<TopicName> topics, RulePermissions old, RulePermissions other) {
        Map<String, Change> common = null;
        for (TopicName topic : topics) {
            Map<String, Change> changes = changes(topic, old, other);
            if (common == null) {
                common = new LinkedHashMap<>(changes);
            } else {
                common.entrySet()
                        .removeIf(each -> !each.getValue().equals(changes.get(each.getKey())));
            }
        }
        return common == null ? Map.of() : common;
    }

    /// A way in which a message goes: its QoS, and whether it is retained or, when it is received,
    /// comes by a shared subscription.
    private record Way(QoS qos, boolean flag) {
        static final List<Way> ALL =
                Stream.of(false, true)
                        .flatMap(flag -> Arrays.stream(QoS.values()).map(qos -> new Way(qos, flag)))
                        .toList();
    }

    private Map<String, Change> changes(
            TopicName topic, RulePermissions old, RulePermissions other) {
        Map<String, Change> changes = new LinkedHashMap<>();
        changes(way ->
                        change(
                                old.publishRule(topic, way.qos, way.flag),
                                other.publishRule(topic, way.qos, way.flag)))
                .forEach((change, ways) ->
                        changes.put(
                                "publish" + words(ways, " with RETAIN", " without RETAIN"),
                                change));
        changes(way ->
                        change(
                                old.receiveRule(topic, way.qos, way.flag),
                                other.receiveRule(topic, way.qos, way.flag)))
                .forEach((change, ways) ->
                        changes.put("receive" + words(ways, " shared", " not shared"), change));
        return changes;
    }

    // The ways in which each change is seen.
    private static SequencedMap<Change, List<Way>> changes(
            Function<Way, @Nullable Change> question) {
        SequencedMap<Change, List<Way>> changes = new LinkedHashMap<>();
        for (Way way : Way.ALL) {
            Change change = question.apply(way);
            if (change != null) {
                changes.computeIfAbsent(change, it -> new ArrayList<>()).add(way);
            }
        }
        return changes;
    }

    private static String words(List<Way> ways, String with, String without) {
        Set<QoS> levels = EnumSet.noneOf(QoS.class);
        Set<Boolean> flags = new LinkedHashSet<>();
        ways.forEach(way -> {
            levels.add(way.qos);
            flags.add(way.flag);
        });
        return flags.size() == 2
                ? words(levels)
                : words(levels) + (flags.contains(true) ? with : without);
    }

    private static String words(Set<QoS> levels) {
        return levels.size() == QoS.values().length
                ? ""
                : levels.stream()
                        .map(qos -> String.valueOf(qos.value()))
                        .collect(Collectors.joining(", ", " at QoS ", ""));
    }

    private void subscribe(
            Subject subject, TopicFilter filter, RulePermissions old, RulePermissions other) {
        SequencedMap<Change, Set<QoS>> changes = new LinkedHashMap<>();
        for (QoS qos : QoS.values()) {
            Change change =
                    change(old.subscribeRule(filter, qos), other.subscribeRule(filter, qos));
            if (change != null) {
                changes.computeIfAbsent(change, it -> EnumSet.noneOf(QoS.class)).add(qos);
            }
        }
        changes.forEach((change, levels) ->
                tell(subject, "subscribe" + words(levels), filter.toString(), change));
    }

    private @Nullable Change change(@Nullable Rule old, @Nullable Rule other) {
        questions++;
        Decision before = Decision.by(old);
        Decision after = Decision.by(other);
        return before.allowed() == after.allowed() ? null : new Change(before, after);
    }
}
