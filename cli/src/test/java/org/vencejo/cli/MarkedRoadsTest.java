package org.vencejo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.cli.MarkedBroker.MARK;
import static org.vencejo.protocol.ReasonCode.BAD_USER_NAME_OR_PASSWORD;
import static org.vencejo.protocol.ReasonCode.NOT_AUTHORIZED;
import static org.vencejo.protocol.ReasonCode.SERVER_UNAVAILABLE;
import static org.vencejo.protocol.ReasonCode.SUCCESS;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Consumer;
import org.bouncycastle.jce.provider.BouncyCastleProvider;
import org.bouncycastle.openssl.jcajce.JcaPKCS8Generator;
import org.bouncycastle.openssl.jcajce.JceOpenSSLPKCS8EncryptorBuilder;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.identity.DirectoryService;
import org.vencejo.broker.passwords.HashKind;
import org.vencejo.client.MqttAuthentication;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttException;
import org.vencejo.client.MqttMessage;
import org.vencejo.client.MqttOptions;
import org.vencejo.client.MqttScram;
import org.vencejo.client.MqttTls;
import org.vencejo.client.MqttToken;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.transport.Authority;
import org.vencejo.transport.WebSocketPeer;

/// The roads that take more than a socket and a password file: TCP, TLS, WebSocket with and without
/// TLS, what a proxy passes on and a Unix socket; at each, users of a directory and of a service,
/// tokens, and the steps of SCRAM; our own passwords for the directory and for our keys. Each right
/// and wrong, at the level trace, and with the directory away: the mark is found nowhere.
@Timeout(120)
@EnabledOnOs(value = OS.LINUX, disabledReason = "the process list is read from /proc")
class MarkedRoadsTest {
    private static final Authority AUTHORITY = Authority.named("casa");
    private static final String ANA = "uid=ana,ou=people,dc=casa";

    /// The listeners, in the order of the configuration.
    private enum Door {
        TCP,
        TLS,
        WEB,
        SECURE_WEB,
        PROXIED,
        UNIX;

        boolean isSecure() {
            return this == TLS || this == SECURE_WEB;
        }
    }

    @TempDir private Path folder;
    @AutoClose private DirectoryService directory;
    @AutoClose private MarkedService service;
    private @Nullable MarkedBroker broker; // none where one is refused
    private @Nullable MarkedProxy proxy; // as the broker
    private final List<String> told = new ArrayList<>();

    @BeforeEach
    void makeFiles() throws Exception {
        directory = DirectoryService.plain(null);
        directory.password(DirectoryService.BROKER, MARK);
        directory.password(ANA, MARK);
        write(
                "passwords",
                "alice:" + HashKind.SCRAM_SHA_256.hash(bytes(MARK), new SecureRandom()).text());
        write("bind-password", MARK + "\n");
        write("key-password", MARK + "\n");
        service = new MarkedService();
        write("secret", MarkedToken.SECRET + "\n");
        AUTHORITY.write(folder, "ca.pem");
        Authority.Issued issued = AUTHORITY.server("broker");
        write("it.pem", issued.pem());
        write("it.key", encrypted(issued.key()));
        try (OutputStream out = Files.newOutputStream(folder.resolve("it.p12"))) {
            issued.store(MARK.toCharArray()).store(out, MARK.toCharArray());
        }
    }

    @AfterEach
    void stop() throws IOException {
        if (broker != null) {
            broker.close();
        }
        if (proxy != null) {
            proxy.close();
        }
    }

