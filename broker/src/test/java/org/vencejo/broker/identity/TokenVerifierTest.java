package org.vencejo.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Every token that is right, and every one that is wrong, with what operators read of it.
class TokenVerifierTest {
    /// A second of the year 2026.
    private static final long NOW = 1_790_000_000;

    private static final Set<String> ALL =
            Set.of(
                    "HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512",
                    "ES256", "ES384", "ES512", "EdDSA");

    private static final TokenSettings SETTINGS = settings(ALL, true);

    private static final String GOOD =
            "{\"sub\":\"ana\",\"iss\":\"casa\",\"aud\":\"mqtt\",\"exp\":%d,\"dev\":\"c\"%%s}"
                    .formatted(NOW + 60);

    private static TokenSettings settings(Set<String> algorithms, boolean expiryRequired) {
        return new TokenSettings(
                algorithms,
                "casa",
                "mqtt",
                "sub",
                "dev",
                "realm.groups",
                "acl",
                expiryRequired,
                5_000,
                new TokenSettings.Limits(4_096, 3, 3));
    }

    private static String good(String more) {
        return GOOD.formatted(more);
    }

    private static Shown verify(Signer signer, String token) throws Exception {
        return verify(SETTINGS, keys(signer), token);
    }

    private static Shown verify(TokenSettings settings, @Nullable List<TokenKey> keys, String token)
            throws RefusedException {
        return new TokenVerifier(settings, () -> keys).verify(token, "c", NOW * 1_000);
    }

    private static List<TokenKey> keys(Signer signer) throws Exception {
        return signer.algorithm().startsWith("HS")
                ? TokenKeys.secret(signer.secret())
                : TokenKeys.publicKeys(signer.pem());
    }

    private static String refused(TokenSettings settings, List<TokenKey> keys, String token) {
        RefusedException refused =
                catchThrowableOfType(RefusedException.class, () -> verify(settings, keys, token));
        return refused == null ? "let in" : refused.kind() + ": " + refused.getMessage();
    }

    @ParameterizedTest
    @MethodSource
    void everyAlgorithmThatIsListedIsTaken(String algorithm) throws Exception {
        Signer signer = Signer.of(algorithm);
        String token = signer.token(good(""));
        assertThat(verify(signer, token).identity().userName()).isEqualTo("ana");
        if (!algorithm.startsWith("HS")) {
            List<TokenKey> web = TokenKeys.publicKeys("{\"keys\":[" + signer.webKey("k") + "]}");
            assertThat(verify(SETTINGS, web, token).identity().userName()).isEqualTo("ana");
        }
        // The control arms: not listed; a bit changed; another's key.
        TokenSettings others =
                settings(
                        Set.copyOf(ALL.stream().filter(each -> !each.equals(algorithm)).toList()),
                        true);
        assertThat(refused(others, keys(signer), token)).startsWith("WRONG: it shows a token by");
        String changed =
                token.substring(0, token.lastIndexOf('.') + 3)
                        + (token.charAt(token.lastIndexOf('.') + 3) == 'A' ? 'B' : 'A')
                        + token.substring(token.lastIndexOf('.') + 4);
        assertThat(refused(SETTINGS, keys(signer), changed))
                .isEqualTo("WRONG: it shows a token with a wrong signature");
        assertThat(refused(SETTINGS, keys(Signer.fresh(algorithm)), token))
                .isEqualTo("WRONG: it shows a token with a wrong signature");
    }

    static Stream<String> everyAlgorithmThatIsListedIsTaken() {
        return ALL.stream().sorted();
    }

    /// The example of RFC 8037, A.4, whose signature is right; what it signs are no claims.
    @Test
    void theEd25519ExampleOfTheRfcIsGenuine() throws Exception {
        List<TokenKey> keys =
                TokenKeys.publicKeys(
                        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\"}");
        String token =
                "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
        assertThat(refused(SETTINGS, keys, token))
                .isEqualTo("NOT_ALLOWED: its token holds no claims");
    }

    private static String row(String name, String token, String said) {
        return name + "\t" + token + "\t" + said;
    }

