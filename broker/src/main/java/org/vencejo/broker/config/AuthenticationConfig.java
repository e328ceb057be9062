package org.vencejo.broker.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/// How it is found out who clients are. Immutable.
///
/// `anonymousListeners` are the names of those listeners that let clients in who name nobody.
public record AuthenticationConfig(
        List<PasswordFile> passwordFiles,
        Set<String> anonymousListeners,
        AuthenticationLimits limits) {

    /// Whether anybody finds out who the clients of a listener are.
    public boolean isFor(String listener) {
        return passwordFiles.stream()
                .map(PasswordFile::listeners)
                .anyMatch(listeners -> listeners.isEmpty() || listeners.contains(listener));
    }

    /// A file that knows the users of some listeners, or of all if it names none.
    public record PasswordFile(Path file, Set<String> listeners) {}
}
