package org.vencejo.broker.identity;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// With which Client Identifiers clients may connect, so that none takes that of another: texts in
/// which `%u` stands for the user name, and a `*` at the end for whatever follows. Immutable.
///
/// What stands between a `%u` and a `*` ends the name: a user in whose name it is, too, has none of
/// those with `%u`, as they could be those of another user.
public record ClientIdentifiers(List<String> texts) {
    private static final String USER = "%u";
    private static final String REST = "*";

    public ClientIdentifiers {
        texts = List.copyOf(texts);
    }

    /// What is wrong with one of the texts, or null.
    public static @Nullable String fault(String text) {
        int star = text.indexOf(REST);
        int user = text.indexOf(USER);
        if (star >= 0 && star < text.length() - REST.length()) {
            return "a * that is not at its end";
        }
        if (text.indexOf(USER, user + 1) >= 0 && user >= 0) {
            return "more than one %u";
        }
        return user >= 0 && star >= 0 && end(text).isEmpty()
                ? "nothing between %u and *, so that the user an could have those of ana"
                : null;
    }

    /// Whether a client that is known as `userName`, or as nobody, may have that one.
    public boolean allow(String clientIdentifier, @Nullable String userName) {
        String user = userName != null && !holdsAnEnd(userName) ? userName : null;
        return texts.stream().anyMatch(text -> allows(text, clientIdentifier, user));
    }

    /// Whether any of them has a user name in it.
    public boolean haveUsers() {
        return texts.stream().anyMatch(text -> text.contains(USER));
    }

    // What ends a user name, or nothing if nothing has to.
    private static String end(String text) {
        return text.contains(USER) && text.endsWith(REST)
                ? text.substring(text.indexOf(USER) + USER.length(), text.length() - REST.length())
                : "";
    }

    private boolean holdsAnEnd(String userName) {
        return texts.stream()
                .map(ClientIdentifiers::end)
                .anyMatch(end -> !end.isEmpty() && userName.indexOf(end.codePointAt(0)) >= 0);
    }

    // What is in the name is no `*` and no `%u`.
    private static boolean allows(String text, String clientIdentifier, @Nullable String userName) {
        if (text.contains(USER) && userName == null) {
            return false;
        }
        boolean isOpen = text.endsWith(REST);
        String begin = isOpen ? text.substring(0, text.length() - REST.length()) : text;
        String named = userName == null ? begin : begin.replace(USER, userName);
        return isOpen ? clientIdentifier.startsWith(named) : clientIdentifier.equals(named);
    }

    @Override
    public String toString() {
        return String.join(", ", texts);
    }
}
