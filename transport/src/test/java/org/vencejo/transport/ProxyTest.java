package org.vencejo.transport;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.transport.TlsFiles.PeerCertificate;
import org.vencejo.transport.TlsFiles.Version;

/// Connections that come by a proxy, over real sockets: before MQTT, before TLS, before WebSocket.
@Timeout(60)
class ProxyTest {
    private static final long SECOND_NANOS = 1_000_000_000L;
    private static final InetSocketAddress ANY_PORT =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final String HEADER = "PROXY TCP4 192.0.2.7 198.51.100.1 51234 8883\r\n";

    @TempDir private Path folder;
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final BlockingQueue<String> turnedAway = new LinkedBlockingQueue<>();
    private final BlockingQueue<ProxyHeader> introduced = new LinkedBlockingQueue<>();
    private final BlockingQueue<Heard> connections = new LinkedBlockingQueue<>();
    private IoLoops loops;
    private TcpTransport transport;

    /// What the server says of whom a proxy names.
    private volatile String refusal;

    @BeforeEach
    void start() {
        loops = IoLoops.start(1, "test-io");
        transport = new TcpTransport(loops, 1 << 20, 256 << 10);
    }

    @AfterEach
    void stop() throws Exception {
        for (AutoCloseable each : opened.reversed()) {
            each.close();
        }
        loops.close();
    }

    @ParameterizedTest
    @CsvSource({"1", "10", "1000"})
    void whatIsBehindTheHeaderIsTheClients(int part) throws Exception {
        InetSocketAddress address =
                listen(new ProxyProtocol(ProxyTest::isAnybody, false), null, null);
        byte[] sent = (HEADER + "hello").getBytes(ISO_8859_1);
        try (Socket client = connect(address)) {
            client.setTcpNoDelay(true);
            for (int i = 0; i < sent.length; i += part) {
                client.getOutputStream().write(sent, i, Math.min(part, sent.length - i));
            }
            assertThat(client.getInputStream().readNBytes(5)).asString().isEqualTo("hello");
            assertThat(introduced.take().source())
                    .isEqualTo(new InetSocketAddress("192.0.2.7", 51_234));
            assertThat(loops.loops().getFirst().receivedBytes()).isEqualTo(5);
        }
        assertThat(connections.take().reason()).isEqualTo("closed by the peer");
        assertThat(turnedAway).isEmpty();
    }

    @Test
    void itComesBeforeTlsAndBeforeWebSocket() throws Exception {
        WebSocketServer webSocket = new WebSocketServer("/mqtt", java.util.Set.of());
        Authority authority = Authority.named("an authority");
        InetSocketAddress address =
                listen(new ProxyProtocol(ProxyTest::isAnybody, false), tls(authority), webSocket);
        Socket plain = connect(address);
        plain.getOutputStream().write(HEADER.getBytes(ISO_8859_1));
        SSLSocket secure =
                (SSLSocket)
                        TlsPeer.trusting(authority, authority.client("c"))
                                .context()
                                .getSocketFactory()
                                .createSocket(plain, "localhost", address.getPort(), true);
        try (WebSocketPeer client = new WebSocketPeer(secure)) {
            assertThat(client.upgrade()).startsWith("HTTP/1.1 101");
            client.sendBinary("hello".getBytes(ISO_8859_1));
            assertThat(client.bytes(5)).asString().isEqualTo("hello");
        }
        assertThat(connections.take().connection().peerCertificates()).hasSize(1);
        assertThat(introduced).hasSize(1);
    }

    @Test
    void whoComesFromElsewhereIsTurnedAwayWhateverHeSays() throws Exception {
        InetSocketAddress address = listen(new ProxyProtocol(remote -> false, true), null, null);
        for (String said : List.of(HEADER + "hello", "hello", "")) {
            try (Socket client = connect(address)) {
                write(client, said);
                assertThat(isAtItsEnd(client)).isTrue();
            }
            assertThat(nextTurnedAway())
                    .isEqualTo("PROXY: its address is not one of those that proxies come from");
        }
        assertThat(introduced).as("nobody believed it").isEmpty();
    }

    @Test
    void theAddressOfTheSocketDecidesWhoIsAProxy() throws Exception {
        List<SocketAddress> asked = new java.util.concurrent.CopyOnWriteArrayList<>();
        InetSocketAddress address =
                listen(new ProxyProtocol(remote -> asked.add(remote), false), null, null);
        try (Socket client = connect(address)) {
            write(client, HEADER + "h");
            assertThat(client.getInputStream().read()).isEqualTo('h');
            assertThat(asked).containsExactly(client.getLocalSocketAddress());
        }
    }

