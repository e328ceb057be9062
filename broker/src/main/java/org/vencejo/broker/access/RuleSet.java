package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.access.RulePermissions.OwnRule;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.Permissions;
import org.vencejo.protocol.TopicFilter;

/// The rules of a file, of which the first that speaks of a request decides; if none does, the
/// request is denied. Immutable.
final class RuleSet implements AccessRules {
    /// What is granted of a subscription that is wider than the rules allow.
    enum Wide {
        /// All of it; what may not be received is held back message by message.
        FILTERED,
        /// Nothing.
        REFUSED
    }

    private final List<Rule> rules;
    private final Wide wide;
    private final RuleIndex index;

    /// Of each rule what it is for all whom it is about, so that a hundred thousand clients do not
    /// have as many copies of its filters; null if names are put into them.
    private final List<@Nullable OwnRule> forAll = new ArrayList<>();

    RuleSet(List<Rule> rules, Wide wide) {
        this.rules = List.copyOf(rules);
        this.wide = wide;
        this.index = new RuleIndex(this.rules);
        for (Rule rule : rules) {
            boolean hasNames = rule.topics().stream().anyMatch(Template::hasNames);
            forAll.add(
                    hasNames ? null : own(rule, new Subject("", Identity.ANONYMOUS, null, null)));
        }
    }

    /// In the order of the file.
    List<Rule> rules() {
        return rules;
    }

    Wide wide() {
        return wide;
    }

    @Override
    public Permissions of(Subject subject) {
        return permissionsOf(subject);
    }

    /// What `subject` may do, and why.
    RulePermissions permissionsOf(Subject subject) {
        return permissionsOf(subject, List.of());
    }

    /// The same with rules of its own `behind` these.
    RulePermissions permissionsOf(Subject subject, List<Rule> behind) {
        List<OwnRule> own = new ArrayList<>();
        int[] places = index.of(subject);
        for (int i : places) {
            add(rules.get(i), forAll.get(i), subject, own);
        }
        for (Rule rule : behind) {
            add(rule, null, subject, own);
        }
        return new RulePermissions(own, wide, places.length + behind.size());
    }

    /// What `subject` could do if every name were as good as any other.
    RulePermissions permissionsWithAnyName(Subject subject) {
        List<OwnRule> own = new ArrayList<>();
        int[] places = index.of(subject);
        for (int i : places) {
            Rule rule = rules.get(i);
            if (rule.who().holds(subject, rule.allows())) {
                addUnlessEmpty(own(rule, subject, false), own);
            }
        }
        return new RulePermissions(own, wide, places.length);
    }

    private static void add(Rule rule, @Nullable OwnRule same, Subject subject, List<OwnRule> own) {
        if (rule.who().holds(subject, rule.allows())) {
            addUnlessEmpty(same == null ? own(rule, subject) : same, own);
        }
    }

    private static void addUnlessEmpty(OwnRule it, List<OwnRule> own) {
        if (it.filters().length > 0 || it.rule().topics().isEmpty()) {
            own.add(it);
        }
    }

    private static OwnRule own(Rule rule, Subject subject) {
        return own(rule, subject, rule.allows());
    }

    private static OwnRule own(Rule rule, Subject subject, boolean namesAreLookedAt) {
        List<TopicFilter> filters = new ArrayList<>();
        for (Template topic : rule.topics()) {
            TopicFilter filter = topic.filterFor(subject, namesAreLookedAt);
            if (filter != null) {
                filters.add(filter);
            }
        }
        return new OwnRule(rule, filters);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof RuleSet it && rules.equals(it.rules) && wide == it.wide;
    }

    @Override
    public int hashCode() {
        return Objects.hash(rules, wide);
    }

    @Override
    public String toString() {
        return "RuleSet[" + rules + ", " + wide + "]";
    }
}
