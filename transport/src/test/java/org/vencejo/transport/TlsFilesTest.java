package org.vencejo.transport;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.interfaces.ECPrivateKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.bouncycastle.asn1.nist.NISTObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.bouncycastle.openssl.jcajce.JcePEMEncryptorBuilder;
import org.bouncycastle.pkcs.PKCS12PfxPduBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS12SafeBagBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCS12MacCalculatorBuilder;
import org.bouncycastle.pkcs.jcajce.JcePKCSPBEOutputEncryptorBuilder;
import org.bouncycastle.util.io.pem.PemObject;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.transport.TlsFiles.PeerCertificate;
import org.vencejo.transport.TlsFiles.Version;

/// Certificates and keys in all forms that are in use, and what is said of those that are wrong.
class TlsFilesTest {
    private static final Authority AUTHORITY = Authority.named("an authority");
    private static final KeyPair RSA = Authority.rsaKeys();
    private static final KeyPair EC = Authority.ecKeys();
    private static final BouncyCastleProvider BOUNCY_CASTLE = new BouncyCastleProvider();
    private static final String PASSWORD = "correct horse";

    @TempDir private Path folder;

    /// The forms of a private key, named after the line that it begins with.
    enum Form {
        PKCS_8_RSA,
        PKCS_8_EC,
        PKCS_1_RSA,
        SEC_1_EC,
        ENCRYPTED_PKCS_8_RSA,
        ENCRYPTED_PKCS_8_EC,
        ENCRYPTED_PKCS_1_RSA,
        PKCS_12_EC;

        boolean isEncrypted() {
            return name().startsWith("ENCRYPTED") || this == PKCS_12_EC;
        }

