package org.vencejo.broker.access;

import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;

/// A Topic Filter in which `%u` stands for the user name and `%c` for the Client Identifier, unless
/// it is `literal`. Immutable.
record Template(String text, boolean literal) {
    /// What a value must not hold to be put into a filter that allows something: with it a client
    /// would choose its own rights (Mosquitto's CVE-2017-7650).
    private static final String SPECIAL = "+#/";

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
        StringBuilder filled = new StringBuilder();
        int from = 0;
        for (int i = literal ? -1 : text.indexOf('%'); i >= 0; i = text.indexOf('%', i + 1)) {
            if (text.startsWith("%u", i) || text.startsWith("%c", i)) {
                String value =
                        text.startsWith("%u", i)
                                ? subject.identity().userName()
                                : subject.clientIdentifier();
                if (value == null || value.isEmpty() || (allows && isSpecial(value))) {
                    return null;
                }
                filled.append(text, from, i).append(value);
                from = i + 2;
            }
        }
        String whole = filled.append(text.substring(from)).toString();
        if (whole.getBytes(StandardCharsets.UTF_8).length > TopicName.BYTES_MAX) {
            return null; // there is no topic that it would match
        }
        TopicFilter filter = TopicFilter.of(whole);
        return filter.isValid() ? filter : null;
    }

    private static boolean isSpecial(String value) {
        return value.chars().anyMatch(c -> SPECIAL.indexOf(c) >= 0);
    }

    @Override
    public String toString() {
        return text;
    }
}
