package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.AccessRules;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// Whether somebody may do something, and the rule that says so. Immutable.
///
/// `because` is the rule with its file and line, or why there is none.
public record Decision(boolean allowed, String because) {
    private static final Decision OPEN = new Decision(true, "there are no access rules");

    /// About a PUBLISH, a will or a retained message.
    public static Decision ofPublish(
            AccessRules rules, Subject subject, TopicName topicName, QoS qos, boolean retain) {
        return rules instanceof RuleSet set
                ? by(set.permissionsOf(subject).publishRule(topicName, qos, retain))
                : OPEN;
    }

    /// About a SUBSCRIBE.
    public static Decision ofSubscribe(
            AccessRules rules, Subject subject, TopicFilter topicFilter, QoS qos) {
        return rules instanceof RuleSet set
                ? by(set.permissionsOf(subject).subscribeRule(topicFilter, qos))
                : OPEN;
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
        return rules instanceof RuleSet set
                ? by(set.permissionsOf(subject).receiveRule(topicName, qos, shared))
                : OPEN;
    }

    static Decision by(@Nullable Rule rule) {
        return rule == null
                ? new Decision(false, "no rule speaks of it")
                : new Decision(rule.allows(), rule.toString());
    }
}
