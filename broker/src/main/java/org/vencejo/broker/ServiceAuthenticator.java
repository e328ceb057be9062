package org.vencejo.broker;

import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.identity.IdentityService;
import org.vencejo.broker.identity.IdentityService.Question;
import org.vencejo.broker.identity.RefusedException;
import org.vencejo.broker.identity.Shown;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Credentials;
import org.vencejo.core.ClientCertificate;
import org.vencejo.core.Peer;

/// Knows clients by what a service of others says of them. Thread-safe.
final class ServiceAuthenticator implements Authenticator {
    private final IdentityService service;
    private final LongSupplier wallMillis;

    ServiceAuthenticator(IdentityService service, LongSupplier wallMillis) {
        this.service = service;
        this.wallMillis = wallMillis;
    }

    @Override
    public Work work(Peer peer, Authentication.Request request) {
        Question question = question(peer, request);
        return question == null || service.remembered(question, wallMillis.getAsLong()) != null
                ? Work.NONE
                : Work.WAITS;
    }

    @Override
    public Authentication.@Nullable Outcome authenticate(
            Peer peer, Authentication.Request request) {
        Question question = question(peer, request);
        if (question == null) {
            return null;
        }
        try {
            long now = wallMillis.getAsLong();
            Shown shown = service.remembered(question, now);
            if (shown == null && Thread.currentThread().isVirtual()) {
                shown = service.ask(question, now);
            } else if (shown == null) { // forgotten a moment ago, and an event loop asks nobody
                throw new RefusedException(
                        RefusedException.Kind.AWAY, service + " has to be asked again");
            }
            return shown == null ? null : TokenAuthenticator.accepted(shown, now);
        } catch (RefusedException e) {
            return TokenAuthenticator.refused(e);
        } catch (InterruptedException tooLate) {
            Thread.currentThread().interrupt();
            return TokenAuthenticator.refused(
                    new RefusedException(
                            RefusedException.Kind.AWAY, service + " gave no answer in time"));
        }
    }

    private static @Nullable Question question(Peer peer, Authentication.Request request) {
        if (!(request instanceof Credentials it)) {
            return null;
        }
        String address = peer.remoteAddress();
        ClientCertificate certificate = peer.clientCertificate();
        return new Question(
                it.clientIdentifier(),
                it.userName(),
                it.password(),
                address.substring(0, address.lastIndexOf(':')).replaceAll("[\\[\\]]", ""),
                peer.listener(),
                certificate == null ? null : certificate.subject());
    }

    @Override
    public String toString() {
        return service.toString();
    }
}