    private Path configuration() throws IOException {
        String pem = "certificate: %1$s/it.pem, key: %1$s/it.key".formatted(folder);
        String p12 = "certificate: %s/it.p12".formatted(folder);
        return write(
                "vencejo.yaml",
                """
                log-level: trace
                sys-interval: 1s
                durability: memory
                allow-everything: true
                data-folder: %1$s/data
                listeners:
                  - {name: tcp, port: 0}
                  - {name: tls, port: 0, transport: tls, tls: {%2$s, key-password-file: %1$s/key-password}}
                  - {name: web, port: 0, transport: websocket}
                  - {name: secure, port: 0, transport: secure-websocket, tls: {%3$s, key-password-file: %1$s/key-password}}
                  - {name: proxied, port: 0, proxy-protocol: {sources: 127.0.0.1}}
                  - {name: unix, transport: unix, path: %1$s/mqtt.sock}
                authentication:
                  - file: %1$s/passwords
                  - {type: jwt, jwt: {algorithms: HS256, secret-file: %1$s/secret}}
                  - type: ldap
                    ldap: {servers: '%4$s', bind-dn: '%5$s', bind-password-file: %1$s/bind-password, user-base: '%6$s'}
                  - {type: http, http: {url: '%7$s'}}
                limits: {connect-timeout: 5s, authentication-delay-max: 0, authentication-failures-max: 1000}
                """
                        .formatted(
                                folder,
                                pem,
                                p12,
                                directory.url(),
                                DirectoryService.BROKER,
                                DirectoryService.PEOPLE,
                                service.url()));
    }

    @Test
    void theMarkIsNowhere() throws Exception {
        broker = MarkedBroker.start(configuration());
        proxy = new MarkedProxy(broker.ports().get(Door.PROXIED.ordinal()));
        String sys;
        MqttOptions alice =
                options(
                        Door.TCP,
                        password("alice", MARK).andThen(it -> it.clientIdentifier("watcher")));
        try (MqttClient watcher = new MqttClient(alice)) {
            watcher.connect();
            for (Door door : Door.values()) {
                everyUser(door);
                tokens(door);
                theService(door);
                whatIsNoExchange(door);
                whatIsOtherwiseWrapped(door);
            }
            whatIsBehindHeaders();
            theDirectoryIsAway();
            watcher.subscribe("#", QoS.AT_MOST_ONCE);
            watcher.subscribe("$SYS/#", QoS.AT_MOST_ONCE);
            // What was retained, a whole round later than that, and where the next one is.
            sys = until(watcher, "/uptime") + until(watcher, "/uptime") + until(watcher, "/uptime");
            watcher.publish("control/arm", MARK, QoS.AT_MOST_ONCE);
            assertThat(MarkedBroker.shows(until(watcher, "control/arm"))).isTrue(); // control arm
        }
        ourOwnAreOfNoUse();
        String listed = broker.listed();
        List<String> log = broker.stopped();

        assertThat(log).anyMatch(line -> line.contains("HANDSHAKEN")); // of Netty, at trace alone
        assertThat(log).anyMatch(line -> line.contains("invalid credentials"));
        assertThat(log).anyMatch(line -> line.contains("SCRAM"));
        for (String from : List.of("127.0.0.1:", "192.0.2.7:", "unix")) { // control arm
            assertThat(log).anyMatch(it -> it.contains("client control-" + MARK + " from " + from));
        }
        String line = "given was 'PROXY control-" + MARK + "'";
        assertThat(log).anyMatch(it -> it.contains(line)); // control arm
        assertThat(log.stream().filter(MarkedBroker::shows))
                .allMatch(it -> it.contains("client control-" + MARK) || it.contains(line));
        assertThat(directory.bound()).contains(ANA + " " + MARK, ANA + " " + MARK + "!");
        assertThat(directory.bound()).contains(DirectoryService.BROKER + " " + MARK);
        assertThat(told).hasSizeGreaterThan(20).noneMatch(MarkedBroker::shows);
        assertThat(sys).contains("authentication/wrong");
        assertThat(MarkedBroker.shows(sys)).as(sys).isFalse();
        assertThat(MarkedBroker.shows(listed)).isFalse();
    }

