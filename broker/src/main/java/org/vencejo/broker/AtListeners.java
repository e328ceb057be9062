package org.vencejo.broker;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Authentication;
import org.vencejo.core.Peer;

/// An authenticator that is asked at some listeners alone, or at all if none is named. Immutable.
record AtListeners(Authenticator behind, Set<String> listeners) implements Authenticator {
    @Override
    public boolean isFor(Peer peer) {
        return listeners.isEmpty() || listeners.contains(peer.listener());
    }

    @Override
    public Work work(Peer peer, Authentication.Request request) {
        return isFor(peer) ? behind.work(peer, request) : Work.NONE;
    }

    @Override
    public Authentication.@Nullable Outcome authenticate(
            Peer peer, Authentication.Request request) {
        return isFor(peer) ? behind.authenticate(peer, request) : null;
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
