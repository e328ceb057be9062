package org.vencejo.broker.identity;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jose.util.JSONObjectUtils;
import java.text.ParseException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.identity.RefusedException.Kind;
import org.vencejo.core.Authentication.Grants;
import org.vencejo.core.Authentication.Identity;

/// Says who a JSON Web Token (RFC 7519) stands for, after the advice of RFC 8725. Thread-safe.
///
/// Nothing of a token is believed before its signature: it is asked for its algorithm, which has to
/// be a listed one, and for the name of its key, which has to be one of ours.
public final class TokenVerifier {
    /// How many keys without a name are tried.
    private static final int TRIED_MAX = 16;

    private static final int HEADER_LENGTH_MAX = 4_096;

    private final TokenSettings settings;
    private final KeySource source;

    TokenVerifier(TokenSettings settings, KeySource source) {
        this.settings = settings;
        this.source = source;
    }

    /// Whether `bytes` look like a signed token at all: three parts of base64url.
    public static boolean looksLikeOne(byte[] bytes) {
        int dots = 0;
        for (byte each : bytes) {
            boolean isBase64Url =
                    (each >= 'a' && each <= 'z')
                            || (each >= 'A' && each <= 'Z')
                            || (each >= '0' && each <= '9')
                            || each == '-'
                            || each == '_';
            if (each == '.') {
                dots++;
            } else if (!isBase64Url) {
                return false;
            }
        }
        return dots == 2 && bytes.length > 0 && bytes[0] != '.';
    }

    /// Whether the token names a key that may only be known after [#await]. Quick.
    public boolean isWorthAwaiting(String token) {
        try {
            int dot = token.indexOf('.');
            if (dot < 0
                    || dot > HEADER_LENGTH_MAX
                    || token.length() > settings.limits().sizeMax()) {
                return false;
            }
            JWSHeader header = JWSHeader.parse(new Base64URL(token.substring(0, dot)));
            return isAllowed(header) && source.mayLearn(header.getKeyID());
        } catch (ParseException | IllegalArgumentException | NullPointerException e) {
            return false;
        }
    }

    /// Whether the token may be one that is verified here rather than by another: nothing of it is
    /// believed for that. Quick.
    public boolean isMeant(String token) {
        if (token.length() > settings.limits().sizeMax()) {
            return true; // it is too large for any
        }
        try {
            JWSObject jws = JWSObject.parse(token);
            String issuer = settings.issuer();
            List<TokenKey> keys = source.keys();
            return isAllowed(jws.getHeader())
                    && (keys == null
                            || isWorthAwaiting(token)
                            || keys.stream().anyMatch(key -> key.fits(jws.getHeader())))
                    && (issuer.isEmpty()
                            || issuer.equals(
                                    JSONObjectUtils.parse(
                                                    jws.getPayload().toString(),
                                                    settings.limits().sizeMax())
                                            .get("iss")));
        } catch (ParseException | IllegalArgumentException | NullPointerException e) {
            return false;
        }
    }

    /// Blocks until the keys that can be known are.
    public void await() throws InterruptedException {
        source.await();
    }

    /// Who the token stands for, at this time of day, with this Client Identifier.
    public Shown verify(String token, String clientIdentifier, long nowMillis)
            throws RefusedException {
        int sizeMax = settings.limits().sizeMax();
        if (token.length() > sizeMax) {
            throw wrong(
                    "a token of %d bytes; at most %d are read".formatted(token.length(), sizeMax));
        }
        JWSObject jws;
        try {
            jws = JWSObject.parse(token);
        } catch (ParseException | IllegalArgumentException | NullPointerException e) {
            // The last one is the library's for a header that is null.
            throw wrong("what is no signed token");
        }
        requireSignature(jws);
        Map<String, Object> claims;
        try {
            claims = JSONObjectUtils.parse(jws.getPayload().toString(), sizeMax);
        } catch (ParseException | IllegalArgumentException e) {
            throw notAllowed("its token holds no claims");
        }
        if (claims == null) { // the library's answer to null
            throw notAllowed("its token holds no claims");
        }
        return shown(claims, clientIdentifier, nowMillis);
    }

    private boolean isAllowed(JWSHeader header) {
        Set<String> critical = header.getCriticalParams();
        return settings.algorithms().contains(header.getAlgorithm().getName())
                && (critical == null || critical.isEmpty());
    }

