package org.vencejo.broker.access;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Authentication.Identity;
import org.vencejo.core.ClientCertificate;

/// Whom a rule is about: everybody who fits each of the lists that are not empty. Immutable.
///
/// `anonymous` is null where it makes no difference, else whether a client without a user name is
/// meant, or one with.
record Who(
        @Nullable Boolean anonymous,
        List<Glob> users,
        List<Glob> clients,
        List<Glob> listeners,
        List<AddressRange> addresses,
        List<Glob> groups,
        List<Glob> certificates) {

    static final Who EVERYBODY = of(null, List.of());
    static final Who NOBODY_KNOWN = of(true, List.of());

    static Who user(String name) {
        return of(false, List.of(Glob.literal(name)));
    }

    private static Who of(@Nullable Boolean anonymous, List<Glob> users) {
        return new Who(anonymous, users, List.of(), List.of(), List.of(), List.of(), List.of());
    }

    /// Whether `subject` is meant. What is not known of it (of a session that no client came for
    /// since the start nothing is but the names) is taken as `unknown`.
    boolean holds(Subject subject, boolean unknown) {
        String user = subject.identity().userName();
        if (anonymous != null && anonymous != (user == null)) {
            return false;
        }
        return (users.isEmpty() || (user != null && anyMatches(users, user)))
                && (clients.isEmpty() || anyMatches(clients, subject.clientIdentifier()))
                && (listeners.isEmpty() || isThrough(subject.listener(), unknown))
                && (addresses.isEmpty() || isFrom(subject.remoteAddress(), unknown))
                && (groups.isEmpty() || isIn(subject.identity(), unknown))
                && (certificates.isEmpty() || shows(subject, unknown));
    }

    private boolean isThrough(@Nullable String listener, boolean unknown) {
        return listener == null ? unknown : anyMatches(listeners, listener);
    }

    private boolean isFrom(@Nullable String remoteAddress, boolean unknown) {
        return remoteAddress == null
                ? unknown
                : addresses.stream().anyMatch(range -> range.holds(remoteAddress));
    }

    private boolean isIn(Identity identity, boolean unknown) {
        return identity.remembered()
                ? unknown
                : identity.groups().stream().anyMatch(group -> anyMatches(groups, group));
    }

    private boolean shows(Subject subject, boolean unknown) {
        ClientCertificate certificate = subject.certificate();
        if (certificate == null) {
            return subject.identity().remembered() && unknown;
        }
        return anyMatches(certificates, certificate.subject())
                || certificate.alternativeNames().stream()
                        .anyMatch(name -> anyMatches(certificates, name));
    }

    private static boolean anyMatches(List<Glob> globs, String value) {
        return globs.stream().anyMatch(glob -> glob.matches(value));
    }
}
