package org.vencejo.testing.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.Authenticator;
import org.vencejo.broker.Authenticators;
import org.vencejo.broker.Entry;
import org.vencejo.broker.MemoryJournal;
import org.vencejo.broker.ServerDriver;
import org.vencejo.core.AccessRules;
import org.vencejo.core.ClientCertificate;
import org.vencejo.core.Event;
import org.vencejo.core.Peer;
import org.vencejo.core.Recovered;
import org.vencejo.core.ServerSettings;
import org.vencejo.transport.Authority;
import org.vencejo.transport.ProxyProtocol;
import org.vencejo.transport.TlsFiles;
import org.vencejo.transport.TlsFiles.PeerCertificate;
import org.vencejo.transport.TlsFiles.Version;
import org.vencejo.transport.TlsPeer;
import org.vencejo.transport.TlsServer;
import org.vencejo.transport.WebSocketPeer;
import org.vencejo.transport.WebSocketServer;

/// Clients that come by HAProxy: the real one, in front of us.
@Timeout(120)
class HaProxyTest {
    private static final Authority AUTHORITY = Authority.named("an authority");

    /// Where clients are; the proxy is at 127.0.0.1.
    private static final String CLIENTS = "127.0.0.2";

    private static final InetSocketAddress ANY =
            new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    /// A CONNECT of 3.1.1, and the CONNACK to it.
    private static final byte[] CONNECT =
            HexFormat.of().parseHex("100d00044d5154540402000000" + "0173");

    private static final byte[] CONNACK = HexFormat.of().parseHex("20020000");

    @TempDir private Path folder;
    private final List<Event> events = new CopyOnWriteArrayList<>();
    private ServerDriver driver;
    private TlsServer tls;
    private HaProxy proxy;

    @BeforeEach
    void start() throws Exception {
        Path program = Program.find("haproxy");
        assumeTrue(program != null, "interop with HAProxy: not installed");
        driver =
                ServerDriver.start(
                        new ServerDriver.Parts(
                                ServerSettings.DEFAULTS,
                                AccessRules.OPEN,
                                Authenticators.of(Authenticator.ANONYMOUS),
                                new MemoryJournal(),
                                new MemoryJournal(),
                                Recovered.NOTHING,
                                1,
                                events::add),
                        1);
        tls =
                TlsServer.open(
                        new TlsFiles(
                                List.of(AUTHORITY.server("localhost").write(folder, "server")),
                                PeerCertificate.OPTIONAL,
                                AUTHORITY.write(folder, "ca.pem"),
                                null,
                                Version.TLS_1_2),
                        "mqtt");
        int plain = bind(true, null, null);
        int doubting = bind(false, null, null);
        int secure = bind(true, tls, null);
        int webSocket = bind(true, tls, new WebSocketServer("/mqtt", Set.of()));
        // HAProxy wants the certificate and the key in one file, or the key beside it.
        java.nio.file.Files.copy(folder.resolve("server.key"), folder.resolve("server.pem.key"));
        String ends =
                "bind PORT ssl crt %s ca-file %s verify optional\n"
                        .formatted(folder.resolve("server.pem"), folder.resolve("ca.pem"));
        String all =
                "send-proxy-v2 proxy-v2-options ssl,cert-cn,ssl-cipher,cert-sig,cert-key,authority,crc32c";
        Map<String, String> ways = new LinkedHashMap<>();
        ways.put("v1", "bind PORT\nserver b 127.0.0.1:%d send-proxy".formatted(plain));
        ways.put("v2", "bind PORT\nserver b 127.0.0.1:%d send-proxy-v2".formatted(plain));
        ways.put(
                "everything",
                "bind PORT\nunique-id-format %%{+X}o\\ %%ci\nserver b 127.0.0.1:%d %s,unique-id"
                        .formatted(plain, all));
        ways.put("ends-tls", ends + "server b 127.0.0.1:%d %s".formatted(plain, all));
        ways.put("doubted", ends + "server b 127.0.0.1:%d %s".formatted(doubting, all));
        ways.put("tls", "bind PORT\nserver b 127.0.0.1:%d send-proxy-v2".formatted(secure));
        ways.put("wss", "bind PORT\nserver b 127.0.0.1:%d send-proxy".formatted(webSocket));
        ways.put(
                "checked",
                "bind PORT\nserver b 127.0.0.1:%d send-proxy-v2 check check-send-proxy inter 20ms"
                        .formatted(plain));
        ways.put("mute", "bind PORT\nserver b 127.0.0.1:%d".formatted(plain));
        proxy = HaProxy.start(program, folder, ways);
    }