    private void requireSignature(JWSObject jws) throws RefusedException {
        JWSHeader header = jws.getHeader();
        if (!isAllowed(header)) {
            throw wrong(
                    "a token by %s%s; allowed are %s"
                            .formatted(
                                    RefusedException.quoted(header.getAlgorithm().getName()),
                                    header.getCriticalParams() == null
                                            ? ""
                                            : " with critical extensions",
                                    settings.algorithms().stream().sorted().toList()));
        }
        List<TokenKey> keys = source.keys();
        if (keys == null) {
            throw new RefusedException(Kind.AWAY, "the keys of tokens are not known now");
        }
        List<TokenKey> fitting =
                keys.stream().filter(key -> key.fits(header)).limit(TRIED_MAX).toList();
        if (fitting.isEmpty()) {
            throw wrong(
                    "a token by a key that is not known, %s"
                            .formatted(
                                    header.getKeyID() == null
                                            ? "and that it does not name"
                                            : RefusedException.quoted(header.getKeyID())));
        }
        if (fitting.stream().noneMatch(key -> key.verifies(jws))) {
            throw wrong("a token with a wrong signature");
        }
    }

    // From here on the token is genuine.
    private Shown shown(Map<String, Object> claims, String clientIdentifier, long nowMillis)
            throws RefusedException {
        requireText(claims, "iss", settings.issuer());
        requireText(claims, "aud", settings.audience());
        long skew = settings.clockSkewMillis();
        Long expires = millis(claims, "exp");
        if (expires == null && settings.expiryRequired()) {
            throw notAllowed("its token never expires (no exp)");
        }
        if (expires != null && expires + skew <= nowMillis) {
            throw notAllowed("its token expired %d s ago".formatted((nowMillis - expires) / 1_000));
        }
        for (String claim : List.of("nbf", "iat")) {
            Long begins = millis(claims, claim);
            if (begins != null && begins - skew > nowMillis) {
                throw notAllowed(
                        "its token begins in %d s (%s)"
                                .formatted((begins - nowMillis) / 1_000, claim));
            }
        }
        requireClient(claims, clientIdentifier);
        String name = settings.userNameClaim();
        String rules = settings.rulesClaim();
        Grants grants =
                rules.isEmpty()
                        ? null
                        : Shown.rules(
                                claim(claims, rules),
                                "claim " + rules,
                                settings.limits().topicsMax());
        return new Shown(
                new Identity(
                        Shown.userName(claim(claims, name), "claim " + name),
                        settings.groupsClaim().isEmpty()
                                ? Set.of()
                                : Shown.groups(
                                        claim(claims, settings.groupsClaim()),
                                        "claim " + settings.groupsClaim(),
                                        settings.limits().groupsMax()),
                        grants),
                expires == null ? Shown.FOR_EVER : expires + skew);
    }

    private void requireText(Map<String, Object> claims, String claim, String wanted)
            throws RefusedException {
        Object given = claims.get(claim);
        if (wanted.isEmpty() || wanted.equals(given)) {
            return;
        }
        // An audience may be one of several.
        if (claim.equals("aud") && given instanceof Collection<?> all && all.contains(wanted)) {
            return;
        }
        throw notAllowed(
                "its token has %s %s; wanted: %s"
                        .formatted(claim, RefusedException.quoted(given), wanted));
    }

    private void requireClient(Map<String, Object> claims, String clientIdentifier)
            throws RefusedException {
        String claim = settings.clientIdentifierClaim();
        if (!claim.isEmpty() && !clientIdentifier.equals(claim(claims, claim))) {
            throw new RefusedException(
                    Kind.OTHER_CLIENT,
                    "by its token the Client Identifier is %s"
                            .formatted(RefusedException.quoted(claim(claims, claim))));
        }
    }

    // The claim of that name, or behind dots, as `realm_access.roles`.
    private static @Nullable Object claim(Map<?, ?> claims, String path) {
        Object whole = claims.get(path);
        int dot = path.indexOf('.');
        if (whole != null || dot < 0) {
            return whole;
        }
        return claims.get(path.substring(0, dot)) instanceof Map<?, ?> below
                ? claim(below, path.substring(dot + 1))
                : null;
    }

    // A time is a number of seconds, perhaps with a fraction.
    private static @Nullable Long millis(Map<String, Object> claims, String claim)
            throws RefusedException {
        Object given = claims.get(claim);
        if (given == null) {
            return null;
        }
        if (given instanceof Number seconds && Math.abs(seconds.doubleValue()) < 1e12) {
            return (long) (seconds.doubleValue() * 1_000);
        }
        throw notAllowed(
                "its token has %s %s, which is no time"
                        .formatted(claim, RefusedException.quoted(given)));
    }

    private static RefusedException wrong(String detail) {
        return new RefusedException(Kind.WRONG, "it shows " + detail);
    }

    private static RefusedException notAllowed(String detail) {
        return new RefusedException(Kind.NOT_ALLOWED, detail);
    }
}
