package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.ConfigurationException;
import org.vencejo.broker.config.LogLevel;
import org.vencejo.broker.config.Machine;
import org.vencejo.transport.Authority;
import org.vencejo.transport.TlsPeer;

/// A broker from start to stop, with bytes over real sockets.
@Timeout(60)
@ExtendWith(NoLeaks.class)
class BrokerTest {
    /// MQTT 5.0, Clean Start, Keep Alive 0, Client Identifier "a".
    private static final byte[] CONNECT_5 = {
        0x10, 0x0E, 0x00, 0x04, 'M', 'Q', 'T', 'T', 0x05, 0x02, 0x00, 0x00, 0x00, 0x00, 0x01, 'a'
    };

    /// The same with a Session Expiry Interval of 100 s.
    private static final byte[] CONNECT_5_KEPT = {
        0x10, 0x13, 0x00, 0x04, 'M', 'Q', 'T', 'T', 0x05, 0x02, 0x00, 0x00, 0x05, 0x11, 0x00, 0x00,
        0x00, 100, 0x00, 0x01, 'a'
    };

    /// CONNECT_5 of the client "b".
    private static final byte[] CONNECT_5_B = CONNECT_5.clone();

    static {
        CONNECT_5_B[CONNECT_5_B.length - 1] = 'b';
    }

    @TempDir private Path temporary;
    private final List<LogLevel> logLevels = new CopyOnWriteArrayList<>();

    @ParameterizedTest(name = "{0} loops")
    @ValueSource(ints = {1, 3})
    void aStopTellsEveryClient(int ioThreads) throws IOException {
        Broker broker = start(null, "io-threads=" + ioThreads, "sys-interval=0");
        try (Socket client = connect(broker)) {
            client.getOutputStream().write(CONNECT_5);
            assertThat(packet(client.getInputStream())).startsWith(0x20).element(3).isEqualTo(0);

            broker.close();

            assertThat(packet(client.getInputStream())).startsWith(0xE0).element(2).isEqualTo(0x8B);
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
        assertThatThrownBy(() -> connect(broker)).isInstanceOf(IOException.class);
        broker.close();
    }

    @ParameterizedTest
    @CsvSource({
        "$SYS/broker/version, vencejo 0.0.0-test",
        "$SYS/broker/load/sockets/15min, [0-9]+[.][0-9]{2}",
        "$SYS/broker/heap/maximum, [1-9][0-9]*"
    })
    void theNumbersOfTheBrokerAreRetained(String topic, String value) throws IOException {
        try (Broker broker = start(null, "sys-interval=1d");
                Socket client = connect(broker)) {
            client.getOutputStream().write(CONNECT_5);
            client.getOutputStream().write(subscribe(topic));
            assertThat(packet(client.getInputStream())).startsWith(0x20);
            assertThat(packet(client.getInputStream())).startsWith(0x90);

            List<Integer> publish = packet(client.getInputStream());

            assertThat(publish.getFirst())
                    .as("with RETAIN, or without if it came just now")
                    .isIn(0x31, 0x30);
            assertThat(text(publish)).containsPattern(Pattern.quote(topic + "\0") + value + "$");
        }
    }

    @Test
    void aPacketHasNoMoreTopicFiltersThanTheLimit() throws IOException {
        byte[] two = {(byte) 0x82, 11, 0, 1, 0, 0, 1, 'a', 0, 0, 1, 'b', 0};
        byte[] three = {(byte) 0x82, 15, 0, 1, 0, 0, 1, 'a', 0, 0, 1, 'b', 0, 0, 1, 'c', 0};
        try (Broker broker = start(null, "limits.topic-filters-max=2", "sys-interval=0");
                Socket client = connect(broker)) {
            client.getOutputStream().write(CONNECT_5);
            assertThat(packet(client.getInputStream())).startsWith(0x20);
            client.getOutputStream().write(two);
            assertThat(packet(client.getInputStream())).containsExactly(0x90, 5, 0, 1, 0, 0, 0);

            client.getOutputStream().write(three);

            assertThat(packet(client.getInputStream())).startsWith(0xE0).element(2).isEqualTo(0x95);
            assertThat(client.getInputStream().read()).isEqualTo(-1);
        }
    }

    @Test
    void twoBrokersDoNotShareAFolder() {
        try (Broker first = start(null)) {
            assertThat(first.addresses()).isNotEmpty();
            assertThatThrownBy(() -> start(null))
                    .isInstanceOf(StartException.class)
                    .hasMessageContaining("is in use by process " + ProcessHandle.current().pid());
        }
        start(null).close();
    }

    @Test
    void whatIsDoneFirstHasTheFolderAloneAndNoStore() {
        List<Path> seen = new ArrayList<>();
        Broker.Setup setup = setup(null);
        Path store = temporary.resolve("data/store");

        Broker.start(
                        setup,
                        configuration -> {
                            assertThat(configuration.broker().dataFolder())
                                    .isEqualTo(store.getParent());
                            assertThat(store).doesNotExist();
                            assertThatThrownBy(() -> Broker.start(setup))
                                    .hasMessageContaining("is in use by process");
                            seen.add(store);
                        })
                .close();

        assertThat(seen).hasSize(1).allSatisfy(each -> assertThat(each).exists());
    }

    @Test
    void whatIsDoneFirstIsNotDoneWithMistakesAndCanEndTheStart() {
        assertThatThrownBy(() ->
                        Broker.start(
                                setup(null, "io-threads=0"),
                                configuration -> {
                                    throw new AssertionError("it has mistakes");
                                }))
                .isInstanceOf(ConfigurationException.class);
        assertThatThrownBy(() ->
                        Broker.start(
                                setup(null),
                                configuration -> {
                                    throw new IllegalStateException("no");
                                }))
                .hasMessage("no");
        start(null).close();
    }

    @Test
    void aPortInUseIsToldAndNothingIsLeftBehind() throws IOException {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            String taken = "listeners=[{port: 0}, {port: " + other.getLocalPort() + "}]";
            assertThatThrownBy(() -> start(null, taken))
                    .isInstanceOf(StartException.class)
                    .hasMessage(
                            "cannot listen on 127.0.0.1:%d: Address already in use"
                                    .formatted(other.getLocalPort()));
        }
        assertThat(temporary.resolve("data").resolve(ControlSocket.NAME)).doesNotExist();
        start(null).close();
    }

