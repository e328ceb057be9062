package org.vencejo.broker.config;

import static org.vencejo.broker.config.Units.HOUR;
import static org.vencejo.broker.config.Units.SECOND;

import java.util.List;
import org.vencejo.broker.config.ValueType.Flag;
import org.vencejo.broker.config.ValueType.Quantity;
import org.vencejo.broker.config.ValueType.Text;
import org.vencejo.broker.config.ValueType.Texts;
import org.vencejo.broker.config.ValueType.Url;

/// The keys of signed tokens as a way to know clients. A part of the table of [Keys]. Immutable.
final class JwtKeys {
    static final Key<List<String>> ALGORITHMS =
            Key.of(
                    "authentication[].jwt.algorithms",
                    new Texts(16, 256),
                    List.of(),
                    "What tokens are signed by: `HS256`, `HS384`, `HS512`, `RS256`, `RS384`, `RS512`, `PS256`,"
                            + " `PS384`, `PS512`, `ES256`, `ES384`, `ES512`, `EdDSA`. Tokens by others, or by"
                            + " none, are wrong.");
    static final Key<List<String>> KEYS =
            Key.of(
                    "authentication[].jwt.keys",
                    new Texts(16, 4_096),
                    List.of(),
                    "Files with the public keys, as PUBLIC KEY or CERTIFICATE in PEM or as JSON Web Keys; read"
                            + " again when they change and at SIGHUP.");
    static final Key<String> SECRET_FILE =
            Key.of(
                    "authentication[].jwt.secret-file",
                    new Text(4_096),
                    "",
                    "A file with the secret for `HS256`, `HS384` and `HS512`: at least 32, 48 or 64 bytes,"
                            + " of which a line feed at the end is none.");
    static final Key<String> JWKS_URL =
            Key.of(
                    "authentication[].jwt.jwks-url",
                    new Url(2_048),
                    "",
                    "Where the public keys are fetched as a set of JSON Web Keys, by `https`, or `http` from"
                            + " this machine; at the start, every `jwks-refresh`, and when a token names a"
                            + " key that is not known, at most every 10 s.");
    static final Key<String> JWKS_CA =
            Key.of(
                    "authentication[].jwt.jwks-ca",
                    new Text(4_096),
                    "",
                    "The certificates, in PEM, of those who sign the certificate of `jwks-url`; those that"
                            + " the JDK knows if empty.");
    static final Key<Long> JWKS_REFRESH =
            Key.of(
                    "authentication[].jwt.jwks-refresh",
                    Quantity.time(10 * SECOND, 24 * HOUR),
                    10 * 60 * SECOND,
                    "How often the keys are fetched.");
    static final Key<Long> JWKS_KEPT =
            Key.of(
                    "authentication[].jwt.jwks-kept",
                    Quantity.time(10 * SECOND, 30 * 24 * HOUR),
                    24 * HOUR,
                    "How long keys hold that cannot be fetched again; then nobody comes in until they"
                            + " can.");
    static final Key<String> ISSUER =
            Key.of(
                    "authentication[].jwt.issuer",
                    new Text(1_024),
                    "",
                    "What a token has to say in `iss`; anything if empty.");
    static final Key<String> AUDIENCE =
            Key.of(
                    "authentication[].jwt.audience",
                    new Text(1_024),
                    "",
                    "What a token has to say in `aud`, alone or among others; anything if empty, so that"
                            + " tokens for other services come in, too.");
    static final Key<String> USER_NAME_CLAIM =
            Key.of(
                    "authentication[].jwt.user-name-claim",
                    new Text(256),
                    "sub",
                    "The claim with the user name. This and the next may name one inside another, with a"
                            + " dot: `realm_access.roles`.");
    static final Key<String> CLIENT_IDENTIFIER_CLAIM =
            Key.of(
                    "authentication[].jwt.client-identifier-claim",
                    new Text(256),
                    "",
                    "The claim with the Client Identifier that the client has to have; any if empty.");
    static final Key<String> GROUPS_CLAIM =
            Key.of(
                    "authentication[].jwt.groups-claim",
                    new Text(256),
                    "",
                    "The claim with the groups that access rules speak of, as a list, or as a text with"
                            + " spaces or commas; none if empty.");
    static final Key<String> RULES_CLAIM =
            Key.of(
                    "authentication[].jwt.rules-claim",
                    new Text(256),
                    "",
                    "The claim with access rules of the client's own, which are asked behind those of"
                            + " `access-rules`; none if empty.");
    static final Key<Boolean> EXPIRY_REQUIRED =
            Key.of(
                    "authentication[].jwt.expiry-required",
                    new Flag(),
                    true,
                    "Whether a token has to have an end, `exp`.");
    static final Key<Long> CLOCK_SKEW =
            Key.of(
                    "authentication[].jwt.clock-skew",
                    Quantity.time(0, 5 * 60 * SECOND),
                    30 * SECOND,
                    "How far the clock of who signs may be from this machine's.");

    static final List<Key<?>> ALL =
            List.of(
                    ALGORITHMS,
                    KEYS,
                    SECRET_FILE,
                    JWKS_URL,
                    JWKS_CA,
                    JWKS_REFRESH,
                    JWKS_KEPT,
                    ISSUER,
                    AUDIENCE,
                    USER_NAME_CLAIM,
                    CLIENT_IDENTIFIER_CLAIM,
                    GROUPS_CLAIM,
                    RULES_CLAIM,
                    EXPIRY_REQUIRED,
                    CLOCK_SKEW);

    private JwtKeys() {}
}
