package org.vencejo.broker;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.identity.RefusedException;
import org.vencejo.broker.identity.Shown;
import org.vencejo.broker.identity.TokenVerifier;
import org.vencejo.core.Authentication;
import org.vencejo.core.Authentication.Credentials;
import org.vencejo.core.Authentication.Step;
import org.vencejo.core.Peer;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ReasonCode;

/// Knows clients by the signed tokens that they give as their password, or as the data of the
/// Authentication Method [#METHOD], by which they can renew them. Thread-safe.
///
/// A password that does not look like a token is not refused here.
final class TokenAuthenticator implements Authenticator {
    /// As Azure Event Grid calls it; there is no name of a standard.
    static final String METHOD = "OAUTH2-JWT";

    private final TokenVerifier verifier;
    private final boolean passesOn;
    private final LongSupplier wallMillis;

    /// One that `passesOn` tokens that others, who are asked behind it, may know.
    TokenAuthenticator(TokenVerifier verifier, boolean passesOn, LongSupplier wallMillis) {
        this.verifier = verifier;
        this.passesOn = passesOn;
        this.wallMillis = wallMillis;
    }

    @Override
    public Work work(Peer peer, Authentication.Request request) {
        String token = tokenOf(request);
        if (token == null) {
            return Work.NONE;
        }
        return verifier.isWorthAwaiting(token) ? Work.WAITS : Work.VERIFIES;
    }

    @Override
    public Authentication.@Nullable Outcome authenticate(
            Peer peer, Authentication.Request request) {
        String token = tokenOf(request);
        if (token == null) {
            return null;
        }
        try {
            if (verifier.isWorthAwaiting(token) && Thread.currentThread().isVirtual()) {
                verifier.await();
            }
            long now = wallMillis.getAsLong();
            return accepted(verifier.verify(token, clientIdentifierOf(request), now), now);
        } catch (RefusedException e) {
            return refused(e);
        } catch (InterruptedException tooLate) {
            Thread.currentThread().interrupt();
            return refused(
                    new RefusedException(
                            RefusedException.Kind.AWAY, "the keys of tokens did not come in time"));
        }
    }

    private @Nullable String tokenOf(Authentication.Request request) {
        byte[] bytes =
                switch (request) {
                    case Credentials it -> it.password();
                    case Step it -> it.method().equals(METHOD) ? it.data() : null;
                };
        boolean isToken =
                bytes != null && (request instanceof Step || TokenVerifier.looksLikeOne(bytes));
        if (!isToken) {
            return null;
        }
        String token = new String(bytes, StandardCharsets.ISO_8859_1);
        return passesOn && !verifier.isMeant(token) ? null : token;
    }

    private static String clientIdentifierOf(Authentication.Request request) {
        return switch (request) {
            case Credentials it -> it.clientIdentifier();
            case Step it -> it.clientIdentifier();
        };
    }

    /// Until when it holds, from now on.
    static Authentication.Outcome accepted(Shown shown, long nowMillis) {
        return new Authentication.Accepted(
                shown.identity(),
                null,
                shown.untilMillis() == Shown.FOR_EVER
                        ? Authentication.Accepted.FOR_EVER
                        : TimeUnit.MILLISECONDS.toNanos(
                                Math.max(0, shown.untilMillis() - nowMillis)));
    }

    /// What a client is told of it: whether it may try again, and no more.
    static Authentication.Outcome refused(RefusedException e) {
        ReasonCode reasonCode =
                switch (e.kind()) {
                    case WRONG -> ReasonCode.BAD_USER_NAME_OR_PASSWORD;
                    case NOT_ALLOWED -> ReasonCode.NOT_AUTHORIZED;
                    case OTHER_CLIENT -> ReasonCode.CLIENT_IDENTIFIER_NOT_VALID;
                    case AWAY -> ReasonCode.SERVER_UNAVAILABLE;
                };
        return new Authentication.Refused(
                reasonCode, Properties.NONE, String.valueOf(e.getMessage()));
    }

    @Override
    public String toString() {
        return "the authenticator by token";
    }
}