    static Stream<String> wrong() {
        Signer rs = Signer.of("RS256");
        String ok = rs.token(good(""));
        String[] parts = ok.split("\\.", -1);
        String claims = good("");
        String publicKeyAsSecret =
                "{\"alg\":\"HS256\"}"; // the oldest trick: the public key taken for a secret
        String input =
                Signer.base64(publicKeyAsSecret.getBytes(StandardCharsets.UTF_8)) + "." + parts[1];
        String tricked =
                input
                        + "."
                        + Signer.base64(
                                Signer.mac(
                                        "HmacSHA256",
                                        rs.pem().getBytes(StandardCharsets.UTF_8),
                                        input.getBytes(StandardCharsets.UTF_8)));
        String own =
                "{\"alg\":\"RS256\",\"jwk\":%s,\"jku\":\"https://evil.example\",\"x5u\":\"https://evil.example\"}"
                        .formatted(Signer.of("PS256").webKey("own"));
        return Stream.of(
                row(
                        "alg none",
                        Signer.base64("{\"alg\":\"none\"}".getBytes(StandardCharsets.UTF_8))
                                + "."
                                + parts[1]
                                + ".",
                        "WRONG: it shows what is no signed token"),
                row(
                        "alg None",
                        rs.token("{\"alg\":\"None\"}", claims),
                        "WRONG: it shows a token by 'None'; allowed are"),
                row("no alg", rs.token("{}", claims), "WRONG: it shows what is no signed token"),
                row(
                        "a public key as secret",
                        tricked,
                        "WRONG: it shows a token by a key that is not known, and that it does not name"),
                row(
                        "its own key in the header",
                        new Signer("RS256", Signer.of("PS256").keys(), new byte[0])
                                .token(own, claims),
                        "WRONG: it shows a token with a wrong signature"),
                row(
                        "a critical extension",
                        rs.token("{\"alg\":\"RS256\",\"crit\":[\"b64\"],\"b64\":false}", claims),
                        "WRONG: it shows a token by 'RS256' with critical extensions; allowed are"),
                row(
                        "another kid",
                        rs.token("{\"alg\":\"RS256\",\"kid\":\"k2\"}", claims),
                        "WRONG: it shows a token by a key that is not known, 'k2'"),
                row(
                        "a kid that would be a file",
                        rs.token("{\"alg\":\"RS256\",\"kid\":\"../../dev/null\\n\"}", claims),
                        "WRONG: it shows a token by a key that is not known, '../../dev/null?'"),
                row(
                        "no signature",
                        parts[0] + "." + parts[1] + ".",
                        "WRONG: it shows what is no signed token"),
                row(
                        "truncated",
                        ok.substring(0, ok.length() - 10),
                        "WRONG: it shows a token with a wrong signature"),
                row(
                        "claims of another",
                        parts[0]
                                + "."
                                + Signer.base64(good(",\"x\":1").getBytes(StandardCharsets.UTF_8))
                                + "."
                                + parts[2],
                        "WRONG: it shows a token with a wrong signature"),
                row(
                        "two parts",
                        parts[0] + "." + parts[1],
                        "WRONG: it shows what is no signed token"),
                row("five parts", ok + ".a.b", "WRONG: it shows what is no signed token"),
                row(
                        "a header that is no JSON",
                        "YQ." + parts[1] + "." + parts[2],
                        "WRONG: it shows what is no signed token"),
                row("empty", "..", "WRONG: it shows what is no signed token"),
                row(
                        "huge",
                        rs.token(good(",\"x\":\"" + "y".repeat(4_096) + "\"")),
                        "WRONG: it shows a token of"),
                row(
                        "expired",
                        rs.token(claims.replace("" + (NOW + 60), "" + (NOW - 5))),
                        "NOT_ALLOWED: its token expired 5 s ago"),
                row(
                        "never expires",
                        rs.token(
                                "{\"sub\":\"ana\",\"iss\":\"casa\",\"aud\":\"mqtt\",\"dev\":\"c\"}"),
                        "NOT_ALLOWED: its token never expires (no exp)"),
                row(
                        "exp is a text",
                        rs.token(claims.replace("" + (NOW + 60), "\"tomorrow\"")),
                        "NOT_ALLOWED: its token has exp 'tomorrow', which is no time"),
                row(
                        "exp is endless",
                        rs.token(claims.replace("" + (NOW + 60), "1e300")),
                        "NOT_ALLOWED: its token has exp"),
                row(
                        "nbf",
                        rs.token(good(",\"nbf\":" + (NOW + 6))),
                        "NOT_ALLOWED: its token begins in 6 s (nbf)"),
                row(
                        "iat",
                        rs.token(good(",\"iat\":" + (NOW + 600))),
                        "NOT_ALLOWED: its token begins in 600 s (iat)"),
                row(
                        "another issuer",
                        rs.token(claims.replace("casa", "evil")),
                        "NOT_ALLOWED: its token has iss 'evil'; wanted: casa"),
                row(
                        "several issuers",
                        rs.token(claims.replace("\"casa\"", "[\"casa\"]")),
                        "NOT_ALLOWED: its token has iss '[casa]'; wanted: casa"),
                row(
                        "no audience",
                        rs.token(claims.replace("\"aud\":\"mqtt\",", "")),
                        "NOT_ALLOWED: its token has aud 'null'; wanted: mqtt"),
                row(
                        "other audiences",
                        rs.token(claims.replace("\"mqtt\"", "[\"web\",\"mqt\"]")),
                        "NOT_ALLOWED: its token has aud '[web, mqt]'; wanted: mqtt"),
                row(
                        "another client",
                        rs.token(claims.replace("\"dev\":\"c\"", "\"dev\":\"d\"")),
                        "OTHER_CLIENT: by its token the Client Identifier is 'd'"),
                row(
                        "no client",
                        rs.token(claims.replace(",\"dev\":\"c\"", "")),
                        "OTHER_CLIENT: by its token the Client Identifier is 'null'"),
                row(
                        "no user name",
                        rs.token(claims.replace("\"sub\":\"ana\",", "")),
                        "NOT_ALLOWED: claim sub is missing"),
                row(
                        "an empty user name",
                        rs.token(claims.replace("ana", "")),
                        "NOT_ALLOWED: claim sub is no user name"),
                row(
                        "a user name with controls",
                        rs.token(claims.replace("ana", "a\\u0000")),
                        "NOT_ALLOWED: claim sub is no user name"),
                row(
                        "a user name that is a number",
                        rs.token(claims.replace("\"ana\"", "7")),
                        "NOT_ALLOWED: claim sub is no user name"),
                row(
                        "groups of numbers",
                        rs.token(good(",\"realm\":{\"groups\":[7]}")),
                        "NOT_ALLOWED: claim realm.groups is no list of names"),
                row(
                        "too many groups",
                        rs.token(good(",\"realm\":{\"groups\":[\"a\",\"b\",\"c\",\"d\"]}")),
                        "NOT_ALLOWED: claim realm.groups holds more than 3"),
                row(
                        "rules that are none",
                        rs.token(good(",\"acl\":\"all\"")),
                        "NOT_ALLOWED: claim acl holds wrong rules: rules is no list"),
                row(
                        "a rule with a misspelled key",
                        rs.token(good(",\"acl\":[{\"alow\":\"publish\",\"topics\":\"a\"}]")),
                        "NOT_ALLOWED: claim acl holds wrong rules: a key that no rule has"),
                row("claims that are a list", rs.token("[]"), "NOT_ALLOWED: its token"),
                row(
                        "claims of a deep nest",
                        rs.token("{\"a\":" + "[".repeat(1_000) + "]".repeat(1_000) + "}"),
                        "NOT_ALLOWED: its token"));
    }

