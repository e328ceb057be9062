package org.vencejo.broker;

import org.jspecify.annotations.Nullable;
import org.vencejo.broker.identity.LdapDirectory;
import org.vencejo.broker.identity.RefusedException;
import org.vencejo.broker.identity.Shown;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Credentials;
import org.vencejo.core.Peer;

/// Asks a directory who clients with a user name and a password are. Thread-safe.
///
/// Whom the directory does not have is not refused here.
final class LdapAuthenticator implements Authenticator {
    private static final byte[] NO_PASSWORD = {};

    private final LdapDirectory directory;

    LdapAuthenticator(LdapDirectory directory) {
        this.directory = directory;
    }

    @Override
    public Work work(Peer peer, Authentication.Request request) {
        return isAsked(request) ? Work.WAITS : Work.NONE;
    }

    @Override
    public Authentication.@Nullable Outcome authenticate(
            Peer peer, Authentication.Request request) {
        if (!isAsked(request) || !(request instanceof Credentials it) || it.userName() == null) {
            return null;
        }
        try {
            Shown shown =
                    directory.ask(
                            it.userName(), it.password() == null ? NO_PASSWORD : it.password());
            return shown == null ? null : new Authentication.Accepted(shown.identity(), null);
        } catch (RefusedException e) {
            return TokenAuthenticator.refused(e);
        }
    }

    // Names that no directory has need not be looked for.
    private static boolean isAsked(Authentication.Request request) {
        return request instanceof Credentials it
                && it.userName() != null
                && !it.userName().isEmpty()
                && Shown.isName(it.userName());
    }

    @Override
    public String toString() {
        return directory.toString();
    }
}
