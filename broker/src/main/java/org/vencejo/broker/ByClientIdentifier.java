package org.vencejo.broker;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.identity.ClientIdentifiers;
import org.vencejo.core.Authentication;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ReasonCode;

/// An authenticator whose clients have to have one of the Client Identifiers that their listener
/// allows. Listeners that are not named allow all. Immutable.
record ByClientIdentifier(Authenticator behind, Map<String, ClientIdentifiers> allowed)
        implements Authenticator {
    @Override
    public boolean isFor(Peer peer) {
        return behind.isFor(peer);
    }

    @Override
    public Work work(Peer peer, Authentication.Request request) {
        return behind.work(peer, request);
    }

    @Override
    public Authentication.@Nullable Outcome authenticate(
            Peer peer, Authentication.Request request) {
        Authentication.Outcome outcome = behind.authenticate(peer, request);
        ClientIdentifiers here = allowed.get(peer.listener());
        if (here == null || !(outcome instanceof Authentication.Accepted accepted)) {
            return outcome;
        }
        String clientIdentifier =
                switch (request) {
                    case Authentication.Credentials it -> it.clientIdentifier();
                    case Authentication.Step it -> it.clientIdentifier();
                };
        return here.allow(clientIdentifier, accepted.identity().userName())
                ? outcome
                : new Authentication.Refused(
                        ReasonCode.CLIENT_IDENTIFIER_NOT_VALID,
                        Properties.NONE,
                        "at listener %s the Client Identifier has to be one of %s"
                                .formatted(peer.listener(), here));
    }

    @Override
    public boolean isBroken(Authentication.Refused given) {
        return behind.isBroken(given);
    }

    @Override
    public String toString() {
        return behind.toString();
    }
}
