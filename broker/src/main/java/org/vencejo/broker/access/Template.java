package org.vencejo.broker.access;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.protocol.TopicFilter;

/// A Topic Filter in which `%u` stands for the user name and `%c` for the Client Identifier, unless
/// it is `literal`. Immutable.
record Template(String text, boolean literal) {
    /// What a value must not hold to be put into a filter that allows something: with it a client
    /// would choose its own rights (Mosquitto's CVE-2017-7650).
    private static final String SPECIAL = "+#/";

    /// First levels that only a filter that is written so begins with. One that begins with another
    /// `$` may have a name behind it.
    private static final Set<String> OWN = Set.of("$SYS", "$share");

    /// What a rule that denies is about when a name makes its filter look like that of a shared
    /// subscription: all topics there, and these can be said in such a filter alone.
    private static final TopicFilter BELOW_SHARE = TopicFilter.of("$share/any/$share/#");

    static Template of(String text) {
        return new Template(text, false);
    }

    static Template literal(String text) {
        return new Template(text, true);
    }

    /// What is wrong with it, or null.
    @Nullable String fault() {
        if (text.isEmpty()) {
            return "no topic";
        }
        String fault = TopicFilter.of(text).fault();
        if (fault != null) {
            return fault;
        }
        return TopicFilter.of(text).isShared() ? "a filter of a shared subscription" : null;
    }

    /// Whether it is another filter for each client.
    boolean hasNames() {
        return !literal && (text.contains("%u") || text.contains("%c"));
    }

    /// The filter for `subject` in a rule that `allows` or denies; null if it has none.
    @Nullable TopicFilter filterFor(Subject subject, boolean allows) {
        String filled = filled(subject);
        if (filled == null || (allows && refusal(subject) != null)) {
            return null;
        }
        if (filled.startsWith("$share/")) {
            return BELOW_SHARE;
        }
        // With a long name it may be longer than what a packet carries, and match what is not.
        TopicFilter filter = TopicFilter.ofAnyLength(filled);
        return filter.isValid() ? filter : null;
    }

    /// Why a rule that allows something has no filter of it for `subject`, for what its names hold;
    /// null if there is nothing against them.
    @Nullable String refusal(Subject subject) {
        String filled = filled(subject);
        if (filled == null || !hasNames()) {
            return null;
        }
        if (text.contains("%u") && isSpecial(subject.identity().userName())) {
            return "the user name in it holds +, # or /";
        }
        if (text.contains("%c") && isSpecial(subject.clientIdentifier())) {
            return "the Client Identifier in it holds +, # or /";
        }
        String first = firstLevel(filled);
        boolean isMoved =
                first.startsWith("$")
                        && !first.equals(firstLevel(text))
                        && (!text.startsWith("$") || OWN.contains(first));
        return isMoved ? "the names in it would have it begin with " + first : null;
    }

    // The text with the names put in, or null if one is missing.
    private @Nullable String filled(Subject subject) {
        if (!hasNames()) {
            return text;
        }
        StringBuilder filled = new StringBuilder();
        int from = 0;
        for (int i = text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            if (text.startsWith("%u", i) || text.startsWith("%c", i)) {
                String value =
                        text.startsWith("%u", i)
                                ? subject.identity().userName()
                                : subject.clientIdentifier();
                if (value == null || value.isEmpty()) {
                    return null;
                }
                filled.append(text, from, i).append(value);
                from = i + 2;
            }
        }
        return filled.append(text.substring(from)).toString();
    }

    private static boolean isSpecial(@Nullable String value) {
        return value != null && value.chars().anyMatch(c -> SPECIAL.indexOf(c) >= 0);
    }

    private static String firstLevel(String filter) {
        int slash = filter.indexOf('/');
        return slash < 0 ? filter : filter.substring(0, slash);
    }

    @Override
    public String toString() {
        return text;
    }
}