    @Test
    void aWrongConfigurationLeavesNoFolder() {
        assertThatThrownBy(() -> start(null, "io-threads=none"))
                .isInstanceOf(ConfigurationException.class);
        assertThat(temporary.resolve("data")).doesNotExist();
    }

    @Test
    void aReloadFollowsTheFileAndKeepsTheOldOneWhenTheNewIsWrong() throws IOException {
        Path file = Files.writeString(temporary.resolve("f.yaml"), "log-level: warn");
        try (Broker broker = start(file)) {
            Files.writeString(file, "log-level: debug\nmaximum-qos: 1");
            broker.reload();
            Files.writeString(file, "log-level: loud");
            broker.reload();

            assertThat(logLevels).containsExactly(LogLevel.WARN, LogLevel.DEBUG);
        }
    }

    @Test
    void aReloadMovesLimitsForThoseWhoAreThereAndThoseWhoCome() throws IOException {
        byte[] two = {(byte) 0x82, 11, 0, 1, 0, 0, 1, 'a', 0, 0, 1, 'b', 0};
        Path file = Files.writeString(temporary.resolve("f.yaml"), "sys-interval: 0");
        try (Broker broker = start(file);
                Socket there = connect(broker)) {
            there.getOutputStream().write(CONNECT_5);
            assertThat(packet(there.getInputStream())).startsWith(0x20);
            Files.writeString(
                    file, "sys-interval: 0\nlimits: {subscriptions-max: 1, topic-filters-max: 1}");

            broker.reload();

            there.getOutputStream().write(two);
            assertThat(packet(there.getInputStream()))
                    .as("more Topic Filters than a new connection may send")
                    .containsExactly(0x90, 5, 0, 1, 0, 0, 0x97);
            try (Socket comes = connect(broker)) {
                comes.getOutputStream().write(CONNECT_5_B);
                assertThat(packet(comes.getInputStream())).startsWith(0x20);
                comes.getOutputStream().write(two);
                assertThat(packet(comes.getInputStream()))
                        .startsWith(0xE0)
                        .element(2)
                        .isEqualTo(0x95);
            }
        }
    }