    /// All of them by a key that knows its name, `k1`.
    @ParameterizedTest
    @MethodSource("wrong")
    void everyWrongTokenIsRefusedAndItsLineSaysWhy(String row) throws Exception {
        String[] columns = row.split("\t", -1);
        List<TokenKey> keys = TokenKeys.publicKeys(Signer.of("RS256").webKey("k1"));
        String said = refused(SETTINGS, keys, columns[1]);
        assertThat(said).startsWith(columns[2]);
        assertThat(said.length()).isLessThan(300);
        assertThat(verify(SETTINGS, keys, Signer.of("RS256").token(good("")))).isNotNull();
    }

    @Test
    void whatATokenSaysBecomesTheIdentity() throws Exception {
        Signer signer = Signer.of("ES256");
        Shown shown =
                verify(
                        signer,
                        signer.token(
                                good(
                                        ",\"nbf\":%d,\"iat\":%d.5,\"realm\":{\"groups\":[\"a\",\"b\"]},\"acl\":[{\"allow\":[\"publish\"],\"topics\":[\"x/%%u\"]}]"
                                                .formatted(NOW + 5, NOW - 9)
                                                .replace("%%", "%"))));
        assertThat(shown.untilMillis()).isEqualTo((NOW + 60) * 1_000 + 5_000);
        assertThat(shown.identity().groups()).containsExactlyInAnyOrder("a", "b");
        assertThat(String.valueOf(shown.identity().grants())).contains("[PUBLISH]", "x/%u");
        assertThat(shown.identity().remembered()).isFalse();
    }

