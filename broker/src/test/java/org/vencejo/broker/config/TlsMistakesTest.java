package org.vencejo.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.broker.config.BrokerConfig.Listener;
import org.vencejo.transport.Authority;
import org.vencejo.transport.TlsFiles;
import org.vencejo.transport.TlsFiles.PeerCertificate;
import org.vencejo.transport.TlsFiles.Version;
import org.vencejo.transport.WebSocketServer;

/// The sections of TLS in a configuration: what is read, and the exact lines for what is wrong.
class TlsMistakesTest {
    private static final Authority AUTHORITY = Authority.named("an authority");

    @TempDir private Path folder;

    @BeforeEach
    void makeFiles() {
        AUTHORITY.server("one").write(folder, "one");
        AUTHORITY.server("two").write(folder, "two");
        AUTHORITY.write(folder, "ca.pem");
        Authority.file(folder, "crl.pem", AUTHORITY.revoking(java.time.Duration.ofDays(1)));
        Authority other = Authority.named("other");
        other.write(folder, "other.pem");
        Authority.file(folder, "other.crl", other.revoking(java.time.Duration.ofDays(1)));
        Authority.file(folder, "text", "hello");
    }

    @Test
    void everyKeyIsRead() {
        Listener listener =
                listener(
                        """
                        listeners:
                          - transport: tls
                            name: sensors
                            address: 0.0.0.0
                            tls:
                              certificate: [F/one.pem, F/two.pem]
                              key: F/one.key, F/two.key
                              key-password-file: F/text
                              client-certificate: required
                              client-ca: [F/ca.pem, F/other.pem]
                              crl: F/crl.pem, F/other.crl
                              minimum-version: 1.3
                        allow-everything: true
                        """);
        assertThat(listener.transport()).isEqualTo(Transport.TLS);
        assertThat(listener.address().getPort()).isEqualTo(8_883);
        assertThat(listener.tls())
                .isEqualTo(
                        new TlsFiles(
                                List.of(keyPair("one"), keyPair("two")),
                                PeerCertificate.REQUIRED,
                                List.of(folder.resolve("ca.pem"), folder.resolve("other.pem")),
                                List.of(folder.resolve("crl.pem"), folder.resolve("other.crl")),
                                Version.TLS_1_3));
    }

    @Test
    void aPlainListenerHasNone() {
        Listener listener = listener("listeners: [{name: plain}]");
        assertThat(listener.transport()).isEqualTo(Transport.TCP);
        assertThat(listener.address().getPort()).isEqualTo(1_883);
        assertThat(listener.tls()).isNull();
    }

    @Test
    void onlyARequiredCertificateStandsForAPassword() {
        String yaml =
                """
                listeners:
                  - transport: tls
                    address: 0.0.0.0
                    tls:
                      certificate: F/one.pem
                      key: F/one.key
                      client-certificate: %s
                      client-ca: F/ca.pem
                allow-everything: true
                """;
        assertThat(lines(yaml.formatted("required"))).isEmpty();
        assertThat(lines(yaml.formatted("optional")))
                .containsExactly(
                        "f.yaml:3:14: listeners[0].address: given '0.0.0.0', which other machines can reach, and clients need no password; allowed: a loopback address, an entry of authentication with a file that 'vencejo passwd' makes, or writing down allow-anonymous: true");
    }

    @Test
    void whatIsMissingOrOfNoUseIsTold() {
        assertThat(
                        lines(
                                """
                                listeners:
                                  - transport: tls
                                    port: 1
                                  - tls: {certificate: F/one.pem}
                                    port: 2
                                  - transport: tls
                                    port: 3
                                    tls:
                                      certificate: F/one.pem, F/two.pem
                                      key: F/one.key
                                      client-certificate: optional
                                  - transport: tls
                                    port: 4
                                    tls:
                                      certificate: F/one.pem
                                      key: F/one.key
                                      client-ca: [F/ca.pem, F/other.pem]
                                      crl: F/crl.pem
                                      minimum-version: 1.1
                                  - transport: udp
                                    tls: {certificate: ','}
                                """))
                .containsExactly(
                        "f.yaml:2:5: listeners[0]: its transport is secure, but tls.certificate is missing; allowed: a file with a certificate",
                        "f.yaml:4:24: listeners[1].tls: given, but the listener's transport is tcp; allowed: with transport: tls or secure-websocket",
                        "f.yaml:10:12: listeners[2].tls.key: given 1 files for 2 certificates; allowed: a key for each certificate",
                        "f.yaml:11:27: listeners[2].tls.client-certificate: given 'optional', but client-ca is missing; allowed: with a file of those who sign the certificates of clients",
                        "f.yaml:17:18: listeners[3].tls.client-ca: given 'ca.pem, other.pem', but clients are not asked for a certificate; allowed: with client-certificate: optional or required",
                        "f.yaml:18:12: listeners[3].tls.crl: given 'crl.pem', but clients are not asked for a certificate; allowed: with client-certificate: optional or required",
                        "f.yaml:19:24: listeners[3].tls.minimum-version: given '1.1'; allowed: 1.2, 1.3",
                        "f.yaml:20:16: listeners[4].transport: given 'udp'; allowed: tcp, tls, websocket, secure-websocket, unix",
                        "f.yaml:21:24: listeners[4].tls.certificate: given ','; allowed: up to 16 texts with commas between them, of 4096 bytes of UTF-8 in all");
    }

