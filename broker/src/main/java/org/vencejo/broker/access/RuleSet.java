package org.vencejo.broker.access;

import java.util.ArrayList;
import java.util.List;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Permissions;
import org.vencejo.protocol.TopicFilter;

/// The rules of a file, of which the first that speaks of a request decides; if none does, the
/// request is denied. Immutable.
record RuleSet(List<Rule> rules, Wide wide) implements AccessRules {
    /// What is granted of a subscription that is wider than the rules allow.
    enum Wide {
        /// All of it; what may not be received is held back message by message.
        FILTERED,
        /// Nothing.
        REFUSED
    }

    RuleSet {
        rules = List.copyOf(rules);
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
        List<RulePermissions.OwnRule> own = new ArrayList<>();
        add(rules, subject, own);
        add(behind, subject, own);
        return new RulePermissions(own, wide);
    }

    private static void add(List<Rule> rules, Subject subject, List<RulePermissions.OwnRule> own) {
        for (Rule rule : rules) {
            if (rule.who().holds(subject, rule.allows())) {
                List<TopicFilter> filters = new ArrayList<>();
                for (Template topic : rule.topics()) {
                    TopicFilter filter = topic.filterFor(subject, rule.allows());
                    if (filter != null) {
                        filters.add(filter);
                    }
                }
                if (!filters.isEmpty() || rule.topics().isEmpty()) {
                    own.add(new RulePermissions.OwnRule(rule, filters));
                }
            }
        }
    }
}
