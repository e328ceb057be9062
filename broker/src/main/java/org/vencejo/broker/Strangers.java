package org.vencejo.broker;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.config.AuthenticationConfig;
import org.vencejo.broker.passwords.NameKeys;
import org.vencejo.broker.passwords.PasswordFile;
import org.vencejo.broker.passwords.PasswordHash;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Credentials;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ReasonCode;

/// Answers who is known to nobody: the last one who is asked. Thread-safe.
///
/// Who names nobody is let in as nobody where that is allowed. Who gives a name or a password is
/// not, and is refused after as much work as a wrong password costs. On a listener that nobody
/// authenticates for, a name is let in, but not believed: others may be known by it elsewhere.
final class Strangers implements Authenticator {
    private static final byte[] NO_PASSWORD = {};
    private static final Authentication.Outcome NOBODY =
            new Authentication.Accepted(Authentication.Identity.ANONYMOUS, null);
    private static final Authentication.Outcome NOT_LET_IN =
            new Authentication.Refused(ReasonCode.NOT_AUTHORIZED, Properties.NONE);

    private final AuthenticationConfig config;
    private final List<PasswordAuthenticator> known;
    private final NameKeys keys;

    /// `known` are those among the authenticators who have passwords.
    Strangers(AuthenticationConfig config, List<PasswordAuthenticator> known, NameKeys keys) {
        this.config = config;
        this.known = List.copyOf(known);
        this.keys = keys;
    }

    @Override
    public boolean isFor(Peer peer) {
        return false;
    }

    @Override
    public Work work(Peer peer, Authentication.Request request) {
        return decoy(peer, request) == null ? Work.NONE : Work.COMPUTES;
    }

    @Override
    public Authentication.Outcome authenticate(Peer peer, Authentication.Request request) {
        if (!(request instanceof Credentials it)) {
            return BAD_METHOD;
        }
        boolean mayBeNobody = config.anonymousListeners().contains(peer.listener());
        if (isNobody(it) || (mayBeNobody && !config.isFor(peer.listener()))) {
            return mayBeNobody ? NOBODY : NOT_LET_IN;
        }
        PasswordHash decoy = decoy(peer, request);
        if (decoy != null) {
            boolean fits = decoy.fits(it.password() == null ? NO_PASSWORD : it.password());
            if (fits) {
                throw new IllegalStateException("a decoy that a password fits");
            }
        }
        return WRONG;
    }

    private static boolean isNobody(Credentials it) {
        return it.userName() == null && it.password() == null;
    }

    // Of one of the files that could have known the name, by the number of their users.
    private @Nullable PasswordHash decoy(Peer peer, Authentication.Request request) {
        if (!(request instanceof Credentials it) || isNobody(it)) {
            return null;
        }
        List<PasswordFile> files =
                known.stream()
                        .filter(each -> each.isFor(peer))
                        .map(PasswordAuthenticator::file)
                        .toList();
        int users = files.stream().mapToInt(PasswordFile::size).sum();
        if (users == 0) {
            return null;
        }
        String name = it.userName() == null ? "" : it.userName();
        int chosen = (int) Long.remainderUnsigned(keys.of(name).second(), users);
        for (PasswordFile file : files) {
            if (chosen < file.size()) {
                return file.decoyFor(name, keys);
            }
            chosen -= file.size();
        }
        throw new IllegalStateException("more users than users");
    }
}
