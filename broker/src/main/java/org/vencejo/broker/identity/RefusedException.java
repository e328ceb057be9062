package org.vencejo.broker.identity;

import org.jspecify.annotations.Nullable;

/// What a client has shown does not say who it is. The message is for operators, and holds no
/// secret.
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1;

    /// What it comes to.
    public enum Kind {
        /// Anybody could have made it.
        WRONG,
        /// It is genuine, and not for here or now.
        NOT_ALLOWED,
        /// It is for another Client Identifier.
        OTHER_CLIENT,
        /// Who would know does not answer.
        AWAY
    }

    private final Kind kind;

    public RefusedException(Kind kind, String detail) {
        super(detail, null, false, false);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /// A text of a stranger as it may be quoted.
    static String quoted(@Nullable Object text) {
        String all = String.valueOf(text).replaceAll("\\p{Cntrl}", "?");
        return all.length() <= 64 ? "'" + all + "'" : "'" + all.substring(0, 64) + "...'";
    }
}
