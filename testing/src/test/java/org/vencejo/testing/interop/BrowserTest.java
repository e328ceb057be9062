package org.vencejo.testing.interop;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.broker.Acquaintances;
import org.vencejo.broker.Broker;
import org.vencejo.transport.Authority;

/// A page in a real browser, headless Chromium, that connects by secure WebSocket with MQTT.js; and
/// the same page of another site, which does not come in.
@Timeout(180)
class BrowserTest {
    private static final Authority.Issued SERVER =
            Authority.named("an authority").server("localhost");

    /// Publishes to itself at each QoS, and tells what came; or why nothing did.
    private static final String PAGE =
            """
            <!DOCTYPE html><meta charset="utf-8"><title>vencejo</title>
            <script src="mqtt.min.js"></script>
            <script>
            const tell = text => fetch('told', {method: 'POST', body: text});
            const got = [];
            const client = mqtt.connect('wss://localhost:PORT/pages',
                {protocolVersion: 5, clientId: 'page', reconnectPeriod: 0});
            client.on('error', e => tell('error'));
            client.on('close', () => tell('closed'));
            client.on('message', (topic, message) => {
              got.push(topic + ' ' + message.length);
              if (got.length == 3) tell(got.sort().join(', '));
            });
            client.on('connect', () => client.subscribe('page/+', {qos: 2}, () => {
              for (const qos of [0, 1, 2])
                client.publish('page/' + qos, 'x'.repeat(1000 * 10 ** qos), {qos});
            }));
            </script>
            """;

    @TempDir private Path folder;
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
    private HttpServer site;
    private Broker broker;
    private Process browser;

    @BeforeEach
    void start() throws Exception {
        assumeTrue(chromium() != null, "interop with Chromium: not installed");
        assumeTrue(MqttJs.modules() != null, "interop with MQTT.js: not installed");
        site = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        SERVER.write(folder, "server");
        broker =
                ConfiguredBroker.start(
                        folder,
                        """
                        listeners:
                          - port: 0
                            transport: secure-websocket
                            tls: {certificate: F/server.pem, key: F/server.key}
                            websocket: {path: /pages, origins: 'http://localhost:%d'}
                        """
                                .formatted(site.getAddress().getPort()));
        int port = broker.addresses().getFirst().getPort();
        String page = PAGE.replace("PORT", "" + port);
        byte[] script = Files.readAllBytes(MqttJs.modules().resolve("mqtt/dist/mqtt.min.js"));
        site.createContext("/", it -> answer(it, "text/html", page.getBytes(UTF_8)));
        site.createContext("/mqtt.min.js", it -> answer(it, "text/javascript", script));
        site.createContext(
                "/told",
                it -> {
                    told.add(new String(it.getRequestBody().readAllBytes(), UTF_8));
                    answer(it, "text/plain", new byte[0]);
                });
        site.start();
    }

    @AfterEach
    void stop() throws Exception {
        if (browser != null) {
            List<ProcessHandle> all = browser.descendants().toList();
            browser.destroy();
            if (!browser.waitFor(10, TimeUnit.SECONDS)) {
                browser.destroyForcibly();
            }
            all.forEach(ProcessHandle::destroyForcibly);
        }
        if (site != null) {
            site.stop(0);
        }
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void aPageOfAListedSiteComesIn() throws Exception {
        open("localhost");
        assertThat(next()).isEqualTo("page/0 1000, page/1 10000, page/2 100000");
        assertThat(Acquaintances.ofBrokerOn(ConfiguredBroker.data(folder)).clients()).hasSize(1);
    }

    @Test
    void aPageOfAnotherSiteDoesNot() throws Exception {
        open("127.0.0.1"); // another origin, as it has another name
        assertThat(next()).isIn("error", "closed");
        while (broker.traffic().failedUpgrades() == 0) {
            Thread.onSpinWait(); // the page hears of it first
        }
        assertThat(broker.traffic().failedUpgrades()).isEqualTo(1);
        assertThat(Acquaintances.ofBrokerOn(ConfiguredBroker.data(folder)).clients()).isEmpty();
    }

    // ---- helpers

    private static Path chromium() {
        Path found = Program.find("chromium");
        return found == null ? Program.find("chromium-browser") : found;
    }

    /// Opens the page by this name of the site. What the browser says goes to a file.
    private void open(String host) throws Exception {
        byte[] key =
                MessageDigest.getInstance("SHA-256")
                        .digest(SERVER.certificate().getPublicKey().getEncoded());
        ProcessBuilder builder =
                new ProcessBuilder(
                                chromium().toString(),
                                "--headless",
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--disable-dev-shm-usage",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync",
                                "--user-data-dir=" + folder.resolve("profile"),
                                "--ignore-certificate-errors-spki-list="
                                        + Base64.getEncoder().encodeToString(key),
                                "http://%s:%d/".formatted(host, site.getAddress().getPort()))
                        .redirectErrorStream(true)
                        .redirectOutput(folder.resolve("browser.log").toFile());
        builder.environment().put("TMPDIR", folder.toString());
        browser = builder.start();
    }

    private String next() throws Exception {
        String text = told.poll(40, TimeUnit.SECONDS);
        return text == null
                ? "nothing; the browser said " + Files.readString(folder.resolve("browser.log"))
                : text;
    }

    private static void answer(HttpExchange exchange, String type, byte[] body) throws IOException {
        exchange.getResponseHeaders().add("Content-Type", type);
        exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
        if (body.length > 0) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }
}
