package org.vencejo.testing.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.Acquaintances;
import org.vencejo.broker.Broker;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.ClientCertificate;
import org.vencejo.transport.Authority;
import org.vencejo.transport.TlsPeer;
import org.vencejo.transport.WebSocketPeer;

/// Clients that come by HAProxy: the real one, in front of us.
@Timeout(120)
class HaProxyTest {
    private static final Authority AUTHORITY = Authority.named("an authority");

    /// Where clients are; the proxy is at 127.0.0.1.
    private static final String CLIENTS = "127.0.0.2";

    /// A CONNECT of 3.1.1, and the CONNACK to it.
    private static final byte[] CONNECT =
            HexFormat.of().parseHex("100d00044d5154540402000000" + "0173");

    private static final byte[] CONNACK = HexFormat.of().parseHex("20020000");

    @TempDir private Path folder;
    private Broker broker;
    private HaProxy proxy;

    @BeforeEach
    void start() throws Exception {
        Path program = Program.find("haproxy");
        assumeTrue(program != null, "interop with HAProxy: not installed");
        AUTHORITY.server("localhost").write(folder, "server");
        AUTHORITY.write(folder, "ca.pem");
        broker =
                ConfiguredBroker.start(
                        folder,
                        """
                        listeners:
                          - {name: believing, port: 0, proxy-protocol: {sources: 127.0.0.1, believe-certificate: true}}
                          - {name: doubting, port: 0, proxy-protocol: {sources: 127.0.0.1}}
                          - name: secure
                            port: 0
                            transport: tls
                            tls: {certificate: F/server.pem, key: F/server.key, client-certificate: optional, client-ca: F/ca.pem}
                            proxy-protocol: {sources: 127.0.0.1, believe-certificate: true}
                          - name: web
                            port: 0
                            transport: secure-websocket
                            tls: {certificate: F/server.pem, key: F/server.key, client-certificate: optional, client-ca: F/ca.pem}
                            proxy-protocol: {sources: 127.0.0.1, believe-certificate: true}
                        allow-everything: true
                        allow-anonymous: true
                        """);
        int plain = port(0);
        int doubting = port(1);
        int secure = port(2);
        int webSocket = port(3);
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
        if (broker != null) {
            broker.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"v1", "v2", "everything"})
    void theClientsAddressIsKnown(String way) throws Exception {
        try (Socket client = connect(way)) {
            comesIn(client);
            assertThat(known().remoteAddress()).isEqualTo(CLIENTS + ":" + client.getLocalPort());
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
            ClientCertificate certificate = known().certificate();
            assertThat(certificate == null ? null : certificate.subject()).isEqualTo(subject);
            assertThat(known().remoteAddress()).isEqualTo(CLIENTS + ":" + plain.getLocalPort());
        }
    }

    @Test
    void webSocketIsBehindIt() throws Exception {
        try (Socket plain = connect("wss");
                WebSocketPeer client = new WebSocketPeer(secure(plain, false))) {
            assertThat(client.upgrade()).startsWith("HTTP/1.1 101");
            client.sendBinary(CONNECT);
            assertThat(client.bytes(4)).isEqualTo(CONNACK);
            assertThat(known().remoteAddress()).isEqualTo(CLIENTS + ":" + plain.getLocalPort());
        }
    }

    @Test
    void itMaySeeWhetherWeAreAlive() throws Exception {
        long before = broker.traffic().acceptedConnections();
        while (broker.traffic().acceptedConnections() < before + 10) {
            Thread.onSpinWait();
        }
        try (Socket client = connect("checked")) {
            comesIn(client);
        }
        assertThat(broker.traffic().failedProxyHeaders()).isZero();
    }

    @Test
    void withoutItsHeaderNobodyComesIn() throws Exception {
        try (Socket client = connect("mute")) {
            client.getOutputStream().write(CONNECT);
            assertThat(client.getInputStream().read()).isNegative();
        }
        // The client may see the end before it is counted.
        while (broker.traffic().failedProxyHeaders() == 0) {
            Thread.onSpinWait();
        }
        assertThat(broker.traffic().failedProxyHeaders()).isEqualTo(1);
    }

    // ---- helpers

    private int port(int listener) {
        return broker.addresses().get(listener).getPort();
    }

    private Socket connect(String way) throws IOException {
        Socket socket = new Socket();
        socket.setSoTimeout(30_000);
        socket.bind(new InetSocketAddress(CLIENTS, 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), proxy.port(way)));
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

    /// What the broker knows of the one client that has come in.
    private Subject known() {
        return Acquaintances.ofBrokerOn(ConfiguredBroker.data(folder))
                .clients()
                .getFirst()
                .subject();
    }
}