    /// A right that the token does not give is none, where tokens give them.
    @Test
    void aTokenWithoutRulesGivesNone() throws Exception {
        Signer signer = Signer.of("ES256");
        assertThat(verify(signer, signer.token(good(""))).identity().grants()).hasToString("[]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"a b,c\"        | a b c",
                "\"\"             | ''",
                "[\"a b\"]        | a b",
                "null             | ''"
            })
    void groupsAreAListOrAText(String json, String groups) throws Exception {
        Signer signer = Signer.of("ES256");
        String token = signer.token(good(",\"realm\":{\"groups\":" + json + "}"));
        assertThat(
                        String.join(
                                " ",
                                verify(signer, token).identity().groups().stream()
                                        .sorted()
                                        .toList()))
                .isEqualTo(groups);
    }

    @Test
    void whatIsNotAskedForMayBeAnything() throws Exception {
        TokenSettings free =
                new TokenSettings(ALL, "", "", "name", "", "", "", false, 0, SETTINGS.limits());
        Signer signer = Signer.of("ES256");
        Shown shown = verify(free, keys(signer), signer.token("{\"name\":\"b/+\"}"));
        assertThat(shown.identity().userName()).isEqualTo("b/+");
        assertThat(shown.identity().grants()).isNull();
        assertThat(shown.untilMillis()).isEqualTo(Shown.FOR_EVER);
    }

    @Test
    void amongSeveralKeysTheOneOfItsNameCountsAndWithoutANameAnyThatFits() throws Exception {
        Signer one = Signer.of("ES256");
        Signer other = Signer.fresh("ES256");
        List<TokenKey> keys = new ArrayList<>(TokenKeys.publicKeys(other.webKey("other")));
        keys.addAll(TokenKeys.publicKeys(one.webKey("one")));
        assertThat(verify(SETTINGS, keys, one.token(good("")))).isNotNull();
        String named = "{\"alg\":\"ES256\",\"kid\":\"%s\"}";
        assertThat(verify(SETTINGS, keys, one.token(named.formatted("one"), good("")))).isNotNull();
        assertThat(refused(SETTINGS, keys, one.token(named.formatted("other"), good(""))))
                .isEqualTo("WRONG: it shows a token with a wrong signature");
    }

    @Test
    void withoutKeysNobodyComesIn() {
        assertThat(refused(SETTINGS, null, Signer.of("ES256").token(good(""))))
                .isEqualTo("AWAY: the keys of tokens are not known now");
    }

    /// A web key may say which algorithm it is for, and that it is not for signatures.
    @Test
    void whatAKeyIsForCounts() throws Exception {
        Signer signer = Signer.of("RS256");
        String key = signer.webKey("k");
        String token = signer.token(good(""));
        assertThat(
                        verify(
                                SETTINGS,
                                TokenKeys.publicKeys(
                                        key.replace("}", ",\"alg\":\"RS256\",\"use\":\"sig\"}")),
                                token))
                .isNotNull();
        assertThat(
                        refused(
                                SETTINGS,
                                TokenKeys.publicKeys(key.replace("}", ",\"alg\":\"RS512\"}")),
                                token))
                .startsWith("WRONG: it shows a token by a key that is not known");
        assertThat(TokenKeys.webKeys(key.replace("}", ",\"use\":\"enc\"}"))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"wonder", "a.b", "a.b.c.d", "a.b c.d", ".a.b", "a.b.c\n", "a.é.c", "", ".."})
    void aPasswordIsNoToken(String password) {
        assertThat(TokenVerifier.looksLikeOne(password.getBytes(StandardCharsets.UTF_8))).isFalse();
        assertThat(TokenVerifier.looksLikeOne("a-_Z9.b.c".getBytes(StandardCharsets.UTF_8)))
                .isTrue();
    }
}
