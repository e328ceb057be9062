package org.vencejo.broker;

import org.jspecify.annotations.Nullable;
import org.vencejo.broker.identity.UserNames;
import org.vencejo.broker.identity.UserTemplate;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Credentials;
import org.vencejo.core.ClientProcess;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ReasonCode;

/// Knows clients at Unix sockets by the user whose processes they are, as the kernel tells it.
/// Immutable.
///
/// What the client says of itself is not believed. Who came otherwise is not refused here.
record UnixPeerAuthenticator(UserTemplate userName, UserNames names) implements Authenticator {
    /// What had better not be in a user name: Topic Filters are made of it.
    private static final String SPECIAL = "+#/";

    @Override
    public Work work(Peer peer, Authentication.Request request) {
        return peer.clientProcess() != null && userName.asksForName() ? Work.WAITS : Work.NONE;
    }

    @Override
    public Authentication.@Nullable Outcome authenticate(
            Peer peer, Authentication.Request request) {
        ClientProcess process = peer.clientProcess();
        if (process == null) {
            return null;
        }
        if (!(request instanceof Credentials)) {
            return BAD_METHOD; // it is known already, and cannot be another by a method
        }
        String name = null;
        if (userName.asksForName()) {
            name = names.of(process.userId());
            if (name == null) {
                return refused(process, "has no name in " + names.file());
            }
            if (name.chars().anyMatch(it -> SPECIAL.indexOf(it) >= 0 || it < ' ' || it > '~')) {
                return refused(process, "has a name that is none for a client");
            }
        }
        return new Authentication.Accepted(
                new Authentication.Identity(userName.of(process, name)), null);
    }

    private static Authentication.Outcome refused(ClientProcess process, String why) {
        return new Authentication.Refused(
                ReasonCode.NOT_AUTHORIZED,
                Properties.NONE,
                "its user %s %s".formatted(Integer.toUnsignedString(process.userId()), why));
    }

    @Override
    public String toString() {
        return "the authenticator by Unix peer";
    }
}
