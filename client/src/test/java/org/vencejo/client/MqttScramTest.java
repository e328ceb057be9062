package org.vencejo.client;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.ongres.scram.common.ClientFirstMessage;
import com.ongres.scram.common.ScramFunctions;
import com.ongres.scram.common.ScramMechanism;
import com.ongres.scram.common.ServerFinalMessage;
import com.ongres.scram.common.ServerFirstMessage;
import com.ongres.scram.common.StringPreparation;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.protocol.ReasonCode;

class MqttScramTest {
    private static final ScramMechanism MECHANISM = ScramMechanism.SCRAM_SHA_256;

    // The example of RFC 7677, section 3.
    private static final String NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final String TOGETHER = NONCE + "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String SERVER_FIRST =
            "r=" + TOGETHER + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    private static final String SERVER_LAST = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    private static MqttAuthentication.Exchange begun() throws Exception {
        return MqttScram.sha256("user", "pencil".getBytes(UTF_8), () -> NONCE).begin();
    }

    private static MqttAuthentication.Exchange proved() throws Exception {
        MqttAuthentication.Exchange exchange = begun();
        exchange.first();
        exchange.next(SERVER_FIRST.getBytes(UTF_8));
        return exchange;
    }

    @Test
    void theExampleOfTheStandardIsSpoken() throws Exception {
        MqttAuthentication.Exchange exchange = begun();
        assertThat(exchange.first()).asString().isEqualTo("n,,n=user,r=rOprNGfwEbeRWgbNEkqO");
        assertThat(exchange.next(SERVER_FIRST.getBytes(UTF_8)))
                .asString()
                .isEqualTo(
                        "c=biws,r=" + TOGETHER + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");
        exchange.accepted(SERVER_LAST.getBytes(UTF_8)); // or it throws
    }

    /// Somebody else's server, with names and passwords that are written in several ways.
    @ParameterizedTest
    @CsvSource({
        "ana,       clave",
        "'a=,b',    'c=,d'",
        "\u00F1and\u00FA, contrase\u00F1a",
        "ana,       contrasen\u0303a",
        "ana,       \u2168 \u00AA",
        "ana,       n\u0303\uD83D\uDE00", // prohibited, and so taken as it is
    })
    void anotherServerIsConvincedAndConvinces(String user, String password) throws Exception {
        var random = new SecureRandom();
        MqttAuthentication.Exchange exchange =
                MqttScram.sha256(user, password.getBytes(UTF_8)).begin();
        String said = new String(exchange.first(), UTF_8);
        String nonce = said.substring(said.lastIndexOf(",r=") + 3);
        var first = new ClientFirstMessage(user, nonce);
        assertThat(said).isEqualTo(first.toString());
        byte[] salt = ScramFunctions.salt(16, random);
        var server =
                new ServerFirstMessage(
                        nonce,
                        ScramFunctions.nonce(24, random),
                        Base64.getEncoder().encodeToString(salt),
                        5_000);
        String last = new String(exchange.next(server.toString().getBytes(UTF_8)), UTF_8);
        byte[] salted =
                ScramFunctions.saltedPassword(
                        MECHANISM,
                        StringPreparation.POSTGRESQL_PREPARATION,
                        password.toCharArray(),
                        salt,
                        5_000);
        String all = ScramFunctions.authMessage(first, server, null);
        byte[] proof = Base64.getDecoder().decode(last.substring(last.indexOf(",p=") + 3));
        byte[] storedKey =
                ScramFunctions.storedKey(MECHANISM, ScramFunctions.clientKey(MECHANISM, salted));
        assertThat(ScramFunctions.verifyClientProof(MECHANISM, proof, storedKey, all)).isTrue();
        byte[] signature =
                ScramFunctions.serverSignature(
                        MECHANISM, ScramFunctions.serverKey(MECHANISM, salted), all);
        exchange.accepted(new ServerFinalMessage(signature).toString().getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95H4=", // one bit
                "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95A==", // the beginning alone
                "v=",
                "v=%",
                "e=other-error",
                "x=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=",
                ""
            })
    void aServerWithoutTheSignatureIsNotSpokenWith(String last) throws Exception {
        MqttAuthentication.Exchange exchange = proved();
        assertThatThrownBy(() -> exchange.accepted(last.getBytes(UTF_8)))
                .isInstanceOf(MqttException.class);
        MqttAuthentication.Exchange silent = proved();
        assertThatThrownBy(() -> silent.accepted(null))
                .isInstanceOf(MqttException.class)
                .hasMessageContaining("gave no signature");
        proved().accepted(SERVER_LAST.getBytes(UTF_8));
        proved().accepted((SERVER_LAST + ",x=an extension").getBytes(UTF_8));
    }

    @Test
    void aServerThatAsksForNoProofIsNotSpokenWith() throws Exception {
        MqttAuthentication.Exchange exchange = begun();
        exchange.first();
        MqttException refused =
                catchThrowableOfType(
                        MqttException.class, () -> exchange.accepted(SERVER_LAST.getBytes(UTF_8)));
        assertThat(refused.reasonCode()).isEqualTo(ReasonCode.NOT_AUTHORIZED);
        assertThat(refused.sentence())
                .contains("did not show that it knows the password")
                .contains("asked for no proof");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "                                       | no nonce, salt and iterations",
                "x                                      | no nonce, salt and iterations",
                "m=must,r=NONCE+,s=QSXCR+Q6sek8bf92,i=4096 | a nonce, given was 'm=must'",
                "r=NONCE,s=QSXCR+Q6sek8bf92,i=4096      | does not go on from ours",
                "r=other+NONCE,s=QSXCR+Q6sek8bf92,i=4096 | does not go on from ours",
                "r=NONCE+,i=4096,s=QSXCR+Q6sek8bf92     | expected was a salt",
                "r=NONCE+,s=,i=4096                     | its salt is not Base64",
                "r=NONCE+,s=?,i=4096                    | its salt is not Base64",
                "r=NONCE+,s=QSXCR+Q6sek8bf92            | no nonce, salt and iterations",
                "r=NONCE+,s=QSXCR+Q6sek8bf92,i=4095     | wants 4095 iterations, and 4096 to",
                "r=NONCE+,s=QSXCR+Q6sek8bf92,i=1        | wants 1 iterations",
                "r=NONCE+,s=QSXCR+Q6sek8bf92,i=-4096    | wants -4096 iterations",
                "r=NONCE+,s=QSXCR+Q6sek8bf92,i=10000001 | wants 10000001 iterations",
                "r=NONCE+,s=QSXCR+Q6sek8bf92,i=99999999999 | wants 99999999999 iterations",
                "r=NONCE+,s=QSXCR+Q6sek8bf92,i=4e3      | wants 4e3 iterations",
                "e=unknown-user                         | no nonce, salt and iterations",
            })
    void aServerThatBreaksTheRulesGetsNoProof(String first, String why) throws Exception {
        MqttAuthentication.Exchange exchange = begun();
        exchange.first();
        String said = first == null ? "" : first.replace("NONCE", NONCE);
        MqttException refused =
                catchThrowableOfType(
                        MqttException.class, () -> exchange.next(said.getBytes(UTF_8)));
        assertThat(refused.reasonCode()).isEqualTo(ReasonCode.PROTOCOL_ERROR);
        assertThat(refused.sentence()).startsWith("the server broke SCRAM-SHA-256: ").contains(why);
        assertThat(proof(SERVER_FIRST)).isNotEmpty();
        assertThat(proof(SERVER_FIRST + ",x=an extension")).isNotEmpty();
    }