    /// Test oracle 87: SUBACK 0x87 and PUBACK 0x87 beside what is allowed, and rights that are
    /// withdrawn from who is connected.
    @Test
    void accessRulesHoldAndFollowTheirFile() throws IOException {
        Path rules = Files.writeString(temporary.resolve("acl"), "topic a\ntopic read b\n");
        byte[] subscribeABC = {(byte) 0x82, 15, 0, 1, 0, 0, 1, 'a', 0, 0, 1, 'b', 0, 0, 1, 'c', 0};
        byte[] publishA = {0x32, 7, 0, 1, 'a', 0, 2, 0, 'x'};
        byte[] publishB = {0x32, 7, 0, 1, 'b', 0, 3, 0, 'x'};
        Path file =
                Files.writeString(
                        temporary.resolve("f.yaml"), "sys-interval: 0\naccess-rules: " + rules);
        try (Broker broker = start(file);
                Socket client = connect(broker)) {
            client.getOutputStream().write(CONNECT_5);
            assertThat(packet(client.getInputStream())).startsWith(0x20);
            client.getOutputStream().write(subscribeABC);
            assertThat(packet(client.getInputStream()))
                    .containsExactly(0x90, 6, 0, 1, 0, 0, 0, 0x87);
            client.getOutputStream().write(publishB);
            assertThat(packet(client.getInputStream())).containsExactly(0x40, 3, 0, 3, 0x87);
            client.getOutputStream().write(publishA);
            assertThat(packet(client.getInputStream())).startsWith(0x30);
            assertThat(packet(client.getInputStream())).containsExactly(0x40, 2, 0, 2);

            Files.writeString(rules, "topic reed b\n");
            broker.reload(); // wrong: the rules before stay
            client.getOutputStream().write(publishA);
            assertThat(packet(client.getInputStream())).startsWith(0x30);
            assertThat(packet(client.getInputStream())).containsExactly(0x40, 2, 0, 2);

            Files.writeString(rules, "topic read b\ntopic write a\ntopic write b\n");
            broker.reload();
            client.getOutputStream().write(publishA);
            assertThat(packet(client.getInputStream()))
                    .as("not delivered any more, by 0x10 or without it")
                    .startsWith(0x40);
            client.getOutputStream().write(publishB);
            assertThat(packet(client.getInputStream())).startsWith(0x30);
        }
    }

    /// Listeners stay as they were until a restart; what clients may do at them must not be opened
    /// by a file that has others.
    @ParameterizedTest
    @CsvSource({"'', true", "'allow-everything: true', false"})
    void rulesDoNotGoWhileOthersCanReachTheBroker(String written, boolean stay) throws IOException {
        Path rules = Files.writeString(temporary.resolve("acl"), "topic read b\n");
        Path file = temporary.resolve("f.yaml");
        Files.writeString(
                file,
                """
                sys-interval: 0
                allow-anonymous: true
                access-rules: %s
                listeners: [{port: 0, proxy-protocol: {sources: 127.0.0.1}}]
                """
                        .formatted(rules));
        byte[] publishC = {0x32, 7, 0, 1, 'c', 0, 2, 0, 'x'};
        try (Broker broker = start(file);
                Socket client = connect(broker)) {
            client.getOutputStream().write("PROXY UNKNOWN\r\n".getBytes(StandardCharsets.US_ASCII));
            client.getOutputStream().write(CONNECT_5);
            assertThat(packet(client.getInputStream())).startsWith(0x20);
            Files.writeString(file, "sys-interval: 0\nallow-anonymous: true\n" + written);
            broker.reload();
            client.getOutputStream().write(publishC);
            assertThat(packet(client.getInputStream()))
                    .isEqualTo(stay ? List.of(0x40, 3, 0, 2, 0x87) : List.of(0x40, 2, 0, 2));
        }
    }

