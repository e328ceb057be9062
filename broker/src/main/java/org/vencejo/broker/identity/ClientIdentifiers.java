package org.vencejo.broker.identity;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// With which Client Identifiers clients may connect, so that none takes that of another: texts in
/// which `%u` stands for the user name, and a `*` at the end for whatever follows. Immutable.
public record ClientIdentifiers(List<String> texts) {
    private static final String USER = "%u";
    private static final String REST = "*";

    public ClientIdentifiers {
        texts = List.copyOf(texts);
    }

    /// What is wrong with one of the texts, or null.
    public static @Nullable String fault(String text) {
        int star = text.indexOf(REST);
        return star >= 0 && star < text.length() - 1 ? "a * that is not at its end" : null;
    }

    /// Whether a client that is known as `userName`, or as nobody, may have that one. A client that
    /// leaves it to the broker has none.
    public boolean allow(String clientIdentifier, @Nullable String userName) {
        return texts.stream().anyMatch(text -> allows(text, clientIdentifier, userName));
    }

    /// Whether only those who have a user name may have any.
    public boolean areAllOfUsers() {
        return texts.stream().allMatch(text -> text.contains(USER));
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