    private void everyUser(Door door) {
        // By the password file, by the directory, and by nobody.
        assertThat(answer(door, password("alice", MARK))).isEqualTo(SUCCESS);
        assertThat(answer(door, password("alice", MARK + "!")))
                .isEqualTo(BAD_USER_NAME_OR_PASSWORD);
        assertThat(answer(door, password("ana", MARK))).isEqualTo(SUCCESS);
        assertThat(answer(door, password("ana", MARK + "!"))).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
        assertThat(answer(door, password("ANA", MARK))).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
        assertThat(answer(door, password("twin", MARK))).isEqualTo(NOT_AUTHORIZED);
        assertThat(answer(door, password("carol", MARK))).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
        assertThat(answer(door, scram("alice", MARK))).isEqualTo(SUCCESS);
        assertThat(answer(door, scram("alice", MARK + "!"))).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
        assertThat(answer(door, scram("ana", MARK))).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
        assertThat(answer(door, it -> it.clientIdentifier("control-" + MARK)))
                .isEqualTo(NOT_AUTHORIZED); // control arm: what is no password shows
    }

    /// One that is right, and ones whose signature is the mark, as a password and by a method.
    private void tokens(Door door) throws Exception {
        String right = MarkedToken.right();
        assertThat(answer(door, password(null, right))).isEqualTo(SUCCESS);
        assertThat(answer(door, byMethod(right))).isEqualTo(SUCCESS);
        for (String wrong : List.of(MarkedToken.UNSIGNED + MARK, MARK + "." + MARK + "." + MARK)) {
            assertThat(answer(door, password(null, wrong))).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
            assertThat(answer(door, byMethod(wrong))).isEqualTo(BAD_USER_NAME_OR_PASSWORD);
        }
    }

    private void theService(Door door) {
        assertThat(answer(door, atService("service-yes"))).isEqualTo(SUCCESS);
        assertThat(answer(door, atService("service-500"))).isEqualTo(SERVER_UNAVAILABLE);
        assertThat(answer(door, atService("service-garbage"))).isEqualTo(SERVER_UNAVAILABLE);
    }

    /// The password where SCRAM has its messages, in the first step and in the second.
    private void whatIsNoExchange(Door door) {
        String first = "n,,n=alice,r=nonce";
        assertThat(answer(door, says(MARK, MARK))).isEqualTo(NOT_AUTHORIZED);
        assertThat(answer(door, says("n,,n=alice," + MARK, MARK))).isEqualTo(NOT_AUTHORIZED);
        assertThat(answer(door, says(first, MARK))).isEqualTo(NOT_AUTHORIZED);
        assertThat(answer(door, says(first, "c=biws,r=nonce,p=" + MARK))).isEqualTo(NOT_AUTHORIZED);
    }

    /// A CONNECT where HTTP or a handshake is expected, and the other way round.
    private void whatIsOtherwiseWrapped(Door door) throws IOException {
        byte[] connect = connect(MARK + "!");
        byte[] get = bytes(WebSocketPeer.request("/mqtt", "Authorization: Bearer " + MARK));
        byte[] elsewhere = bytes(WebSocketPeer.request("/no", "Authorization: Bearer " + MARK));
        // The control arm where one is read: what is no password shows.
        String said = door == Door.PROXIED ? "control-" + MARK : MARK;
        byte[] header = bytes("PROXY " + said + "\r\n");
        for (byte[] each : List.of(connect, get, elsewhere, header)) {
            told.add(new String(answer(door, each), UTF_8));
        }
        if (door == Door.WEB) {
            byte[] upgrade = bytes(WebSocketPeer.request("/mqtt", "Sec-WebSocket-Protocol: mqtt"));
            for (byte[] frame :
                    List.of(
                            WebSocketPeer.frame(0x81, bytes(MARK)), // text
                            WebSocketPeer.frame(0x82, bytes(MARK)), // no packet
                            WebSocketPeer.frame(0xF2, connect), // bits that nobody uses
                            WebSocketPeer.frame(0x88, bytes("\u0003\u0000" + MARK)), // its close
                            connect)) {
                told.add(new String(answer(door, upgrade, frame), UTF_8));
            }
        }
    }

