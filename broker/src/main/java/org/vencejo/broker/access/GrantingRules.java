package org.vencejo.broker.access;

import java.util.EnumSet;
import java.util.List;
import org.vencejo.core.AccessRules;
import org.vencejo.core.Permissions;

/// The rules of a file, and behind them those that came with a client's identity. Immutable.
///
/// So what the file denies no token can allow. Without a file, who came with rules may do what they
/// allow and nothing else, and all others everything.
public record GrantingRules(AccessRules file) implements AccessRules {
    /// What a client was given is not stored: until it is back, it may have been anything.
    private static final Rule UNKNOWN =
            Rule.of(
                    true,
                    EnumSet.allOf(Action.class),
                    Who.EVERYBODY,
                    Template.literal("#"),
                    "",
                    "what its identity allows is known when it is back");

    @Override
    public Permissions of(Subject subject) {
        RuleSet own =
                file instanceof RuleSet set ? set : new RuleSet(List.of(), RuleSet.Wide.FILTERED);
        if (subject.identity().grants() instanceof ClientRules granted) {
            return own.permissionsOf(subject, granted.rules());
        }
        return subject.identity().remembered()
                ? own.permissionsOf(subject, List.of(UNKNOWN))
                : file.of(subject);
    }
}