    @Test
    void aReloadTakesNewCertificatesEvenIfTheFileHasMistakes() throws Exception {
        Authority authority = Authority.named("an authority");
        authority.server("old").write(temporary, "server");
        Path file = Files.writeString(temporary.resolve("f.yaml"), tls("info"));
        try (Broker broker = start(file)) {
            assertThat(subject(broker, authority)).isEqualTo("CN=old");
            authority.server("new").write(temporary, "server");
            Files.writeString(file, tls("loud"));

            broker.reload();

            assertThat(subject(broker, authority)).isEqualTo("CN=new");
        }
        authority.server("no longer the key's").write(temporary, "other");
        Files.move(
                temporary.resolve("other.key"),
                temporary.resolve("server.key"),
                StandardCopyOption.REPLACE_EXISTING);
        Files.writeString(file, tls("info"));
        assertThatThrownBy(() -> start(file))
                .isInstanceOfSatisfying(
                        ConfigurationException.class,
                        it ->
                                assertThat(it.mistakes())
                                        .singleElement()
                                        .asString()
                                        .contains("listeners[0].tls.key: given ")
                                        .contains("it is not the key of the certificate in"));
    }

    private String tls(String logLevel) {
        return """
        log-level: %s
        listeners:
          - transport: tls
            port: 0
            tls: {certificate: %s, key: %s}
        """
                .formatted(
                        logLevel, temporary.resolve("server.pem"), temporary.resolve("server.key"));
    }

    private static String subject(Broker broker, Authority authority) throws IOException {
        try (SSLSocket client =
                TlsPeer.trusting(authority, null).connect(broker.addresses().getFirst())) {
            client.startHandshake();
            client.getOutputStream().write(CONNECT_5);
            assertThat(packet(client.getInputStream())).startsWith(0x20);
            return client.getSession().getPeerPrincipal().getName();
        }
    }

    @Test
    void aBrokerThatHasStoppedReadsNothingAgain() throws IOException {
        Path file = Files.writeString(temporary.resolve("f.yaml"), "log-level: warn");
        Broker broker = start(file);
        Files.writeString(file, "log-level: debug\nsys-interval: 1h");
        broker.reload();
        broker.close();
        Files.writeString(file, "log-level: info\nsys-interval: 2h");
        broker.reload();

        assertThat(logLevels).containsExactly(LogLevel.WARN, LogLevel.DEBUG);
    }

    /// What a start reads of the store is as large as all that was in flight.
    @Test
    void whatAStartHasReadIsNotKeptInMemory() throws Exception {
        try (Broker broker = start(null, "sys-interval=0");
                Socket client = connect(broker)) {
            client.getOutputStream().write(CONNECT_5_KEPT);
            assertThat(packet(client.getInputStream())).startsWith(0x20);
        }
        Broker again = start(null, "sys-interval=0");
        again.close(); // so that nobody works at it

        assertThat(Reachable.from(again))
                .as("the session is there")
                .contains("org.vencejo.core.ServerSession")
                .noneMatch(each -> each.startsWith("org.vencejo.core.Recovered"));
    }

    private Broker start(Path file, String... assignments) {
        return Broker.start(setup(file, assignments));
    }

    private Broker.Setup setup(Path file, String... assignments) {
        List<String> all = new ArrayList<>(List.of(assignments));
        all.add("data-folder=" + temporary.resolve("data"));
        boolean hasListeners = all.getFirst().startsWith("listeners");
        return new Broker.Setup(
                new Configuration.Request(file, Map.of(), all, hasListeners ? null : "0"),
                Machine.here(),
                "0.0.0-test",
                System.nanoTime(),
                logLevels::add);
    }

    private static Socket connect(Broker broker) throws IOException {
        var address = broker.addresses().getFirst();
        return new Socket(address.getAddress(), address.getPort());
    }

    /// SUBSCRIBE with Packet Identifier 1, no properties, QoS 0.
    private static byte[] subscribe(String topicFilter) {
        byte[] filter = topicFilter.getBytes(StandardCharsets.UTF_8);
        byte[] packet = new byte[8 + filter.length];
        packet[0] = (byte) 0x82;
        packet[1] = (byte) (packet.length - 2);
        packet[3] = 1;
        packet[6] = (byte) filter.length;
        System.arraycopy(filter, 0, packet, 7, filter.length);
        return packet;
    }

    /// The next packet, whose Remaining Length fits in a byte.
    private static List<Integer> packet(InputStream in) throws IOException {
        List<Integer> packet = new ArrayList<>();
        packet.add(in.read());
        packet.add(in.read());
        for (byte each : in.readNBytes(packet.get(1))) {
            packet.add(each & 0xFF);
        }
        return packet;
    }

    private static String text(List<Integer> packet) {
        StringBuilder text = new StringBuilder();
        packet.forEach(each -> text.append((char) each.intValue()));
        return text.toString();
    }
}