    /// Passwords behind headers of proxies, and where headers have no passwords.
    private void whatIsBehindHeaders() throws IOException {
        String value = HexFormat.of().formatHex(bytes(MARK));
        String custom = "e0%04x%s".formatted(MARK.length(), value);
        byte[] disconnect = {(byte) 0xE0, 0};
        for (byte[] header :
                List.of(MarkedProxy.LINE, MarkedProxy.binary(""), MarkedProxy.binary(custom))) {
            assertThat(answer(Door.PROXIED, header, connect(MARK), disconnect)[3]).isZero();
            byte[] refused = answer(Door.PROXIED, header, connect(MARK + "!"));
            assertThat(refused[3]).isEqualTo((byte) BAD_USER_NAME_OR_PASSWORD.value());
            told.add(new String(refused, UTF_8));
        }
        for (byte[] wrong :
                List.of(
                        bytes("PROXY TCP4 192.0.2.7\n"), // without CR
                        bytes("PROXY " + MARK.repeat(6)), // without an end
                        MarkedProxy.binary("2141", custom), // of no family that is known
                        MarkedProxy.binary("1111", custom), // of no version that is known
                        MarkedProxy.binary("e0ffff" + value), // longer than its header
                        MarkedProxy.binary(custom + "03000400000000"), // its checksum
                        MarkedProxy.binary("20%04x%s".formatted(4, value.substring(0, 8))))) {
            told.add(new String(answer(Door.PROXIED, wrong, connect(MARK)), UTF_8));
        }
    }

    private void theDirectoryIsAway() {
        directory.password(DirectoryService.BROKER, "another");
        directory.hangUp();
        assertThat(answer(Door.TCP, password("ana", MARK))).isEqualTo(SERVER_UNAVAILABLE);
        directory.close();
        assertThat(answer(Door.TCP, password("ana", MARK))).isEqualTo(SERVER_UNAVAILABLE);
        assertThat(answer(Door.TCP, password("alice", MARK))).isEqualTo(SUCCESS);
    }

    /// Files with passwords of ours that change under a broker that runs.
    private void ourOwnAreOfNoUse() throws Exception {
        write("bind-password", "\n" + MARK);
        broker.signal("HUP");
        broker.await("bind-password: its first line, the password, is empty");
        write("key-password", MARK + "?\n");
        broker.signal("HUP");
        broker.await("listener tls: %s/it.key: the password is not that".formatted(folder));
        broker.await("listener secure: %s/it.p12: the password is not that".formatted(folder));
    }

