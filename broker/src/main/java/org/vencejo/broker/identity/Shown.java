package org.vencejo.broker.identity;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.access.ClientRules;
import org.vencejo.broker.identity.RefusedException.Kind;
import org.vencejo.core.Authentication.Identity;

/// Who a client has shown to be, and until when that holds: milliseconds of the wall clock, or
/// [#FOR_EVER]. Immutable.
public record Shown(Identity identity, long untilMillis) {
    public static final long FOR_EVER = Long.MAX_VALUE;

    /// A user name goes into rules, logs and the store.
    private static final int NAME_LENGTH_MAX = 1_024;

    /// A user name as others may give it.
    static String userName(@Nullable Object json, String what) throws RefusedException {
        if (json instanceof String name && !name.isEmpty() && isName(name)) {
            return name;
        }
        throw new RefusedException(
                Kind.NOT_ALLOWED,
                "%s %s"
                        .formatted(
                                what,
                                json == null
                                        ? "is missing"
                                        : "is no user name: at most 1,024 characters, and no control characters"));
    }

    /// Whether the text can be a name: short enough, and without control characters.
    public static boolean isName(String name) {
        return name.length() <= NAME_LENGTH_MAX
                && name.codePoints()
                        .noneMatch(it ->
                                Character.isISOControl(it)
                                        || Character.getType(it) == Character.SURROGATE);
    }

    /// Groups: a list of texts, or one text with spaces or commas between them; none if it is null.
    static Set<String> groups(@Nullable Object json, String what, int max) throws RefusedException {
        if (json == null) {
            return Set.of();
        }
        List<?> all =
                json instanceof String text
                        ? List.of(text.strip().split("[ ,]+", -1))
                        : json instanceof List<?> list ? list : List.of(new Object());
        Set<String> groups = new LinkedHashSet<>();
        for (Object each : all) {
            if (!(each instanceof String group) || !isName(group)) {
                throw new RefusedException(Kind.NOT_ALLOWED, what + " is no list of names");
            }
            if (!group.isEmpty()) {
                groups.add(group);
            }
        }
        if (groups.size() > max) {
            // A rule may deny by any of them, so all have to be known.
            throw new RefusedException(
                    Kind.NOT_ALLOWED, "%s holds more than %d".formatted(what, max));
        }
        return groups;
    }

    /// Access rules of its own.
    static ClientRules rules(@Nullable Object json, String what, int topicsMax)
            throws RefusedException {
        try {
            return ClientRules.read(what, json, topicsMax);
        } catch (ClientRules.WrongException e) {
            throw new RefusedException(
                    Kind.NOT_ALLOWED, what + " holds wrong rules: " + e.getMessage());
        }
    }
}
