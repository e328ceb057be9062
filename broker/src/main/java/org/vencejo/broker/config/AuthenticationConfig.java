package org.vencejo.broker.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.identity.CertificateTemplate;
import org.vencejo.broker.identity.ClientIdentifiers;
import org.vencejo.broker.identity.KeyPlace;
import org.vencejo.broker.identity.LdapSettings;
import org.vencejo.broker.identity.ServiceSettings;
import org.vencejo.broker.identity.TokenSettings;
import org.vencejo.broker.identity.UserTemplate;

/// How it is found out who clients are. Immutable.
///
/// `entries` are asked in this order. `anonymousListeners` are the names of those listeners that
/// let clients in who name nobody, `clientIdentifiers` the names of those that do not let every
/// Client Identifier in.
public record AuthenticationConfig(
        List<Entry> entries,
        Set<String> anonymousListeners,
        Map<String, ClientIdentifiers> clientIdentifiers,
        AuthenticationLimits limits) {

    /// Whether anybody finds out who the clients of a listener are.
    public boolean isFor(String listener) {
        return entries.stream().anyMatch(entry -> entry.isFor(listener));
    }

    /// Whether anybody gives clients access rules of their own.
    public boolean mayGrant() {
        return entries.stream()
                .anyMatch(entry ->
                        entry instanceof Http
                                || (entry instanceof Jwt jwt
                                        && !jwt.settings().rulesClaim().isEmpty()));
    }

    /// One that knows clients, of some listeners or of all if it names none.
    public sealed interface Entry {
        Set<String> listeners();

        /// Whether it is asked about the clients of `listener`.
        default boolean isFor(String listener) {
            return listeners().isEmpty() || listeners().contains(listener);
        }
    }

    /// A file that knows users by their passwords.
    public record PasswordFile(Path file, Set<String> listeners) implements Entry {}

    /// Who comes by a Unix socket is the user whose process it is.
    public record UnixPeer(UserTemplate userName, Set<String> listeners) implements Entry {}

    /// Who shows a certificate is who it says. The Client Identifier has to be one of those that
    /// `clientIdentifier` gives, unless that is null; `specialCharacters` tells whether a user name
    /// may hold `+`, `#` and `/`.
    public record Certificate(
            CertificateTemplate userName,
            @Nullable CertificateTemplate clientIdentifier,
            boolean specialCharacters,
            Set<String> listeners)
            implements Entry {}

    /// Who gives a token that is signed is who it says.
    public record Jwt(TokenSettings settings, KeyPlace keys, Set<String> listeners)
            implements Entry {}

    /// Who gives a password that a directory knows is who it says.
    public record Ldap(LdapSettings settings, Set<String> listeners) implements Entry {}

    /// A service says who clients are.
    public record Http(ServiceSettings settings, Set<String> listeners) implements Entry {}
}
