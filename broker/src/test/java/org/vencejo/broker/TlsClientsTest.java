package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.core.ClientCertificate;
import org.vencejo.core.Event;
import org.vencejo.core.Limits;
import org.vencejo.core.Server;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.transport.Authority;
import org.vencejo.transport.TlsFiles;
import org.vencejo.transport.TlsFiles.PeerCertificate;
import org.vencejo.transport.TlsFiles.Version;
import org.vencejo.transport.TlsPeer;
import org.vencejo.transport.TlsServer;

/// The server behind TLS: who comes in, what is known of them, and new files under live
/// connections.
@Timeout(120)
@ExtendWith(NoLeaks.class)
@ParameterizedClass(name = "io-threads {0}")
@ValueSource(ints = {1, 3})
class TlsClientsTest {
    private static final long AN_HOUR = 3_600_000_000_000L;
    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Authority AUTHORITY = Authority.named("an authority");

    private final int ioThreads;
    private final List<AutoCloseable> opened = new ArrayList<>();
    @TempDir private Path folder;

    TlsClientsTest(int ioThreads) {
        this.ioThreads = ioThreads;
    }

    @AfterEach
    void end() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
    }

    @Test
    void messagesGoThroughBothWaysAndBetweenListeners() throws Exception {
        ServerRig server = start(Limits.DEFAULTS);
        InetSocketAddress secure = secure(server, tls(PeerCertificate.OFF));
        RawClient subscriber = client(TlsPeer.trusting(AUTHORITY, null), secure);
        subscriber.connectAs("subscriber");
        subscriber.subscribe("t", QoS.AT_LEAST_ONCE);
        RawClient plain = server.connected("plain");
        opened.add(plain);
        for (int length : new int[] {0, 1, 100, 4_096, 70_000, 3_000_000}) {
            byte[] payload = new byte[length];
            java.util.Arrays.fill(payload, (byte) length);

            plain.publishAndAwait("t", payload);

            assertThat(subscriber.nextMessage().payload().toByteArray()).isEqualTo(payload);
        }
        plain.subscribe("back", QoS.AT_MOST_ONCE);
        subscriber.publishAndAwait("back", new byte[500_000]);
        assertThat(plain.nextMessage().payload().length()).isEqualTo(500_000);
    }

    @Test
    void whatTheClientHasShownIsKnownToWhoeverAsksItsConnection() throws Exception {
        ServerRig server = start(Limits.DEFAULTS);
        InetSocketAddress secure = secure(server, tls(PeerCertificate.OPTIONAL));
        Authority.Issued own = AUTHORITY.server("sensor 7", "sensor-7.example");

        client(TlsPeer.trusting(AUTHORITY, own), secure).connectAs("with");
        client(TlsPeer.trusting(AUTHORITY, null), secure).connectAs("without");

        assertThat(certificateOf(server, "with"))
                .isEqualTo(
                        new ClientCertificate(
                                "CN=sensor 7",
                                List.of("DNS:localhost", "IP:127.0.0.1", "DNS:sensor-7.example"),
                                "CN=an authority",
                                own.certificate().getSerialNumber().toString(16),
                                own.certificate().getNotAfter().toInstant().getEpochSecond()));
        assertThat(certificateOf(server, "without")).isNull();
    }

    @Test
    void whoIsTurnedAwayIsCountedAndTold() throws Exception {
        ServerRig server = start(Limits.DEFAULTS);
        InetSocketAddress secure = secure(server, tls(PeerCertificate.REQUIRED));
        try (Socket plain = new Socket(secure.getAddress(), secure.getPort())) {
            plain.getOutputStream().write(RawClient.bytes(RawClient.connect("plain")));
            readToTheEnd(plain);
        }
        assertThat(comesIn(TlsPeer.trusting(AUTHORITY, null), secure)).isFalse();
        assertThat(comesIn(TlsPeer.trusting(AUTHORITY, AUTHORITY.client("c")), secure)).isTrue();

        awaitTurnedAway(server, 2);
        assertThat(server.driver().traffic().failedHandshakes()).isEqualTo(2);
        assertThat(server.events())
                .filteredOn(Event.TurnedAway.class::isInstance)
                .extracting(EventLog::text)
                .satisfiesExactlyInAnyOrder(
                        it ->
                                assertThat(it)
                                        .matches(
                                                "a connection from 127.0.0.1:\\d+ at secure was turned away: TLS handshake: what came is no TLS"),
                        it ->
                                assertThat(it)
                                        .contains(" at secure was turned away: TLS handshake: "));
    }

    @Test
    void aHandshakeAndConnectHaveOneTimeTogether() throws Exception {
        ServerRig server = start(With.with(Limits.DEFAULTS, "connectTimeoutNanos", 2_000_000_000L));
        InetSocketAddress secure = secure(server, tls(PeerCertificate.OFF));
        try (Socket never = new Socket(secure.getAddress(), secure.getPort());
                SSLSocket noConnect = TlsPeer.trusting(AUTHORITY, null).connect(secure);
                RawClient control = client(TlsPeer.trusting(AUTHORITY, null), secure)) {
            control.connectAs("control");
            noConnect.startHandshake();
            assertThat(never.getInputStream().read()).isEqualTo(-1);
            assertThat(noConnect.getInputStream().read()).isEqualTo(-1);
            control.send(Pingreq.INSTANCE);
            assertThat(control.next()).isInstanceOf(Pingresp.class);
        }
        awaitTurnedAway(server, 1);
        assertThat(server.driver().traffic().failedHandshakes()).isEqualTo(1);
        assertThat(server.events())
                .extracting(EventLog::text)
                .anyMatch(it -> it.endsWith("TLS handshake: not complete within 2000 ms"));
    }

    @Test
    void aStopDoesNotWaitForHandshakes() throws Exception {
        ServerRig server = ServerRig.start(ioThreads, Limits.DEFAULTS);
        InetSocketAddress secure = secure(server, tls(PeerCertificate.OFF));
        try (Socket begun = new Socket(secure.getAddress(), secure.getPort());
                Socket unused = new Socket(secure.getAddress(), secure.getPort())) {
            RawClient client = client(TlsPeer.trusting(AUTHORITY, null), secure);
            assertThat(unused.isConnected()).isTrue();
            begun.getOutputStream().write(0x16);
            client.connectAs("c");

            var stopped = CompletableFuture.runAsync(server::close);

            assertThat(client.next()).isEqualTo(new Disconnect(ReasonCode.SERVER_SHUTTING_DOWN));
            assertThat(client.isClosed()).isTrue();
            assertThat(begun.getInputStream().read()).isEqualTo(-1);
            client.close();
            stopped.get(); // fails if somebody had to be cut
        }
    }

    @Test
    void aNewAuthorityCertificateAndListAreForWhoComesAndWhoIsRevokedIsEnded() throws Exception {
        exchangeAllUnder(50);
    }

    @Test
    @Tag("long")
    @Timeout(300)
    void theSameUnderAThousandConnections() throws Exception {
        exchangeAllUnder(1_000);
    }

    private void exchangeAllUnder(int many) throws Exception {
        ServerRig server = ServerRig.start(ioThreads, Limits.DEFAULTS, AN_HOUR);
        opened.add(server);
        addRefused(server);
        TlsServer tls = tls(PeerCertificate.REQUIRED);
        InetSocketAddress secure = secure(server, tls);
        CertificateWatch watch =
                new CertificateWatch(
                        List.of(new CertificateWatch.Watched("secure", tls)),
                        server.driver()::expelRevoked);
        opened.add(watch);
        List<Authority.Issued> certificates = new ArrayList<>();
        List<RawClient> clients = new ArrayList<>();
        for (int i = 0; i < many; i++) {
            certificates.add(AUTHORITY.client("client " + i));
            clients.add(client(TlsPeer.insisting(AUTHORITY, certificates.get(i)), secure));
            clients.get(i).connectAs("c" + i);
        }
        Authority.Issued stolen = certificates.get(7);

        Files.writeString(folder.resolve("crl"), AUTHORITY.revoking(Duration.ofDays(1), stolen));
        watch.look();

        assertThat(clients.get(7).next()).isEqualTo(new Disconnect(ReasonCode.NOT_AUTHORIZED));
        assertThat(clients.get(7).isClosed()).isTrue();
        assertThat(comesIn(TlsPeer.trusting(AUTHORITY, stolen), secure)).isFalse();
        assertThat(server.events())
                .extracting(EventLog::text)
                .anyMatch(it ->
                        it.startsWith("client c7 from ")
                                && it.endsWith("0x87 NOT_AUTHORIZED, its certificate is revoked"));

        Authority newer = Authority.named("a newer authority");
        newer.server("the new name").write(folder, "server");
        newer.write(folder, "ca.pem");
        Files.writeString(folder.resolve("crl"), newer.revoking(Duration.ofDays(1)));
        watch.look();

        assertThat(comesIn(TlsPeer.trusting(newer, newer.client("new")), secure)).isTrue();
        assertThat(comesIn(TlsPeer.trusting(AUTHORITY, certificates.get(8)), secure))
                .as("it does not trust the new authority, nor is it trusted")
                .isFalse();
        Files.writeString(folder.resolve("ca.pem"), "no certificate");
        watch.look();
        assertThat(comesIn(TlsPeer.trusting(newer, newer.client("new")), secure))
                .as("what was read before stays in force")
                .isTrue();
        clients.remove(7);
        for (RawClient each : clients) {
            each.send(Pingreq.INSTANCE);
            assertThat(each.next()).isInstanceOf(Pingresp.class);
        }
        assertThat(server.ask(Server::connectedClients)).isEqualTo(many - 1);
    }

    // ---- helpers ----

    private ServerRig start(Limits limits) throws IOException {
        ServerRig server = ServerRig.start(ioThreads, limits);
        opened.add(server);
        return server;
    }

    private TlsServer tls(PeerCertificate asked) throws IOException {
        boolean asks = asked != PeerCertificate.OFF;
        TlsServer tls =
                TlsServer.open(
                        new TlsFiles(
                                List.of(AUTHORITY.server("localhost").write(folder, "server")),
                                asked,
                                asks ? List.of(AUTHORITY.write(folder, "ca.pem")) : List.of(),
                                asks
                                        ? List.of(
                                                Authority.file(
                                                        folder,
                                                        "crl",
                                                        AUTHORITY.revoking(Duration.ofDays(1))))
                                        : List.of(),
                                Version.TLS_1_2),
                        "mqtt");
        opened.add(tls::close);
        return tls;
    }

    /// Those who are only told why they were refused are at each loop, before all others.
    private void addRefused(ServerRig server) throws IOException {
        Entry one = With.with(new Entry("one", null, null, null), "connectionsMax", 1);
        InetSocketAddress address = server.driver().bind(one, ANY);
        RawClient there = RawClient.connected(address, "there");
        for (int i = 0; i < ioThreads; i++) {
            opened.add(new RawClient(address));
        }
        while (server.driver().traffic().refusedConnections() < ioThreads) {
            Thread.onSpinWait();
        }
        there.close();
        server.await(Server::connections, 0);
    }

    private static InetSocketAddress secure(ServerRig server, TlsServer tls) throws IOException {
        return server.driver().bind("secure", ANY, tls, null);
    }

    private RawClient client(TlsPeer peer, InetSocketAddress address) throws IOException {
        RawClient client = new RawClient(peer.connect(address));
        opened.add(client);
        return client;
    }

    private static boolean comesIn(TlsPeer peer, InetSocketAddress address) throws IOException {
        try (RawClient client = new RawClient(peer.connect(address))) {
            client.send(RawClient.connect("one more"));
            return client.next() != null;
        } catch (SSLException | SocketException refused) {
            return false;
        }
    }

    private static void awaitTurnedAway(ServerRig server, int count) {
        while (server.events().stream().filter(Event.TurnedAway.class::isInstance).count()
                < count) {
            Thread.onSpinWait();
        }
    }

    private static ClientCertificate certificateOf(ServerRig server, String clientIdentifier) {
        return server.events().stream()
                .filter(Event.ClientConnected.class::isInstance)
                .map(Event.ClientConnected.class::cast)
                .filter(it -> it.clientIdentifier().equals(clientIdentifier))
                .findFirst()
                .orElseThrow()
                .connection()
                .peer()
                .clientCertificate();
    }

    private static void readToTheEnd(Socket socket) throws IOException {
        try {
            socket.getInputStream().readAllBytes();
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }
}
