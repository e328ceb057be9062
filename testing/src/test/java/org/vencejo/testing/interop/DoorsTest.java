package org.vencejo.testing.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.hivemq.client.mqtt.MqttClientSslConfig;
import com.hivemq.client.mqtt.MqttGlobalPublishFilter;
import com.hivemq.client.mqtt.datatypes.MqttQos;
import com.hivemq.client.mqtt.mqtt5.Mqtt5AsyncClient;
import com.hivemq.client.mqtt.mqtt5.Mqtt5Client;
import com.hivemq.client.mqtt.mqtt5.Mqtt5ClientBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.TrustManagerFactory;
import org.eclipse.paho.client.mqttv3.MqttConnectOptions;
import org.eclipse.paho.mqttv5.client.MqttConnectionOptions;
import org.eclipse.paho.mqttv5.client.persist.MemoryPersistence;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.Broker;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttException;
import org.vencejo.client.MqttOptions;
import org.vencejo.client.MqttTls;
import org.vencejo.protocol.QoS;
import org.vencejo.transport.Authority;
import org.vencejo.transport.TlsPeer;

/// A whole broker with a listener of every transport, and at each clients and programs that we did
/// not write; and our own.
///
/// One file because all of it is played at one broker.
@Timeout(120)
@TestInstance(Lifecycle.PER_CLASS)
class DoorsTest {
    private static final Authority AUTHORITY = Authority.named("an authority");
    private static final Authority STRANGE = Authority.named("another authority");
    private static final Authority.Issued GOOD = AUTHORITY.client("good");
    private static final Authority.Issued STOLEN = AUTHORITY.client("stolen");
    private static final byte[] LARGE = "x".repeat(200_000).getBytes(StandardCharsets.US_ASCII);

    /// MQTT 3.1.1, Clean Session, Client Identifier "s".
    private static final byte[] CONNECT =
            HexFormat.of().parseHex("100d00044d5154540402000000" + "0173");

    private Path folder;
    private Broker broker;

    /// A listener, in the order of the configuration.
    enum Listener {
        TCP("tcp", "tcp"),
        TLS("ssl", "mqtts"),
        WEBSOCKET("ws", "ws"),
        SECURE_WEBSOCKET("wss", "wss"),
        /// With a certificate of the client alone.
        STRICT("ssl", "mqtts"),
        /// With a certificate that is for another host.
        FOREIGN("ssl", "mqtts");

        final String schemeOfPaho;
        final String scheme;

        Listener(String schemeOfPaho, String scheme) {
            this.schemeOfPaho = schemeOfPaho;
            this.scheme = scheme;
        }

        boolean isSecure() {
            return this != TCP && this != WEBSOCKET;
        }

        boolean isWebSocket() {
            return this == WEBSOCKET || this == SECURE_WEBSOCKET;
        }
    }

    @BeforeAll
    void start(@TempDir Path shared) {
        folder = shared;
        AUTHORITY.server("localhost").write(folder, "server");
        AUTHORITY.write(folder, "ca.pem");
        STRANGE.write(folder, "strange-ca.pem");
        AUTHORITY.client("elsewhere.example").write(folder, "elsewhere");
        GOOD.write(folder, "good");
        STOLEN.write(folder, "stolen");
        STRANGE.client("strange").write(folder, "strange");
        Authority.file(folder, "crl.pem", AUTHORITY.revoking(Duration.ofDays(1), STOLEN));
        broker =
                ConfiguredBroker.start(
                        folder,
                        """
                        listeners:
                          - {port: 0, name: tcp}
                          - {port: 0, name: tls, transport: tls, tls: {certificate: F/server.pem, key: F/server.key}}
                          - {port: 0, name: ws, transport: websocket}
                          - {port: 0, name: wss, transport: secure-websocket, tls: {certificate: F/server.pem, key: F/server.key}}
                          - port: 0
                            name: strict
                            transport: tls
                            tls:
                              certificate: F/server.pem
                              key: F/server.key
                              client-certificate: required
                              client-ca: F/ca.pem
                              crl: F/crl.pem
                          - {port: 0, name: foreign, transport: tls, tls: {certificate: F/elsewhere.pem, key: F/elsewhere.key}}
                        """);
    }

    @AfterAll
    void stop() {
        broker.close();
    }

    // ---- libraries ----