        KeyPair keys() {
            return name().endsWith("RSA") ? RSA : EC;
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyFormOfAKeyIsRead(Form form) throws Exception {
        assertThat(troubles(files(form, PASSWORD))).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(names = {"ENCRYPTED_PKCS_8_RSA", "ENCRYPTED_PKCS_8_EC", "ENCRYPTED_PKCS_1_RSA"})
    void anEncryptedKeyNeedsItsPassword(Form form) throws Exception {
        assertThat(troubles(files(form, null)))
                .containsExactly(
                        "KEY it.key: its private key is encrypted, and no file with its password is given");
        assertThat(troubles(files(form, "wrong")))
                .containsExactly("KEY it.key: the password is not that of its private key");
    }

    @Test
    void aPkcs12FileNeedsItsPassword() throws Exception {
        assertThat(troubles(files(Form.PKCS_12_EC, null)))
                .containsExactly(
                        "CERTIFICATE it.pem: it is encrypted, and no file with its password is given");
        assertThat(troubles(files(Form.PKCS_12_EC, "wrong")))
                .containsExactly(
                        "CERTIFICATE it.pem: the password is not that of this PKCS#12 file");
    }

    @Test
    void aPkcs12FileNeedsACertificateForItsKey() throws Exception {
        byte[] file =
                new PKCS12PfxPduBuilder()
                        .addData(
                                new JcaPKCS12SafeBagBuilder(
                                                EC.getPrivate(),
                                                new JcePKCSPBEOutputEncryptorBuilder(
                                                                NISTObjectIdentifiers.id_aes256_CBC)
                                                        .setProvider(BOUNCY_CASTLE)
                                                        .build(PASSWORD.toCharArray()))
                                        .build())
                        .build(
                                new JcePKCS12MacCalculatorBuilder().setProvider(BOUNCY_CASTLE),
                                PASSWORD.toCharArray())
                        .getEncoded();
        Path it = Files.write(folder.resolve("it.pem"), file);
        Path password = Authority.file(folder, "password", PASSWORD);
        assertThat(troubles(new TlsFiles.KeyPair(it, null, password)))
                .containsExactly(
                        "CERTIFICATE it.pem: it is a PKCS#12 file without a certificate for its private key");
    }

    @Test
    void certificateAndKeyMayBeInOneFile() throws Exception {
        Path both =
                Authority.file(
                        folder,
                        "both.pem",
                        "some words before\n"
                                + Authority.keyPem(EC.getPrivate())
                                + AUTHORITY.of("it", EC).pem()
                                + AUTHORITY.pem());
        assertThat(troubles(new TlsFiles.KeyPair(both, null, null))).isEmpty();
    }

    @Test
    void allThatIsWrongIsToldAtOnce() throws Exception {
        Path notPem = Authority.file(folder, "not.pem", "hello");
        TlsFiles files =
                new TlsFiles(
                        List.of(
                                new TlsFiles.KeyPair(notPem, folder.resolve("missing.key"), null),
                                new TlsFiles.KeyPair(
                                        folder, notPem, folder.resolve("no.password"))),
                        PeerCertificate.REQUIRED,
                        List.of(notPem, folder.resolve("missing.pem")),
                        List.of(
                                Authority.file(folder, "wrong.crl", AUTHORITY.pem()),
                                Authority.file(
                                        folder,
                                        "right.crl",
                                        AUTHORITY.revoking(Duration.ofDays(1)))),
                        Version.TLS_1_2);
        assertThat(texts(files.troubles()))
                .containsExactly(
                        "CERTIFICATE not.pem: it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)",
                        "KEY missing.key: there is no such file",
                        "KEY_PASSWORD no.password: there is no such file",
                        "AUTHORITIES not.pem: it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)",
                        "AUTHORITIES missing.pem: there is no such file",
                        "REVOCATIONS wrong.crl: it holds no revocation list (-----BEGIN X509 CRL-----)");
    }

    @Test
    void aKeyThatDoesNotFitIsToldWithTheCertificate() throws Exception {
        TlsFiles.KeyPair files = AUTHORITY.of("it", EC).write(folder, "it");
        for (KeyPair other : List.of(Authority.ecKeys(), RSA)) {
            Authority.file(folder, "it.key", Authority.keyPem(other.getPrivate()));
            assertThat(troubles(files))
                    .containsExactly(
                            "KEY it.key: it is not the key of the certificate in it.pem (CN=it)");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "it                 |",
                "it between         |",
                "it between root    |",
                "between it root    | 1 (CN=between) is not signed by the one that follows (CN=it)",
                "it root between    | 1 (CN=it) is not signed by the one that follows (CN=root)",
                "it root            | 1 (CN=it) is not signed by the one that follows (CN=root)",
                "it between strange | 2 (CN=between) is not signed by the one that follows (CN=strange)",
                "it namesake root   | 1 (CN=it) is not signed by the one that follows (CN=between)",
                "it it between      | 1 (CN=it) is not signed by the one that follows (CN=it)",
            })
    void eachCertificateOfAChainIsSignedByTheNext(String chain, String told) throws Exception {
        Authority root = Authority.named("root");
        Authority between = root.below("between");
        Map<String, String> pems =
                Map.of(
                        "it", between.of("it", EC).pem(),
                        "between", between.pem(),
                        "namesake", root.below("between").pem(),
                        "root", root.pem(),
                        "strange", Authority.named("strange").pem());
        String text = Arrays.stream(chain.split(" ")).map(pems::get).collect(joining());
        Path certificates = Authority.file(folder, "it.pem", text);
        Path key = Authority.file(folder, "it.key", Authority.keyPem(EC.getPrivate()));
        List<String> troubles = troubles(new TlsFiles.KeyPair(certificates, key, null));
        assertThat(troubles)
                .isEqualTo(
                        told == null
                                ? List.of()
                                : List.of("CERTIFICATE it.pem: its certificate number " + told));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BEGIN PRIVATE KEY      | its private key is damaged, or of a kind that nobody knows",
                "BEGIN RSA PRIVATE KEY  | its private key is damaged: ",
                "BEGIN EC PRIVATE KEY   | its private key is damaged: ",
                "BEGIN PUBLIC KEY       | it holds no private key, but public key",
                "BEGIN                  | it holds no private key in PEM (-----BEGIN PRIVATE KEY-----)"
            })
    void aDamagedKeyIsTold(String begin, String told) throws Exception {
        TlsFiles.KeyPair files = AUTHORITY.of("it", EC).write(folder, "it");
        Authority.file(
                folder,
                "it.key",
                "-----%s-----\nAAECAwQFBgc=\n-----%s-----\n"
                        .formatted(begin, begin.replace("BEGIN", "END")));
        assertThat(troubles(files)).singleElement().asString().startsWith("KEY it.key: " + told);
    }

    @Test
    void aDamagedCertificateIsTold() throws Exception {
        TlsFiles.KeyPair files = AUTHORITY.of("it", EC).write(folder, "it");
        Authority.file(
                folder,
                "it.pem",
                "-----BEGIN CERTIFICATE-----\nAAECAwQFBgc=\n-----END CERTIFICATE-----\n");
        assertThat(troubles(files))
                .singleElement()
                .asString()
                .startsWith("CERTIFICATE it.pem: its certificate number 1 is damaged: ");
    }

    /// It may say that it is for servers alone, or for nobody.
    @ParameterizedTest
    @CsvSource({"'',", "X509,", "TRUSTED, TRUSTED CERTIFICATE"})
    void anAuthorityWithATrustOfItsOwnIsRefused(String kind, @Nullable String told)
            throws Exception {
        String pem =
                AUTHORITY
                        .pem()
                        .replace(" CERTIFICATE", (" " + kind).stripTrailing() + " CERTIFICATE");
        TlsFiles files =
                new TlsFiles(
                        List.of(AUTHORITY.of("it", EC).write(folder, "it")),
                        PeerCertificate.REQUIRED,
                        List.of(Authority.file(folder, "ca.pem", pem)),
                        List.of(),
                        Version.TLS_1_2);
        assertThat(texts(files.troubles()))
                .isEqualTo(
                        told == null
                                ? List.of()
                                : List.of(
                                        "AUTHORITIES ca.pem: its certificate number 1 is a "
                                                + told
                                                + ", and nothing here heeds what it is trusted for; allowed:"
                                                + " CERTIFICATE, which 'openssl x509' makes of it"));
    }

    /// As it is while somebody writes it: what is missing might be what revokes a client.
    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void aFileThatIsCutInABlockIsTold(int number) throws Exception {
        String one = AUTHORITY.pem();
        String two = Authority.named("another authority").pem();
        for (String text :
                number == 1
                        ? List.of(one.substring(0, 200), one.substring(0, 200) + "\n" + two)
                        : List.of(one + two.substring(0, 40), one + two.substring(0, 200))) {
            TlsFiles files =
                    new TlsFiles(
                            List.of(AUTHORITY.of("it", EC).write(folder, "it")),
                            PeerCertificate.REQUIRED,
                            List.of(Authority.file(folder, "ca.pem", text)),
                            List.of(),
                            Version.TLS_1_2);
            assertThat(texts(files.troubles()))
                    .containsExactly(
                            "AUTHORITIES ca.pem: its block number %d has no end: it is cut"
                                    .formatted(number));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "root                 |",
                "root other           |",
                "root between         |",
                "between              |",
                "root namesake        |",
                "root, namesake       |",
                "root, other, strange |",
                "other, root          |",
                "namesake             | 1.crl: its list of CN=root is not signed by the authority of that name in root.pem",
                "namesake between     | 1.crl: its list of CN=root is not signed by the authority of that name in root.pem",
                "other, namesake      | 2.crl: its list of CN=root is not signed by the authority of that name in root.pem",
                "root, strange        | 2.crl: its list of CN=other is not signed by the authority of that name in other.pem",
            })
    void aRevocationListIsOfAnAuthority(String files, String told) {
        Authority root = Authority.named("root");
        Authority other = Authority.named("other");
        Map<String, Authority> issuers =
                Map.of(
                        "root",
                        root,
                        "other",
                        other,
                        "between",
                        root.below("between"),
                        "namesake",
                        Authority.named("root"),
                        "strange",
                        Authority.named("other"));
        List<Path> lists = new ArrayList<>();
        for (String file : files.split(", ", -1)) {
            String text =
                    Arrays.stream(file.split(" ", -1))
                            .map(it -> issuers.get(it).revoking(Duration.ofDays(1)))
                            .collect(joining());
            lists.add(Authority.file(folder, lists.size() + 1 + ".crl", text));
        }
        TlsFiles all =
                new TlsFiles(
                        List.of(AUTHORITY.of("it", EC).write(folder, "it")),
                        PeerCertificate.REQUIRED,
                        List.of(root.write(folder, "root.pem"), other.write(folder, "other.pem")),
                        lists,
                        Version.TLS_1_2);
        assertThat(texts(all.troubles()))
                .isEqualTo(told == null ? List.of() : List.of("REVOCATIONS " + told));
    }

    @Test
    void whatIsWrongWithAnAuthorityInTwoFilesIsToldOnce() throws Exception {
        Authority root = Authority.named("root");
        String strange = Authority.named("root").revoking(Duration.ofDays(1));
        TlsFiles files =
                new TlsFiles(
                        List.of(AUTHORITY.of("it", EC).write(folder, "it")),
                        PeerCertificate.REQUIRED,
                        List.of(root.write(folder, "a.pem"), root.write(folder, "b.pem")),
                        List.of(Authority.file(folder, "1.crl", strange)),
                        Version.TLS_1_2);
        assertThat(texts(files.troubles()))
                .containsExactly(
                        "REVOCATIONS 1.crl: its list of CN=root is not signed by the authority of that name in a.pem");
    }

    @Test
    void aKeyThatOneEngineCannotUseIsRefused() throws Exception {
        KeyPair ed25519 = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        TlsFiles.KeyPair files = AUTHORITY.of("it", ed25519).write(folder, "it");
        assertThat(troubles(files))
                .containsExactly("KEY it.key: its private key is for EdDSA; allowed: RSA or EC");
    }

    @ParameterizedTest
    @CsvSource({
        "P90D, ''",
        "P31D, ''",
        "P29D, 'our certificate CN=it expires at '",
        "-P1D, 'our certificate CN=it has expired at '"
    })
    void anEndThatIsNearIsAWarningAndNoTrouble(Duration life, String warning) throws Exception {
        TlsFiles files = server(AUTHORITY.lasting("it", life).write(folder, "it"));
        assertThat(files.troubles()).isEmpty();
        TlsServer tls = TlsServer.open(files, "mqtt");
        try {
            assertThat(String.join(" ", tls.warnings(Instant.now()))).startsWith(warning);
            assertThat(tls.warnings(Instant.now())).hasSize(warning.isEmpty() ? 0 : 1);
        } finally {
            tls.close();
        }
    }

    @Test
    void aKeyIsNeverPrinted() throws Exception {
        Identity identity =
                Identity.read(AUTHORITY.of("it", EC).write(folder, "it"), new ArrayList<>());
        assertThat(identity).hasToString("Identity[CN=it]");
    }

    // ---- helpers ----

    private TlsFiles.KeyPair files(Form form, String password) throws Exception {
        Path passwordFile =
                password == null || !form.isEncrypted()
                        ? null
                        : Authority.file(folder, "password", password + "\nanother line\n");
        Authority.Issued issued = AUTHORITY.of("it", form.keys());
        TlsFiles.KeyPair files = issued.write(folder, "it");
        if (form == Form.PKCS_12_EC) {
            try (OutputStream out = Files.newOutputStream(files.certificate())) {
                issued.store(PASSWORD.toCharArray()).store(out, PASSWORD.toCharArray());
            }
            return new TlsFiles.KeyPair(files.certificate(), null, passwordFile);
        }
        Files.writeString(files.key(), pem(form, form.keys().getPrivate()));
        return new TlsFiles.KeyPair(files.certificate(), files.key(), passwordFile);
    }

    private static String pem(Form form, PrivateKey key) throws Exception {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter writer = new JcaPEMWriter(text)) {
            switch (form) {
                case PKCS_1_RSA -> writer.writeObject(key);
                // With the curve in it, as OpenSSL writes it.
                case SEC_1_EC ->
                        writer.writeObject(
                                new PemObject(
                                        "EC PRIVATE KEY",
                                        new org.bouncycastle.asn1.sec.ECPrivateKey(
                                                        256,
                                                        ((ECPrivateKey) key).getS(),
                                                        SECObjectIdentifiers.secp256r1)
                                                .getEncoded()));
                case ENCRYPTED_PKCS_1_RSA ->
                        writer.writeObject(
                                key,
                                new JcePEMEncryptorBuilder("AES-256-CBC")
                                        .setProvider(BOUNCY_CASTLE)
                                        .build(PASSWORD.toCharArray()));
                case ENCRYPTED_PKCS_8_RSA, ENCRYPTED_PKCS_8_EC ->
                        writer.writeObject(
                                new JcaPKCS8Generator(
                                        key,
                                        new JceOpenSSLPKCS8EncryptorBuilder(
                                                        JcaPKCS8Generator.AES_256_CBC)
                                                .setProvider(BOUNCY_CASTLE)
                                                .setPRF(JcaPKCS8Generator.PRF_HMACSHA256)
                                                .setPassword(PASSWORD.toCharArray())
                                                .build()));
                default -> writer.writeObject(new JcaPKCS8Generator(key, null));
            }
        }
        return text.toString();
    }

    private static TlsFiles server(TlsFiles.KeyPair own) {
        return new TlsFiles(
                List.of(own), PeerCertificate.OFF, List.of(), List.of(), Version.TLS_1_2);
    }

    private List<String> troubles(TlsFiles.KeyPair own) throws Exception {
        List<String> texts = texts(server(own).troubles());
        if (texts.isEmpty()) {
            TlsServer.open(server(own), "mqtt").close(); // the engine can use it, too
        }
        return texts;
    }

    private List<String> texts(List<TlsFiles.Trouble> troubles) {
        return troubles.stream()
                .map(it -> (it.part() + " " + it).replace(folder + "/", ""))
                .toList();
    }
}