    /// It would be read as two.
    @Test
    void noEntryOfAListHasAComma() {
        String yaml =
                """
                listeners:
                  - transport: tls
                    tls:
                      certificate:
                        - F/one.pem
                        - "F/Casa, S.A.pem"
                      key: F/one.key, F/two.key
                      client-certificate: required
                      client-ca:
                        - F/ca.pem
                        - F/b,c.pem
                """;
        assertThat(lines(yaml))
                .containsExactly(
                        "f.yaml:6:11: listeners[0].tls.certificate: given 'Casa, S.A.pem', which has a comma; allowed: entries without one",
                        "f.yaml:11:11: listeners[0].tls.client-ca: given 'b,c.pem', which has a comma; allowed: entries without one");
        assertThat(lines(yaml.replace("Casa, S.A.pem", "two.pem").replace("b,c.pem", "other.pem")))
                .isEmpty();
    }

    @Test
    void aWebSocketHasPathAndOrigins() {
        Listener listener =
                listener(
                        """
                        listeners:
                          - transport: secure-websocket
                            tls: {certificate: F/one.pem, key: F/one.key}
                            websocket: {path: /broker, origins: [https://a.example, 'https://B.example/']}
                        """);
        assertThat(listener.address().getPort()).isEqualTo(8_084);
        assertThat(listener.tls()).isNotNull();
        assertThat(listener.webSocket())
                .isEqualTo(
                        new WebSocketServer(
                                "/broker", Set.of("https://a.example", "https://b.example")));
        Listener plain = listener("listeners: [{transport: websocket}]");
        assertThat(plain.address().getPort()).isEqualTo(8_083);
        assertThat(plain.tls()).isNull();
        assertThat(plain.webSocket()).isEqualTo(new WebSocketServer("/mqtt", Set.of()));
        assertThat(
                        lines(
                                """
                                listeners:
                                  - transport: tcp
                                    websocket: {path: /mqtt}
                                  - transport: websocket
                                    websocket: {path: mqtt}
                                """))
                .containsExactly(
                        "f.yaml:3:23: listeners[0].websocket: given, but the listener's transport is tcp; allowed: with transport: websocket or secure-websocket",
                        "f.yaml:5:23: listeners[1].websocket.path: given 'mqtt'; allowed: the path of a URL, which begins with /, such as /mqtt");
    }

    @Test
    void whatIsWrongWithFilesIsToldAtTheirKeys() {
        assertThat(
                        lines(
                                """
                                listeners:
                                  - transport: tls
                                    tls:
                                      certificate: F/text
                                      key: F/none
                                      client-certificate: required
                                      client-ca: [F/ca.pem, F/text, F/none]
                                      crl: F/crl.pem, F/ca.pem
                                  - transport: tls
                                    port: 1
                                    tls:
                                      certificate: F/one.pem
                                      key: F/two.key
                                  - transport: tls
                                    port: 2
                                    tls:
                                      certificate: F/one.pem
                                      key-password-file: F/none
                                """))
                .containsExactly(
                        "f.yaml:4:20: listeners[0].tls.certificate: given 'text': it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)",
                        "f.yaml:5:12: listeners[0].tls.key: given 'none': there is no such file",
                        "f.yaml:7:18: listeners[0].tls.client-ca: given 'text': it holds no certificate in PEM (-----BEGIN CERTIFICATE-----)",
                        "f.yaml:7:18: listeners[0].tls.client-ca: given 'none': there is no such file",
                        "f.yaml:8:12: listeners[0].tls.crl: given 'ca.pem': it holds no revocation list (-----BEGIN X509 CRL-----)",
                        "f.yaml:13:12: listeners[1].tls.key: given 'two.key': it is not the key of the certificate in one.pem (CN=one)",
                        "f.yaml:18:26: listeners[2].tls.key-password-file: given 'none': there is no such file");
    }

    private TlsFiles.KeyPair keyPair(String name) {
        return new TlsFiles.KeyPair(
                folder.resolve(name + ".pem"),
                folder.resolve(name + ".key"),
                folder.resolve("text"));
    }

    private Path file(String yaml) {
        return Readings.file(folder, yaml.replace("F/", folder + "/"));
    }

    private Listener listener(String yaml) {
        return Readings.read(file(yaml), Map.of(), List.of(), null).broker().listeners().getFirst();
    }

    private List<String> lines(String yaml) {
        return Readings.lines(file(yaml), Map.of(), List.of(), null);
    }
}
