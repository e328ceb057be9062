package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.AccessRules;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// Whether somebody may do something, and the rule that says so. Immutable.
///
/// `because` is the rule with its file and line, or why there is none. `passedOver` is a rule that
/// would have allowed it, but for a name of who asks, and what is wrong with that; else null.
public record Decision(boolean allowed, String because, @Nullable String passedOver) {
    private static final Decision OPEN = new Decision(true, "there are no access rules", null);

    /// About a PUBLISH, a will or a retained message.
    public static Decision ofPublish(
            AccessRules rules, Subject subject, TopicName topicName, QoS qos, boolean retain) {
        return about(rules, subject, it -> it.publishRule(topicName, qos, retain));
    }

    /// About a SUBSCRIBE.
    public static Decision ofSubscribe(
            AccessRules rules, Subject subject, TopicFilter topicFilter, QoS qos) {
        return about(rules, subject, it -> it.subscribeRule(topicFilter, qos));
    }

    /// About a SUBSCRIBE of which nothing may be held back.
    public static Decision ofWholeSubscribe(
            AccessRules rules, Subject subject, TopicFilter topicFilter, QoS qos) {
        return rules instanceof RuleSet set
                ? ofSubscribe(
                        new RuleSet(set.rules(), RuleSet.Wide.REFUSED), subject, topicFilter, qos)
                : OPEN;
    }

    /// What `subject` leaves open that rules about it ask for, by their keys: such a rule is taken
    /// to fit if it allows, and not to fit if it denies.
    public static List<String> leftOpen(AccessRules rules, Subject subject) {
        List<String> keys = new ArrayList<>();
        if (subject.listener() == null && asks(rules, subject, who -> !who.listeners().isEmpty())) {
            keys.add("listeners");
        }
        if (subject.remoteAddress() == null
                && asks(rules, subject, who -> !who.addresses().isEmpty())) {
            keys.add("addresses");
        }
        return keys;
    }

    private static boolean asks(AccessRules rules, Subject subject, Predicate<Who> isFor) {
        return rules instanceof RuleSet set
                && set.rules().stream()
                        .map(Rule::who)
                        .anyMatch(who -> isFor.test(who) && who.holds(subject, true));
    }

    /// About a delivery at this QoS, through a shared subscription or not.
    public static Decision ofReceive(
            AccessRules rules, Subject subject, TopicName topicName, QoS qos, boolean shared) {
        return about(rules, subject, it -> it.receiveRule(topicName, qos, shared));
    }

    private static Decision about(
            AccessRules rules,
            Subject subject,
            Function<RulePermissions, @Nullable Rule> question) {
        if (!(rules instanceof RuleSet set)) {
            return OPEN;
        }
        Rule rule = question.apply(set.permissionsOf(subject));
        Decision decision = by(rule);
        Rule other = question.apply(set.permissionsWithAnyName(subject));
        if (other == null || other == rule) {
            return decision;
        }
        String refusals =
                other.topics().stream()
                        .map(topic -> topic.refusal(subject))
                        .filter(Objects::nonNull)
                        .distinct()
                        .collect(Collectors.joining("; "));
        return new Decision(decision.allowed, decision.because, other + ": " + refusals);
    }

    static Decision by(@Nullable Rule rule) {
        return rule == null
                ? new Decision(false, "no rule speaks of it", null)
                : new Decision(rule.allows(), rule.toString(), null);
    }
}