    @ParameterizedTest
    @EnumSource(names = {"TCP", "TLS", "WEBSOCKET", "SECURE_WEBSOCKET"})
    void pahoFor311(Listener listener) throws Exception {
        Arrivals<byte[]> arrivals = new Arrivals<>("message");
        var client =
                new org.eclipse.paho.client.mqttv3.MqttClient(
                        pahoUrl(listener), "paho3-" + listener, null);
        MqttConnectOptions options = new MqttConnectOptions();
        if (listener.isSecure()) {
            options.setSocketFactory(
                    TlsPeer.trusting(AUTHORITY, null).context().getSocketFactory());
        }
        client.connect(options);
        client.subscribe("paho3/" + listener, 1, (topic, it) -> arrivals.add(it.getPayload()));
        client.publish("paho3/" + listener, LARGE, 1, false);
        assertThat(arrivals.next()).isEqualTo(LARGE);
        client.disconnect();
        client.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "TLS", "WEBSOCKET", "SECURE_WEBSOCKET"})
    void pahoFor5(Listener listener) throws Exception {
        Arrivals<byte[]> arrivals = new Arrivals<>("message");
        var client =
                new org.eclipse.paho.mqttv5.client.MqttAsyncClient(
                        pahoUrl(listener), "paho5-" + listener, new MemoryPersistence());
        MqttConnectionOptions options = new MqttConnectionOptions();
        if (listener.isSecure()) {
            options.setSocketFactory(
                    TlsPeer.trusting(AUTHORITY, null).context().getSocketFactory());
        }
        client.connect(options).waitForCompletion(30_000);
        client.setCallback(new OnlyMessages(arrivals));
        client.subscribe("paho5/" + listener, 1).waitForCompletion(30_000);
        client.publish("paho5/" + listener, LARGE, 1, false).waitForCompletion(30_000);
        assertThat(arrivals.next()).isEqualTo(LARGE);
        client.disconnect().waitForCompletion(30_000);
        client.close();
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "TLS", "WEBSOCKET", "SECURE_WEBSOCKET", "STRICT"})
    void hiveMq(Listener listener) throws Exception {
        Arrivals<byte[]> arrivals = new Arrivals<>("message");
        Mqtt5ClientBuilder builder =
                Mqtt5Client.builder()
                        .serverHost("localhost")
                        .serverPort(port(listener))
                        .identifier("hive-" + listener);
        if (listener.isWebSocket()) {
            builder = builder.webSocketConfig().serverPath("mqtt").applyWebSocketConfig();
        }
        if (listener.isSecure()) {
            builder = builder.sslConfig(hiveMqTls());
        }
        Mqtt5AsyncClient client = builder.buildAsync();
        client.publishes(MqttGlobalPublishFilter.ALL, it -> arrivals.add(it.getPayloadAsBytes()));
        HiveMqV3.answer(client.connect());
        HiveMqV3.answer(
                client.subscribeWith()
                        .topicFilter("hive/" + listener)
                        .qos(MqttQos.EXACTLY_ONCE)
                        .send());
        HiveMqV3.answer(
                client.publishWith()
                        .topic("hive/" + listener)
                        .qos(MqttQos.EXACTLY_ONCE)
                        .payload(LARGE)
                        .send());
        assertThat(arrivals.next()).isEqualTo(LARGE);
        HiveMqV3.answer(client.disconnect());
    }

    private MqttClientSslConfig hiveMqTls() throws Exception {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("it", AUTHORITY.certificate());
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        var keys = javax.net.ssl.KeyManagerFactory.getInstance("PKIX");
        keys.init(GOOD.store("none".toCharArray()), "none".toCharArray());
        return MqttClientSslConfig.builder()
                .trustManagerFactory(trust)
                .keyManagerFactory(keys)
                .build();
    }

    @ParameterizedTest
    @EnumSource(names = {"TCP", "TLS", "WEBSOCKET", "SECURE_WEBSOCKET", "STRICT"})
    void ourOwn(Listener listener) {
        for (var version : org.vencejo.protocol.ProtocolVersion.values()) {
            String topic = "own/" + listener;
            try (MqttClient client =
                    new MqttClient(
                            own(listener).version(version).clientIdentifier("own").build())) {
                client.connect();
                client.subscribe(topic, QoS.EXACTLY_ONCE);
                client.publish(
                        topic, new String(LARGE, StandardCharsets.US_ASCII), QoS.EXACTLY_ONCE);
                assertThat(client.receive().text()).hasSize(LARGE.length);
                client.disconnect();
            }
        }
    }

    @Test
    void ourOwnSaysWhyItDoesNotComeIn() {
        assertThatThrownBy(() -> connectOnce(own(Listener.TLS).tls(MqttTls.ofJdk())))
                .isInstanceOf(MqttException.class)
                .hasMessageContaining("TLS handshake: ")
                .hasMessageContaining("unable to find valid certification path");
        assertThatThrownBy(() -> connectOnce(own(Listener.FOREIGN)))
                .hasMessageContaining("TLS handshake: No subject alternative names present");
        connectOnce(
                own(Listener.FOREIGN)
                        .tls(new MqttTls(folder.resolve("ca.pem"), null, null, null, false)));
        assertThatThrownBy(() ->
                        connectOnce(
                                own(Listener.STRICT)
                                        .tls(MqttTls.trusting(folder.resolve("ca.pem")))))
                .isInstanceOf(MqttException.class);
        assertThatThrownBy(() ->
                        connectOnce(
                                own(Listener.TLS).tls(MqttTls.trusting(folder.resolve("none")))))
                .hasMessageContaining("none: there is no such file");
        assertThatThrownBy(() -> connectOnce(own(Listener.TCP).tls(MqttTls.ofJdk())))
                .isInstanceOf(MqttException.class)
                .hasMessageContaining("TLS handshake: ");
        assertThatThrownBy(() -> connectOnce(own(Listener.WEBSOCKET).webSocketPath("/other")))
                .hasMessageContaining("WebSocket upgrade: answered with 404 Not Found");
    }

    private void connectOnce(MqttOptions.Builder options) {
        try (MqttClient client = new MqttClient(options.build())) {
            client.connect();
        }
    }

    private MqttOptions.Builder own(Listener listener) {
        MqttTls tls = MqttTls.trusting(folder.resolve("ca.pem"));
        if (listener == Listener.STRICT) {
            tls = tls.showing(folder.resolve("good.pem"), folder.resolve("good.key"));
        }
        return MqttOptions.builder()
                .host("127.0.0.1")
                .port(port(listener))
                .tls(listener.isSecure() ? tls : null)
                .webSocketPath(listener.isWebSocket() ? "/mqtt" : null);
    }

    // ---- programs ----

    @ParameterizedTest
    @ValueSource(strings = {"tlsv1.2", "tlsv1.3"})
    void mosquitto(String version) throws Exception {
        assumeTrue(Program.find("mosquitto_pub") != null, "interop with mosquitto: not installed");
        List<String> where =
                List.of(
                        "-h",
                        "localhost",
                        "-p",
                        "" + port(Listener.STRICT),
                        "--tls-version",
                        version,
                        "--tls-alpn",
                        "mqtt",
                        "--cafile",
                        folder.resolve("ca.pem").toString(),
                        "--cert",
                        folder.resolve("good.pem").toString(),
                        "--key",
                        folder.resolve("good.key").toString(),
                        "-q",
                        "1",
                        "-t",
                        "mosquitto/" + version);
        Ended published =
                run(with(List.of("mosquitto_pub", "-r", "-m", "hello"), where), new byte[0]);
        assertThat(published.exitCode).as(published.text).isZero();
        Ended got = run(with(List.of("mosquitto_sub", "-C", "1", "-W", "20"), where), new byte[0]);
        assertThat(got.text).isEqualTo("hello\n");
    }

    @ParameterizedTest
    @CsvSource({
        // listener, whose certificate, whether it comes in
        "TLS, none, true",
        "STRICT, good, true",
        "STRICT, none, false",
        "STRICT, strange, false",
        "STRICT, stolen, false"
    })
    void openssl(Listener listener, String shown, boolean comesIn) throws Exception {
        assumeTrue(Program.find("openssl") != null, "interop with openssl: not installed");
        for (String version : List.of("-tls1_2", "-tls1_3")) {
            List<String> command =
                    new ArrayList<>(
                            List.of(
                                    "openssl",
                                    "s_client",
                                    "-connect",
                                    "localhost:" + port(listener),
                                    "-CAfile",
                                    folder.resolve("ca.pem").toString(),
                                    "-verify_hostname",
                                    "localhost",
                                    "-alpn",
                                    "mqtt",
                                    "-ign_eof",
                                    "-brief",
                                    version));
            if (!shown.equals("none")) {
                command.addAll(
                        List.of(
                                "-cert", folder.resolve(shown + ".pem").toString(),
                                "-key", folder.resolve(shown + ".key").toString()));
            }
            // CONNECT, and DISCONNECT, upon which the broker closes.
            byte[] said = HexFormat.of().parseHex(HexFormat.of().formatHex(CONNECT) + "e000");
            Ended ended = run(command, said);
            String connack = " \u0002\u0000\u0000";
            assertThat(ended.text.contains(connack))
                    .as(version + ": " + ended.text)
                    .isEqualTo(comesIn);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"TLS", "SECURE_WEBSOCKET"})
    void ourCommands(Listener listener) throws Exception {
        String url = "%s://localhost:%d/commands".formatted(listener.scheme, port(listener));
        List<String> java =
                List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.vencejo.cli.Vencejo");
        List<String> flags =
                List.of("-L", url, "--cafile", folder.resolve("ca.pem").toString(), "-q", "1");
        Ended published = run(with(java, List.of("pub", "-r", "-m", "hello"), flags), new byte[0]);
        assertThat(published.exitCode).as(published.text).isZero();
        Ended got = run(with(java, List.of("sub", "-C", "1", "-W", "20"), flags), new byte[0]);
        assertThat(got.text).contains("hello\n");
    }

    @ParameterizedTest
    @EnumSource(names = {"TLS", "WEBSOCKET", "SECURE_WEBSOCKET"})
    void mqttJs(Listener listener) throws Exception {
        assumeTrue(Program.find("node") != null, "interop with MQTT.js: no node here");
        assumeTrue(MqttJs.modules() != null, "interop with MQTT.js: not installed");
        String url =
                "%s://localhost:%d%s"
                        .formatted(
                                listener.scheme,
                                port(listener),
                                listener.isWebSocket() ? "/mqtt" : "");
        String script =
                """
                const mqtt = require('mqtt'), fs = require('fs');
                const client = mqtt.connect('%s', {ca: fs.readFileSync('%s'), protocolVersion: 5, reconnectPeriod: 0});
                client.on('error', e => { console.log('failed: ' + e); process.exit(1); });
                client.on('message', (t, m) => { console.log(t + ' ' + m.length); client.end(); });
                client.on('connect', () => client.subscribe('js', {qos: 2}, () => client.publish('js', 'x'.repeat(100000), {qos: 2})));
                """
                        .formatted(url, folder.resolve("ca.pem"));
        assertThat(run(List.of("node", "-e", script), new byte[0]).text).isEqualTo("js 100000\n");
    }

    // ---- helpers ----

    private int port(Listener listener) {
        return broker.addresses().get(listener.ordinal()).getPort();
    }

    private String pahoUrl(Listener listener) {
        return "%s://localhost:%d%s"
                .formatted(
                        listener.schemeOfPaho.toLowerCase(Locale.ROOT),
                        port(listener),
                        listener.isWebSocket() ? "/mqtt" : "");
    }

    @SafeVarargs
    private static List<String> with(List<String>... parts) {
        List<String> all = new ArrayList<>();
        for (List<String> part : parts) {
            all.addAll(part);
        }
        return all;
    }

    private record Ended(int exitCode, String text) {}

    /// Runs a program to its end; its errors are part of its text.
    private Ended run(List<String> command, byte[] said) throws Exception {
        Path input = Files.write(Files.createTempFile(folder, "in", ""), said);
        Path output = Files.createTempFile(folder, "out", "");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectInput(input.toFile())
                        .redirectOutput(output.toFile());
        Path modules = MqttJs.modules();
        if (modules != null) {
            builder.environment().put("NODE_PATH", modules.toString());
        }
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS))
                    .as(() -> command + ": " + text(output))
                    .isTrue();
            return new Ended(process.exitValue(), text(output));
        } finally {
            process.destroyForcibly();
        }
    }

    private static String text(Path output) {
        try {
            return Files.readString(output, StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return e.toString();
        }
    }

    /// A callback of Paho's that takes messages and nothing else.
    private record OnlyMessages(Arrivals<byte[]> arrivals)
            implements org.eclipse.paho.mqttv5.client.MqttCallback {
        @Override
        public void messageArrived(
                String topic, org.eclipse.paho.mqttv5.common.MqttMessage message) {
            arrivals.add(message.getPayload());
        }

        @Override
        public void disconnected(org.eclipse.paho.mqttv5.client.MqttDisconnectResponse response) {}

        @Override
        public void mqttErrorOccurred(org.eclipse.paho.mqttv5.common.MqttException exception) {}

        @Override
        public void deliveryComplete(org.eclipse.paho.mqttv5.client.IMqttToken token) {}

        @Override
        public void connectComplete(boolean reconnect, String serverUri) {}

        @Override
        public void authPacketArrived(
                int reasonCode, org.eclipse.paho.mqttv5.common.packet.MqttProperties properties) {}
    }
}
