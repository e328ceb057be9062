package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.SocketException;
import java.nio.file.Path;
import java.time.Duration;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.transport.Authority;
import org.vencejo.transport.TlsPeer;

/// A whole broker whose files of TLS are exchanged while it runs: it looks at them by itself, and
/// when it is told to.
@Timeout(120)
@ExtendWith(NoLeaks.class)
class CertificateFilesTest {
    private static final Authority AUTHORITY = Authority.named("an authority");
    private static final Authority.Issued KEPT = AUTHORITY.client("kept");
    private static final Authority.Issued STOLEN = AUTHORITY.client("stolen");
    private static final Authority NEWER = Authority.named("a newer authority");

    @TempDir private Path folder;

    @BeforeEach
    void writeFiles() {
        write(AUTHORITY);
    }

    /// Its certificate, who may come, and who may not come any more.
    private void write(Authority authority, Authority.Issued... revoked) {
        authority.server("localhost").write(folder, "server");
        authority.write(folder, "ca.pem");
        revoke(authority, revoked);
    }

    private void revoke(Authority authority, Authority.Issued... revoked) {
        Authority.file(folder, "crl.pem", authority.revoking(Duration.ofDays(1), revoked));
    }

    private BrokerRig start() {
        return BrokerRig.start(
                folder,
                "listeners=[{port: 0, transport: tls, tls: {certificate: F/server.pem, key: F/server.key, client-certificate: required, client-ca: F/ca.pem, crl: F/crl.pem}}]"
                        .replace("F/", folder + "/"));
    }

    @Test
    void whoeverIsRevokedIsEndedWithoutAnybodyTellingTheBroker() throws IOException {
        try (BrokerRig broker = start();
                RawClient kept = client(broker, TlsPeer.trusting(AUTHORITY, KEPT));
                RawClient stolen = client(broker, TlsPeer.trusting(AUTHORITY, STOLEN))) {
            kept.connectAs("kept");
            stolen.connectAs("stolen");

            revoke(AUTHORITY, STOLEN);

            assertThat(stolen.next()).isEqualTo(new Disconnect(ReasonCode.NOT_AUTHORIZED));
            assertThat(stolen.isClosed()).isTrue();
            assertThat(comesIn(broker, TlsPeer.trusting(AUTHORITY, STOLEN))).isFalse();
            assertThat(comesIn(broker, TlsPeer.trusting(AUTHORITY, KEPT))).isTrue();
            assertIsThere(kept);
        }
    }

    @Test
    void aReloadTakesANewAuthorityAndEndsNobodyButTheRevoked() throws IOException {
        TlsPeer newer = TlsPeer.trusting(NEWER, NEWER.client("newer"));
        try (BrokerRig broker = start();
                RawClient kept = client(broker, TlsPeer.trusting(AUTHORITY, KEPT));
                RawClient stolen = client(broker, TlsPeer.trusting(AUTHORITY, STOLEN))) {
            kept.connectAs("kept");
            stolen.connectAs("stolen");
            assertThat(comesIn(broker, newer)).isFalse();

            revoke(AUTHORITY, STOLEN);
            broker.broker().reload();
            assertThat(stolen.next()).isEqualTo(new Disconnect(ReasonCode.NOT_AUTHORIZED));

            write(NEWER);
            broker.broker().reload();
            assertThat(comesIn(broker, newer)).isTrue();
            assertThat(comesIn(broker, TlsPeer.insisting(NEWER, KEPT)))
                    .as("it is of the authority before")
                    .isFalse();
            assertIsThere(kept);
        }
    }

    private static RawClient client(BrokerRig broker, TlsPeer peer) throws IOException {
        return new RawClient(peer.connect(broker.address(0)));
    }

    private static boolean comesIn(BrokerRig broker, TlsPeer peer) throws IOException {
        try (RawClient client = client(broker, peer)) {
            client.send(RawClient.connect("one more"));
            return client.next() != null;
        } catch (SSLException | SocketException refused) {
            return false;
        }
    }

    private static void assertIsThere(RawClient client) throws IOException {
        client.send(Pingreq.INSTANCE);
        assertThat(client.next()).isInstanceOf(Pingresp.class);
    }
}
