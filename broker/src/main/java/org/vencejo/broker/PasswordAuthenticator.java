package org.vencejo.broker;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.passwords.KnownPasswords;
import org.vencejo.broker.passwords.PasswordFile;
import org.vencejo.broker.passwords.PasswordHash;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Credentials;
import org.vencejo.core.Peer;

/// Knows the users of a password file, for some listeners or for all. Thread-safe.
///
/// Who is not in the file is not refused here: another may know it.
final class PasswordAuthenticator implements Authenticator {
    private static final byte[] NO_PASSWORD = {};

    private final Set<String> listeners;
    private final KnownPasswords known;

    private volatile PasswordFile file;

    /// For the named listeners; all if none is named.
    PasswordAuthenticator(PasswordFile file, Set<String> listeners, KnownPasswords known) {
        this.file = file;
        this.listeners = listeners;
        this.known = known;
    }

    PasswordFile file() {
        return file;
    }

    /// Goes on with what the file says now.
    void file(PasswordFile newer) {
        file = newer;
    }

    @Override
    public boolean isFor(Peer peer) {
        return listeners.isEmpty() || listeners.contains(peer.listener());
    }

    @Override
    public Work work(Peer peer, Authentication.Request request) {
        PasswordHash hash = hashFor(peer, request);
        return hash == null || isKnown(hash, request) ? Work.NONE : Work.COMPUTES;
    }

    @Override
    public Authentication.@Nullable Outcome authenticate(
            Peer peer, Authentication.Request request) {
        PasswordHash hash = hashFor(peer, request);
        if (hash == null || !(request instanceof Credentials it)) {
            return null;
        }
        byte[] password = it.password();
        if (!isKnown(hash, request)) {
            // No password costs as much as a wrong one, and is one.
            if (!hash.fits(password == null ? NO_PASSWORD : password) || password == null) {
                return WRONG;
            }
            known.remember(hash, password, System.nanoTime());
        }
        return new Authentication.Accepted(new Authentication.Identity(it.userName()), null);
    }

    private @Nullable PasswordHash hashFor(Peer peer, Authentication.Request request) {
        return request instanceof Credentials it && it.userName() != null && isFor(peer)
                ? file.hashOf(it.userName())
                : null;
    }

    private boolean isKnown(PasswordHash hash, Authentication.Request request) {
        return request instanceof Credentials it
                && it.password() != null
                && known.knows(hash, it.password(), System.nanoTime());
    }
}