    /// At a start, and where only the configuration is looked at.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "key-password  | %s?   | 2 | it.key': the password is not that of its private key",
                "key-password  | %s?   | 2 | it.p12': the password is not that of this PKCS#12 file",
                "key-password  | '\n%s'| 2 | the password is not that of its private key",
                "it.key        | %s    | 1 | it.key': it holds no private key in PEM",
                "bind-password | '\n%s'| 1 | its first line, the password, is empty",
            })
    void aRefusalDoesNotSayIt(String file, String text, int mistakes, String said)
            throws Exception {
        write(file, text.formatted(MARK));
        String configuration = configuration().toString();
        for (String command : List.of("broker", "check-config")) {
            assertThat(MarkedBroker.ended(command, "--config", configuration))
                    .contains(said, "vencejo: %d mistake".formatted(mistakes))
                    .satisfies(it -> assertThat(MarkedBroker.shows(it)).isFalse());
        }
        // Control arm: what is no password shows.
        assertThat(MarkedBroker.ended("broker", "--config", folder.resolve(MARK).toString()))
                .satisfies(it -> assertThat(MarkedBroker.shows(it)).isTrue());
    }

    // ---- clients

    private static Consumer<MqttOptions.Builder> password(@Nullable String user, String password) {
        return it -> it.userName(user).password(bytes(password));
    }

    private static Consumer<MqttOptions.Builder> scram(String user, String password) {
        return it -> it.authentication(MqttScram.sha256(user, bytes(password)));
    }

    private static Consumer<MqttOptions.Builder> byMethod(String token) {
        return it -> it.authentication(MqttToken.jwt(() -> bytes(token)));
    }

    private static Consumer<MqttOptions.Builder> atService(String clientIdentifier) {
        return password("carol", MARK).andThen(it -> it.clientIdentifier(clientIdentifier));
    }

    private static Consumer<MqttOptions.Builder> says(String first, String next) {
        return it -> it.authentication(new Says(first, next));
    }

    /// One that says this, whatever it hears.
    private record Says(String opening, String reply)
            implements MqttAuthentication, MqttAuthentication.Exchange {
        @Override
        public String method() {
            return "SCRAM-SHA-256";
        }

        @Override
        public Exchange begin() {
            return this;
        }

        @Override
        public byte[] first() {
            return bytes(opening);
        }

        @Override
        public byte[] next(byte @Nullable [] data) {
            return bytes(reply);
        }

        @Override
        public void accepted(byte @Nullable [] data) {}
    }

    private MqttOptions options(Door door, Consumer<MqttOptions.Builder> how) {
        MqttOptions.Builder options =
                MqttOptions.builder()
                        .clientIdentifier(door.name())
                        .webSocketPath(door == Door.WEB || door == Door.SECURE_WEB ? "/mqtt" : null)
                        .tls(door.isSecure() ? MqttTls.trusting(folder.resolve("ca.pem")) : null);
        switch (door) {
            case UNIX -> options.unixSocket(folder.resolve("mqtt.sock"));
            case PROXIED -> options.host("127.0.0.1").port(proxy.port());
            case TCP, TLS, WEB, SECURE_WEB ->
                    options.host("127.0.0.1").port(broker.ports().get(door.ordinal()));
        }
        how.accept(options);
        return options.build();
    }

    /// What it is told; one that is let in shows itself once more, if it can.
    private ReasonCode answer(Door door, Consumer<MqttOptions.Builder> how) {
        MqttOptions options = options(door, how);
        told.add(options.toString().replace("clientIdentifier=control-" + MARK, ""));
        try (MqttClient client = new MqttClient(options)) {
            client.connect();
            if (options.authentication() != null) {
                client.reauthenticate();
            }
            return SUCCESS;
        } catch (MqttException refused) {
            told.add(refused.toString());
            return refused.reasonCode();
        }
    }

    /// All that comes until the broker closes.
    private byte[] answer(Door door, byte[]... sent) throws IOException {
        SocketAddress place =
                door == Door.UNIX
                        ? UnixDomainSocketAddress.of(folder.resolve("mqtt.sock"))
                        : new InetSocketAddress(
                                InetAddress.getLoopbackAddress(),
                                broker.ports().get(door.ordinal()));
        try (SocketChannel channel = SocketChannel.open(place)) {
            for (byte[] each : sent) {
                channel.write(ByteBuffer.wrap(each));
            }
            return Channels.newInputStream(channel).readAllBytes();
        } catch (IOException reset) {
            return new byte[0];
        }
    }

    /// All topics and payloads until a topic that ends so.
    private static String until(MqttClient client, String topic) {
        StringBuilder all = new StringBuilder();
        MqttMessage message;
        do {
            message = client.receive(Duration.ofSeconds(60));
            assertThat(message).as("one of %s after %s", topic, all).isNotNull();
            all.append(message.topicName()).append(' ').append(message.text()).append('\n');
        } while (!message.topicName().endsWith(topic));
        return all.toString();
    }

    // ---- files and bytes

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String encrypted(PrivateKey key) throws Exception {
        return Authority.pem(
                new JcaPKCS8Generator(
                                key,
                                new JceOpenSSLPKCS8EncryptorBuilder(JcaPKCS8Generator.AES_256_CBC)
                                        .setProvider(new BouncyCastleProvider())
                                        .setPRF(JcaPKCS8Generator.PRF_HMACSHA256)
                                        .setPassword(MARK.toCharArray())
                                        .build())
                        .generate());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    /// A CONNECT of alice's.
    private static byte[] connect(String password) {
        Connect connect =
                new Connect(
                        ProtocolVersion.MQTT_5,
                        "c",
                        true,
                        0,
                        null,
                        "alice",
                        bytes(password),
                        Properties.NONE);
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(connect, connect.version(), out);
        return Arrays.copyOf(out.array(), out.readableBytes());
    }
}
