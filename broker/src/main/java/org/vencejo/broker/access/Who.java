package org.vencejo.broker.access;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.AccessRules.Subject;

/// Whom a rule is about: everybody who fits each of the lists that are not empty. Immutable.
///
/// `anonymous` is null where it makes no difference, else whether a client without a user name is
/// meant, or one with.
record Who(
        @Nullable Boolean anonymous,
        List<Glob> users,
        List<Glob> clients,
        List<Glob> listeners,
        List<AddressRange> addresses) {

    static final Who EVERYBODY = new Who(null, List.of(), List.of(), List.of(), List.of());
    static final Who NOBODY_KNOWN = new Who(true, List.of(), List.of(), List.of(), List.of());

    static Who user(String name) {
        return new Who(false, List.of(Glob.literal(name)), List.of(), List.of(), List.of());
    }

    /// Whether `subject` is meant. What is not known of it (a session that no client came for since
    /// the start has no listener and no address) is taken as `unknown`.
    boolean holds(Subject subject, boolean unknown) {
        String user = subject.identity().userName();
        if (anonymous != null && anonymous != (user == null)) {
            return false;
        }
        return (users.isEmpty() || (user != null && anyMatches(users, user)))
                && (clients.isEmpty() || anyMatches(clients, subject.clientIdentifier()))
                && (listeners.isEmpty() || isThrough(subject.listener(), unknown))
                && (addresses.isEmpty() || isFrom(subject.remoteAddress(), unknown));
    }

    private boolean isThrough(@Nullable String listener, boolean unknown) {
        return listener == null ? unknown : anyMatches(listeners, listener);
    }

    private boolean isFrom(@Nullable String remoteAddress, boolean unknown) {
        return remoteAddress == null
                ? unknown
                : addresses.stream().anyMatch(range -> range.holds(remoteAddress));
    }

    private static boolean anyMatches(List<Glob> globs, String value) {
        return globs.stream().anyMatch(glob -> glob.matches(value));
    }
}