    @AfterEach
    void stop() throws Exception {
        if (proxy != null) {
            proxy.end();
        }
        if (driver != null) {
            driver.stop(10_000_000_000L);
            tls.close();
        }
        assertThat(events).noneMatch(Event.Fault.class::isInstance);
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2", "everything"})
    void theClientsAddressIsKnown(String way) throws Exception {
        try (Socket client = connect(way)) {
            comesIn(client);
            assertThat(peer().remoteAddress()).isEqualTo(CLIENTS + ":" + client.getLocalPort());
        }
    }

    @ParameterizedTest
    @CsvSource({
        // the way, whether the client shows a certificate, who it is
        "ends-tls, true, CN=sensor-7",
        "ends-tls, false, ",
        "doubted, true, ",
        "tls, true, CN=sensor-7",
        "tls, false, "
    })
    void theClientsCertificateIsKnown(String way, boolean shown, String subject) throws Exception {
        try (Socket plain = connect(way);
                Socket client = secure(plain, shown)) {
            comesIn(client);
            ClientCertificate certificate = peer().clientCertificate();
            assertThat(certificate == null ? null : certificate.subject()).isEqualTo(subject);
            assertThat(peer().remoteAddress()).isEqualTo(CLIENTS + ":" + plain.getLocalPort());
        }
    }

    @Test
    void webSocketIsBehindIt() throws Exception {
        try (Socket plain = connect("wss");
                WebSocketPeer client = new WebSocketPeer(secure(plain, false))) {
            assertThat(client.upgrade()).startsWith("HTTP/1.1 101");
            client.sendBinary(CONNECT);
            assertThat(client.bytes(4)).isEqualTo(CONNACK);
            assertThat(peer().remoteAddress()).isEqualTo(CLIENTS + ":" + plain.getLocalPort());
        }
    }

    @Test
    void itMaySeeWhetherWeAreAlive() throws Exception {
        long before = driver.traffic().acceptedConnections();
        while (driver.traffic().acceptedConnections() < before + 10) {
            Thread.onSpinWait();
        }
        try (Socket client = connect("checked")) {
            comesIn(client);
        }
        assertThat(driver.traffic().failedProxyHeaders()).isZero();
    }

    @Test
    void withoutItsHeaderNobodyComesIn() throws Exception {
        try (Socket client = connect("mute")) {
            client.getOutputStream().write(CONNECT);
            assertThat(client.getInputStream().read()).isNegative();
        }
        // The client may see the end before it is counted.
        while (driver.traffic().failedProxyHeaders() == 0) {
            Thread.onSpinWait();
        }
        assertThat(driver.traffic().failedProxyHeaders()).isEqualTo(1);
    }

    // ---- helpers

    private int bind(boolean believed, TlsServer secure, WebSocketServer webSocket)
            throws IOException {
        return driver.bind(
                        new Entry(
                                "proxied",
                                new ProxyProtocol(HaProxyTest::isTheProxy, believed),
                                secure,
                                webSocket),
                        ANY)
                .getPort();
    }

    private static boolean isTheProxy(SocketAddress remote) {
        return ((InetSocketAddress) remote).getAddress().equals(ANY.getAddress());
    }

    private Socket connect(String way) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(30_000);
        socket.bind(new InetSocketAddress(CLIENTS, 0));
        socket.connect(new InetSocketAddress(ANY.getAddress(), proxy.port(way)));
        return socket;
    }

    private static Socket secure(Socket plain, boolean shown) throws IOException {
        return TlsPeer.trusting(AUTHORITY, shown ? AUTHORITY.client("sensor-7") : null)
                .context()
                .getSocketFactory()
                .createSocket(plain, "localhost", plain.getPort(), true);
    }

    private static void comesIn(Socket client) throws IOException {
        client.getOutputStream().write(CONNECT);
        assertThat(client.getInputStream().readNBytes(4)).isEqualTo(CONNACK);
    }

    private Peer peer() {
        return events.stream()
                .filter(Event.ClientConnected.class::isInstance)
                .map(Event.ClientConnected.class::cast)
                .findFirst()
                .orElseThrow()
                .connection()
                .peer();
    }
}