    private static byte[] proof(String serverFirst) throws Exception {
        MqttAuthentication.Exchange exchange = begun();
        exchange.first();
        return exchange.next(serverFirst.getBytes(UTF_8));
    }

    @Test
    void noSecondProofIsGiven() throws Exception {
        MqttAuthentication.Exchange exchange = proved();
        assertThatThrownBy(() -> exchange.next(SERVER_FIRST.getBytes(UTF_8)))
                .hasMessageContaining("more than the proof");
    }

    @Test
    void aNonceIsUsedOnce() throws Exception {
        MqttScram scram = MqttScram.sha256("user", "pencil".getBytes(UTF_8));
        String one = new String(scram.begin().first(), UTF_8);
        assertThat(one).matches("n,,n=user,r=[A-Za-z0-9+/]{24}");
        assertThat(scram.begin().first()).asString().isNotEqualTo(one);
    }

    @Test
    void thePasswordIsCopiedHiddenAndForgotten() throws Exception {
        byte[] password = "pencil".getBytes(UTF_8);
        MqttScram scram = MqttScram.sha256("user", password, () -> NONCE);
        password[0] = 'x';
        assertThat(scram.toString()).isEqualTo("MqttScram[SCRAM-SHA-256, user]");
        MqttAuthentication.Exchange exchange = scram.begin();
        exchange.first();
        exchange.next(SERVER_FIRST.getBytes(UTF_8));
        exchange.accepted(SERVER_LAST.getBytes(UTF_8));
        scram.close();
        MqttAuthentication.Exchange late = scram.begin();
        late.first();
        assertThatThrownBy(() -> late.next(SERVER_FIRST.getBytes(UTF_8)))
                .isInstanceOf(MqttException.class)
                .hasMessageContaining("it was closed");
    }

    @Test
    void whatCanBeNoUserOrPasswordIsRefusedWhenItIsGiven() {
        byte[] password = "pencil".getBytes(UTF_8);
        assertThat(MqttScram.sha256("\u00F1", password)).isNotNull();
        for (String user : new String[] {"", "a\u0007", "\u200B"}) {
            assertThatThrownBy(() -> MqttScram.sha256(user, password))
                    .isInstanceOf(MqttException.class)
                    .hasMessageContaining("no such user name");
        }
        assertThatThrownBy(() -> MqttScram.sha256("u", new byte[0]))
                .hasMessageContaining("given was an empty one");
        assertThatThrownBy(() -> MqttScram.sha256("u", "\u00AD".getBytes(UTF_8)))
                .hasMessageContaining("given was an empty one");
        assertThatThrownBy(
                        () -> MqttScram.sha256("u", "\u00F1".getBytes(StandardCharsets.ISO_8859_1)))
                .hasMessageContaining("UTF-8");
    }
}
