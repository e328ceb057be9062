package org.vencejo.broker.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.broker.identity.TokenKeys.WrongException;
import org.vencejo.transport.Authority;

/// Keys of tokens in files, good ones and wrong ones.
class TokenKeysTest {
    private static final String ALLOWED =
            "holds no public key that tokens can be signed with; allowed: RSA from 2048 bits, EC on P-256, P-384 or P-521, Ed25519, as PUBLIC KEY or CERTIFICATE in PEM or as JSON Web Keys";

    @TempDir private Path folder;

    private static String pem(String kind, byte[] bytes) {
        return "-----BEGIN %1$s-----\n%2$s\n-----END %1$s-----\n"
                .formatted(kind, Base64.getEncoder().encodeToString(bytes));
    }

    private static byte[] publicKey(String algorithm, int bits) {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance(algorithm);
            if (bits > 0) {
                generator.initialize(bits);
            }
            return generator.generateKeyPair().getPublic().getEncoded();
        } catch (java.security.GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void keysAndCertificatesMayStandInOneFile() throws Exception {
        String text =
                "Ours:\n"
                        + Signer.of("RS256").pem()
                        + Signer.of("ES384").pem()
                        + Signer.of("EdDSA").pem()
                        + Authority.named("signer").pem();
        assertThat(TokenKeys.publicKeys(text)).hasSize(4);
        assertThat(
                        TokenKeys.publicKeys(
                                "{\"keys\":[%s,%s,{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"},{\"kty\":\"OKP\",\"crv\":\"X25519\",\"x\":\"c2VjcmV0\"},{\"kty\":\"RSA\"},{\"kty\":\"new\"},7]}"
                                        .formatted(
                                                Signer.of("ES256").webKey("a"),
                                                Signer.of("EdDSA").webKey("b"))))
                .as("secrets and keys of other kinds are left out")
                .extracting(TokenKey::identifier)
                .containsExactly("a", "b");
    }

    static Stream<Arguments> wrong() {
        String many = ("," + Signer.of("EdDSA").webKey("k")).repeat(101).substring(1);
        return Stream.of(
                Arguments.of("", ALLOWED),
                Arguments.of("secret", ALLOWED),
                Arguments.of(
                        pem("RSA PUBLIC KEY", new byte[7]),
                        "holds a RSA PUBLIC KEY; allowed: PUBLIC KEY or CERTIFICATE"),
                Arguments.of(
                        pem("PRIVATE KEY", new byte[7]),
                        "holds a PRIVATE KEY; allowed: PUBLIC KEY or CERTIFICATE"),
                Arguments.of(
                        pem("PUBLIC KEY", new byte[7]),
                        "holds a PUBLIC KEY that is neither RSA, EC nor Ed25519"),
                Arguments.of(
                        pem("PUBLIC KEY", publicKey("X25519", 0)),
                        "holds a PUBLIC KEY that is neither RSA, EC nor Ed25519"),
                Arguments.of(pem("PUBLIC KEY", publicKey("RSA", 1_024)), ALLOWED),
                Arguments.of(pem("CERTIFICATE", new byte[7]), "holds a CERTIFICATE that is none"),
                Arguments.of("{}", "holds no JSON Web Key, and no set of them"),
                Arguments.of("{\"keys\":7}", "holds no JSON Web Key, and no set of them"),
                Arguments.of("{\"keys\":[{\"kty\":\"RSA\"}]}", ALLOWED),
                Arguments.of("{\"keys\":[]}", ALLOWED),
                Arguments.of("{\"kty\":\"oct\",\"k\":\"c2VjcmV0\"}", ALLOWED),
                Arguments.of("{\"keys\":[" + many + "]}", "holds more than 100 keys"));
    }

    @ParameterizedTest
    @MethodSource("wrong")
    void everyWrongKeyIsTold(String text, String said) {
        assertThatThrownBy(() -> TokenKeys.publicKeys(text))
                .isInstanceOf(WrongException.class)
                .hasMessage(said);
    }

    @Test
    void aSecretIsLongAndNoPublicKey() throws Exception {
        assertThat(TokenKeys.secret(("s".repeat(32) + "\r\n").getBytes(StandardCharsets.UTF_8)))
                .hasToString("[TokenKey[null, HMAC]]");
        assertThat(TokenKeys.secret(("{" + "s".repeat(32)).getBytes(StandardCharsets.UTF_8)))
                .as("any byte may be the first")
                .hasSize(1);
        for (String wrong : List.of("", "s".repeat(31) + "\n", "s".repeat(31))) {
            assertThatThrownBy(() -> TokenKeys.secret(wrong.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(WrongException.class)
                    .hasMessageContaining("allowed: at least 32 for HS256");
        }
        for (String key : List.of(Signer.of("RS256").pem(), Signer.of("RS256").webKey("k"))) {
            assertThatThrownBy(() -> TokenKeys.secret(key.getBytes(StandardCharsets.UTF_8)))
                    .isInstanceOf(WrongException.class)
                    .hasMessageContaining("which is no secret");
        }
        TokenKey short1 =
                TokenKeys.secret("s".repeat(47).getBytes(StandardCharsets.UTF_8)).getFirst();
        assertThat(Stream.of("HS256", "HS384", "HS512").filter(short1::isFor))
                .containsExactly("HS256");
    }

    @Test
    void filesAreReadAgainWhenTheyStandStillAndOneWithMistakesChangesNothing() throws IOException {
        Path file = Files.writeString(folder.resolve("keys.pem"), Signer.of("RS256").pem());
        Path secret = Files.writeString(folder.resolve("secret"), "s".repeat(32));
        List<String> mistakes = new ArrayList<>();
        KeyFiles files = new KeyFiles(List.of(file), secret);
        assertThat(files.read((path, detail) -> mistakes.add(detail))).isTrue();
        assertThat(files.keys()).hasSize(2);

        Files.writeString(file, Signer.of("RS256").pem() + Signer.of("ES256").pem());
        files.look();
        assertThat(files.keys()).as("it may still be written").hasSize(2);
        files.look();
        assertThat(files.keys()).hasSize(3);
        for (String wrong : List.of("", "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----")) {
            Files.writeString(file, wrong);
            files.look();
            files.look();
            assertThat(files.keys()).hasSize(3);
        }
        Files.delete(secret);
        files.readAgain();
        assertThat(files.keys()).hasSize(3);
        assertThat(
                        new KeyFiles(List.of(file), secret)
                                .read((path, detail) ->
                                        mistakes.add(path.getFileName() + ": " + detail)))
                .isFalse();
        assertThat(mistakes)
                .containsExactly(
                        "keys.pem: holds a PRIVATE KEY; allowed: PUBLIC KEY or CERTIFICATE",
                        "secret: there is no such file");
        Files.writeString(file, "x".repeat((1 << 20) + 1));
        mistakes.clear();
        new KeyFiles(List.of(file), null).read((path, detail) -> mistakes.add(detail));
        assertThat(mistakes).containsExactly("is larger than 1MB");
    }
}
