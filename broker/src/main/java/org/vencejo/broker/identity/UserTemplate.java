package org.vencejo.broker.identity;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.ClientProcess;

/// A text into which a user of this machine is put: `{user}` for the name, `{uid}` and `{gid}` for
/// the numbers. Immutable.
public record UserTemplate(String text) {
    private static final Pattern FIELD = Pattern.compile("\\{([^{}]*)}");
    private static final String ALLOWED = "{user}, {uid}, {gid}";

    /// What is wrong with a template, or null.
    public static @Nullable String fault(String text) {
        boolean any = false;
        Matcher field = FIELD.matcher(text);
        while (field.find()) {
            if (!ALLOWED.contains(field.group())) {
                return "%s is nothing of a user; allowed: %s".formatted(field.group(), ALLOWED);
            }
            any = true;
        }
        if (FIELD.matcher(text).replaceAll("").matches(".*[{}].*")) {
            return "a brace without its other; allowed: " + ALLOWED;
        }
        return any
                ? null
                : "which says nothing of a user, so that all would be the same client; allowed: "
                        + ALLOWED
                        + ", and text around it";
    }

    /// Whether it takes to know the name.
    public boolean asksForName() {
        return text.contains("{user}");
    }

    /// The name that it gives to a process of the user `name`, which is null if it was not asked
    /// for.
    public String of(ClientProcess process, @Nullable String name) {
        return FIELD.matcher(text)
                .replaceAll(field ->
                        Matcher.quoteReplacement(
                                switch (field.group(1)) {
                                    case "uid" -> Integer.toUnsignedString(process.userId());
                                    case "gid" -> Integer.toUnsignedString(process.groupId());
                                    default -> String.valueOf(name);
                                }));
    }
}
