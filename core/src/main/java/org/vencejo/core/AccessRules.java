package org.vencejo.core;

import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication.Identity;

/// What clients may do: the seam for access rules. Does not change: other rules are other objects
/// ([Input.RulesChanged]).
///
/// That clients do not publish to `$SYS/` is no access rule but the server's own (B32).
@FunctionalInterface
public interface AccessRules {
    /// Everybody may do everything.
    AccessRules OPEN = subject -> Permissions.ALL;

    /// What `subject` may do. Asked when a client connects, when its identity or the rules change
    /// and when its session comes back after a restart, not for each message; called by whoever
    /// runs the server, so it must be quick and must not block.
    Permissions of(Subject subject);

    /// Somebody about whom rules speak. `listener`, `remoteAddress` and `certificate` are those of
    /// its last connection ([Peer]), and null for a session that had none since the server started,
    /// whose identity is remembered.
    record Subject(
            String clientIdentifier,
            Identity identity,
            @Nullable String listener,
            @Nullable String remoteAddress,
            @Nullable ClientCertificate certificate) {
        /// One that showed no certificate.
        public Subject(
                String clientIdentifier,
                Identity identity,
                @Nullable String listener,
                @Nullable String remoteAddress) {
            this(clientIdentifier, identity, listener, remoteAddress, null);
        }
    }
}