    @Test
    void withoutAHeaderNobodyComesIn() throws Exception {
        InetSocketAddress address =
                listen(new ProxyProtocol(ProxyTest::isAnybody, false), null, null);
        try (Socket client = connect(address)) {
            write(client, "hello");
            assertThat(isAtItsEnd(client)).isTrue();
        }
        assertThat(nextTurnedAway())
                .isEqualTo("PROXY: there is none: what came begins with 68656c6c6f");
        try (Socket client = connect(address)) {
            write(client, HEADER.substring(0, 20));
            client.shutdownOutput();
            assertThat(isAtItsEnd(client)).isTrue();
        }
        assertThat(nextTurnedAway()).isEqualTo("PROXY: closed by the peer");
    }

    @Test
    void aHeaderThatDoesNotComeEndsTheConnection() throws Exception {
        var listener =
                transport.listen(
                        ANY_PORT,
                        new Door(
                                new ProxyProtocol(ProxyTest::isAnybody, false),
                                null,
                                null,
                                () -> SECOND_NANOS / 20),
                        (loop, remote) -> heard());
        opened.add(listener);
        try (Socket client = connect(listener.localAddress())) {
            write(client, "PROXY ");
            assertThat(isAtItsEnd(client)).isTrue();
        }
        assertThat(nextTurnedAway()).isEqualTo("PROXY: not complete within 50 ms");
    }

    @Test
    void theClientBehindItMayBeUnwelcome() throws Exception {
        InetSocketAddress address =
                listen(new ProxyProtocol(ProxyTest::isAnybody, false), null, null);
        refusal = "its address is banned";
        try (Socket client = connect(address)) {
            write(client, HEADER + "hello");
            assertThat(isAtItsEnd(client)).isTrue();
        }
        assertThat(nextTurnedAway()).isEqualTo("PROXY: its address is banned");
        assertThat(introduced.take().source()).isNotNull();
        assertThat(loops.loops().getFirst().receivedBytes()).as("to who handles it").isZero();
    }

    @ParameterizedTest
    @CsvSource({"true, sensor-7", "false, "})
    void itsWordForACertificateCountsIfItIsBelieved(boolean believed, String name)
            throws Exception {
        InetSocketAddress address =
                listen(new ProxyProtocol(ProxyTest::isAnybody, believed), null, null);
        byte[] header =
                java.util.HexFormat.of()
                        .parseHex(
                                "0d0a0d0a000d0a515549540a"
                                        + "2111001f"
                                        + "c0000207c6336401c82222b3"
                                        + "200010"
                                        + "0300000000"
                                        + "220008"
                                        + "73656e736f722d37");
        try (Socket client = connect(address)) {
            client.getOutputStream().write(header);
            assertThat(introduced.take().certificateName()).isEqualTo(name);
        }
    }

    // ---- helpers

    private InetSocketAddress listen(ProxyProtocol proxy, TlsServer tls, WebSocketServer webSocket)
            throws IOException {
        var listener =
                transport.listen(
                        ANY_PORT,
                        new Door(proxy, tls, webSocket, () -> 30 * SECOND_NANOS),
                        (loop, remote) -> heard());
        opened.add(listener);
        return listener.localAddress();
    }

    private Heard heard() {
        Heard heard = Heard.echo();
        heard.turnedAway = turnedAway::add;
        heard.introduced =
                header -> {
                    introduced.add(header);
                    return refusal;
                };
        connections.add(heard);
        return heard;
    }

    private TlsServer tls(Authority authority) throws TlsException {
        TlsServer tls =
                TlsServer.open(
                        new TlsFiles(
                                List.of(authority.server("localhost").write(folder, "server")),
                                PeerCertificate.REQUIRED,
                                List.of(authority.write(folder, "ca.pem")),
                                List.of(),
                                Version.TLS_1_2),
                        "http/1.1");
        opened.add(tls::close);
        return tls;
    }

    private static boolean isAnybody(SocketAddress remote) {
        return true;
    }

    private static Socket connect(InetSocketAddress address) throws IOException {
        Socket socket = new Socket(address.getAddress(), address.getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    private static void write(Socket client, String text) throws IOException {
        try {
            client.getOutputStream().write(text.getBytes(ISO_8859_1));
        } catch (java.net.SocketException gone) {
            // it was quicker
        }
    }

    private static boolean isAtItsEnd(Socket client) throws IOException {
        try {
            return client.getInputStream().read() < 0;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    private String nextTurnedAway() throws InterruptedException {
        String reason = turnedAway.poll(30, TimeUnit.SECONDS);
        return reason == null ? "nobody" : reason;
    }
}
