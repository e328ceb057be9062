package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SSLException;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.core.Event;
import org.vencejo.core.Limits;
import org.vencejo.transport.Authority;
import org.vencejo.transport.Tls;
import org.vencejo.transport.TlsFiles;
import org.vencejo.transport.TlsFiles.PeerCertificate;
import org.vencejo.transport.TlsFiles.Version;
import org.vencejo.transport.TlsPeer;
import org.vencejo.transport.TlsServer;

/// What an operator reads of clients whose certificates are no good, by either engine.
@Timeout(120)
@ExtendWith(NoLeaks.class)
@ParameterizedClass(name = "{0}")
@ValueSource(strings = {"BoringSSL", "the JDK"})
class WrongCertificatesTest {
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Authority AUTHORITY = Authority.named("an authority");
    private static final Authority BETWEEN = AUTHORITY.lastBelow("between");
    private static final Authority.Issued REVOKED = AUTHORITY.client("sensor");

    @Parameter String engine;
    @TempDir private Path folder;

    @BeforeEach
    void choose() {
        System.setProperty("org.vencejo.tls.jdk", String.valueOf(engine.equals("the JDK")));
        assumeTrue(Tls.engine().equals(engine), "there is no BoringSSL here");
    }

    @AfterEach
    void chooseNoMore() {
        System.clearProperty("org.vencejo.tls.jdk");
    }

    /// What the JDK's engine says is in a column of its own where it is something else, as with
    /// what it finds before it looks at any certificate.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "good                  | it comes in |",
                "good, from between    | it comes in |",
                "none                  | error:.*:PEER_DID_NOT_RETURN_A_CERTIFICATE | \\(.+\\) Empty client certificate chain",
                "expired               | NotAfter: .+ |",
                "not yet valid         | NotBefore: .+ |",
                "self-signed           | unable to find valid certification path to requested target |",
                "of another authority  | unable to find valid certification path to requested target |",
                "of a namesake         | Signature does not match\\. |",
                "revoked               | Certificate has been revoked, reason: KEY_COMPROMISE, .+, authority: CN=an authority, .+ |",
                "for servers alone     | Extended key usage does not permit use for TLS client authentication |",
                "chain incomplete      | unable to find valid certification path to requested target |",
                "one authority too far | basic constraints check failed: pathLenConstraint violated - .+ |",
                "chain of eleven       | unable to find valid certification path to requested target | The certificate chain length \\(9\\) exceeds the maximum allowed length \\(8\\)",
            })
    void theLogSaysWhatIsWrong(String shown, String told, String toldByTheJdk) throws Exception {
        boolean good = told.equals("it comes in");
        String reason = engine.equals("the JDK") && toldByTheJdk != null ? toldByTheJdk : told;
        TlsPeer peer = TlsPeer.insisting(AUTHORITY, certificate(shown));
        try (ServerRig server = ServerRig.start(1, Limits.DEFAULTS)) {
            TlsServer tls = tls();
            InetSocketAddress secure = server.driver().bind("secure", ANY, tls, null);
            for (String version : List.of("TLSv1.2", "TLSv1.3")) {
                assertThat(comesIn(peer, secure, version)).as(version).isEqualTo(good);
            }
            List<String> log = turnedAway(server, good ? 0 : 2);
            assertThat(log)
                    .hasSize(good ? 0 : 2)
                    .allSatisfy(line ->
                            assertThat(line)
                                    .matches(
                                            "a connection from 127\\.0\\.0\\.1:\\d+ at secure was turned away: TLS handshake: "
                                                    + reason));
            tls.close();
        }
    }

    /// The lines of the log about the first `count`.
    private static List<String> turnedAway(ServerRig server, int count) {
        LogLines log = new LogLines(false);
        EventLog events = new EventLog(log);
        int told = 0;
        while (log.lines.size() < count || told < server.events().size()) {
            assertThat(Thread.interrupted()).as("the time of the test is up").isFalse();
            if (told == server.events().size()) {
                Thread.onSpinWait();
            } else if (server.events().get(told++) instanceof Event.TurnedAway it) {
                events.accept(it);
            }
        }
        return log.lines;
    }

    private static Authority.Issued certificate(String shown) {
        return switch (shown) {
            case "good" -> AUTHORITY.client("sensor");
            case "good, from between" -> BETWEEN.client("sensor");
            case "expired" -> AUTHORITY.lasting("sensor", Duration.ofDays(-1));
            case "not yet valid" -> AUTHORITY.beginningIn("sensor", Duration.ofDays(1));
            case "self-signed" -> Authority.selfSigned("sensor");
            case "of another authority" -> Authority.named("another authority").client("sensor");
            case "of a namesake" -> Authority.named("an authority").client("sensor");
            case "revoked" -> REVOKED;
            case "for servers alone" -> AUTHORITY.client("sensor", KeyPurposeId.id_kp_serverAuth);
            case "chain incomplete" -> BETWEEN.client("sensor").alone();
            case "one authority too far" -> BETWEEN.below("one too many").client("sensor");
            case "chain of eleven" -> eleven();
            case "none" -> null;
            default -> throw new IllegalArgumentException(shown);
        };
    }

    /// More than either engine goes along with.
    private static Authority.Issued eleven() {
        Authority last = AUTHORITY;
        for (int i = 0; i < 10; i++) {
            last = last.below("step " + i);
        }
        return last.client("sensor");
    }

    private TlsServer tls() throws IOException {
        String lists =
                AUTHORITY.revoking(Duration.ofDays(1), REVOKED)
                        + BETWEEN.revoking(Duration.ofDays(1));
        return TlsServer.open(
                new TlsFiles(
                        List.of(AUTHORITY.server("localhost").write(folder, "server")),
                        PeerCertificate.REQUIRED,
                        List.of(AUTHORITY.write(folder, "ca.pem")),
                        List.of(Authority.file(folder, "crl", lists)),
                        Version.TLS_1_2),
                "mqtt");
    }

    private static boolean comesIn(TlsPeer peer, InetSocketAddress address, String version)
            throws IOException {
        try (RawClient client = new RawClient(peer.connect(address, version))) {
            client.send(RawClient.connect("sensor"));
            return client.next() != null;
        } catch (SSLException | SocketException refused) {
            return false;
        }
    }
}
