package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.event.Level;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttMessage;
import org.vencejo.client.MqttOptions;
import org.vencejo.protocol.QoS;

/// What `vencejo conformance` finds out about servers good and bad, and how it says so.
@Timeout(300)
class ConformanceCommandTest {
    private static final String ACCEPTS = "20 02 00 00";
    private static final String ACCEPTS_5 = "20 03 00 00 00";

    @RegisterExtension final Console console = new Console();
    private final Map<String, Runnable> signals = new HashMap<>();

    @TempDir private Path folder;

    @BeforeEach
    void leaveOutWhatTheBrokerTellsOfEachClient() {
        Log.STANDARD_ERROR.level(Level.WARN);
    }

    @Test
    void ourBrokerBreaksNothingAndIsLeftAsItWas() throws IOException {
        Path json = folder.resolve("report.json");
        try (RunningBroker broker = RunningBroker.start(folder, 1)) {
            publishRetained(broker.port(), "before");

            assertThat(play(broker.port(), "--json", json.toString())).as(console.out()).isZero();

            assertThat(console.out())
                    .contains("3.1    spoken", "3.1.1  spoken", "5.0    spoken, with ")
                    .doesNotContain("Broken statements", "Other choices")
                    .contains("needs virtual time")
                    .endsWith("not played; 0 statements broken\n");
            assertThat(retained(broker.port())).containsExactly("before");
        }
        Map<?, ?> report = read(json);
        assertThat(report.get("good")).isEqualTo(true);
        assertThat(report.get("complete")).isEqualTo(true);
        assertThat((List<?>) report.get("versions")).hasSize(3);
        assertThat((List<?>) report.get("scenarios")).hasSizeGreaterThan(1_000);
        assertThat((List<?>) report.get("statements")).anyMatch(is("MQTT-3.3.4-1", "5.0", "shown"));
    }

    @Test
    void oneStatementInOneVersionIsPlayedAlone() throws IOException {
        try (RunningBroker broker = RunningBroker.start(folder, 1)) {
            assertThat(play(broker.port(), "--only", "MQTT-3.3.4-1", "--version", "5", "-v"))
                    .isZero();
            assertThat(console.err().lines())
                    .isNotEmpty()
                    .allMatch(line -> line.startsWith("passed  ") && line.contains("[5.0"));
            assertThat(console.out()).contains("3.1.1  not asked for");
        }
    }

    @Test
    void aServerThatClosesAtEverythingBreaksStatements() throws IOException {
        try (StubServer server = StubServer.start(ACCEPTS, ACCEPTS_5)) {
            assertThat(
                            play(
                                    server.port(),
                                    "--only",
                                    "MQTT-3.3.4-1",
                                    "--only",
                                    "MQTT-3.12.4-1",
                                    "--json",
                                    "-"))
                    .isEqualTo(1);
            Map<?, ?> report = read(console.out());
            assertThat(report.get("good")).isEqualTo(false);
            assertThat((List<?>) report.get("statements"))
                    .anyMatch(is("MQTT-3.12.4-1", "5.0", "broken"));

            assertThat(play(server.port(), "--only", "MQTT-3.12.4-1", "-V", "5")).isEqualTo(1);
            assertThat(console.out())
                    .contains("Broken statements")
                    .containsPattern("(?m)^5.0 MQTT-3.12.4-1: ")
                    .contains("expected a packet, given was the end of the connection")
                    .contains("again     vencejo conformance -h 127.0.0.1 -p ")
                    .containsPattern("[1-9] statements broken\n$");
        }
    }

    @Test
    void aVersionThatTheServerDoesNotSpeakIsNotPlayed() throws IOException {
        try (StubServer server = StubServer.start("", ACCEPTS_5)) {
            play(server.port(), "--only", "MQTT-3.12.4-1");
            assertThat(console.out())
                    .contains("3.1.1  not spoken: it closes the connection at CONNECT")
                    .contains("the server does not speak 3.1.1");
            assertThat(play(server.port(), "--version", "311")).isEqualTo(69);
            assertThat(console.err())
                    .endsWith(
                            ": it speaks no version asked for: 3.1.1: it closes the connection at CONNECT\n");
        }
    }

    @Test
    void whoIsNotLetInSaysSoInOneLine() throws IOException {
        try (StubServer server = StubServer.start("20 02 00 05", "20 03 00 86 00")) {
            assertThat(play(server.port())).isEqualTo(69);
            assertThat(console.err()).hasLineCount(1).contains("does not let us in, code 0x05");
            assertThat(console.out()).isEmpty();

            assertThat(play(server.port(), "-V", "5", "-u", "ann", "-P", "guess")).isEqualTo(69);
            assertThat(console.err()).contains("code 0x86");
            assertThat(new String(server.connects().getLast(), StandardCharsets.UTF_8))
                    .endsWith("\0\3ann\0\5guess");
        }
    }

    @Test
    void whereNobodyAnswersNothingIsPlayed() throws IOException {
        int port;
        try (ServerSocket nobody = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = nobody.getLocalPort();
        }
        assertThat(play(port)).isEqualTo(69);
        assertThat(console.err())
                .hasLineCount(1)
                .contains("no connection at 127.0.0.1 port " + port);

        try (StubServer http = StubServer.start("48 02 54 50", "48 02 54 50")) {
            assertThat(play(http.port())).isEqualTo(69);
            assertThat(console.err()).contains("no CONNACK: 48 02 54 50");
        }
    }

    @Test
    void whoTellsItToStopGetsWhatThereIs() throws IOException {
        try (StubServer server = StubServer.start(ACCEPTS, ACCEPTS_5)) {
            ConformanceCommand command =
                    new ConformanceCommand((name, action) -> {
                        signals.put(name, action);
                        if (name.equals("INT")) {
                            action.run();
                        }
                    });
            assertThat(run(command, "-h", "127.0.0.1", "-p", "" + server.port())).isEqualTo(1);
            assertThat(signals).containsOnlyKeys("INT", "TERM");
            assertThat(console.out()).endsWith("; not all was played: it was stopped\n");
        }
    }

    @Test
    void theScenariosAreListedWithoutAServer() {
        assertThat(run(new ConformanceCommand(), "--list", "--only", "MQTT-3.1.2-22", "-V", "5"))
                .isZero();
        assertThat(console.out().lines())
                .isNotEmpty()
                .allMatch(line -> line.contains("[5.0") && line.contains("MQTT-3.1.2-22"))
                .anyMatch(line -> line.endsWith("(not played: needs virtual time)"));
    }

    @Test
    void whatCannotBeMeantIsWrongUse() {
        assertThat(run(new ConformanceCommand(), "--only", "MQTT-nowhere")).isEqualTo(64);
        assertThat(console.err()).contains("no scenario is about MQTT-nowhere");
        assertThat(run(new ConformanceCommand(), "--wait", "0")).isEqualTo(64);
        assertThat(run(new ConformanceCommand(), "-p", "65536")).isEqualTo(64);
        assertThat(run(new ConformanceCommand(), "-V", "4")).isEqualTo(64);
        assertThat(run(new ConformanceCommand(), "-P", "secret")).isEqualTo(64);
    }

    private int play(int port, String... more) {
        List<String> arguments = new ArrayList<>(List.of("-h", "127.0.0.1", "-p", "" + port));
        arguments.addAll(List.of(more));
        return run(new ConformanceCommand(signals::put), arguments.toArray(String[]::new));
    }

    private int run(ConformanceCommand command, String... arguments) {
        return console.runCommand(command, arguments);
    }

    private static void publishRetained(int port, String topic) {
        try (MqttClient client = client(port)) {
            client.publish(MqttMessage.of(topic, "x", QoS.AT_LEAST_ONCE).retained());
        }
    }

    // The sentinel is the last retained message that a wildcard subscription gets.
    private static List<String> retained(int port) {
        List<String> topics = new ArrayList<>();
        try (MqttClient client = client(port)) {
            client.subscribe("#", QoS.AT_LEAST_ONCE);
            client.publish("sentinel", "x", QoS.AT_LEAST_ONCE);
            for (MqttMessage message = client.receive();
                    !message.topicName().equals("sentinel");
                    message = client.receive()) {
                topics.add(message.topicName());
            }
        }
        return topics;
    }

    private static MqttClient client(int port) {
        MqttClient client =
                new MqttClient(MqttOptions.builder().host("localhost").port(port).build());
        client.connect();
        return client;
    }

    private static Predicate<Object> is(String id, String version, String result) {
        return statement ->
                statement instanceof Map<?, ?> of
                        && id.equals(of.get("id"))
                        && version.equals(of.get("version"))
                        && result.equals(of.get("result"));
    }

    private static Map<?, ?> read(Path json) throws IOException {
        return read(Files.readString(json));
    }

    private static Map<?, ?> read(String json) {
        Object read = new Load(LoadSettings.builder().build()).loadFromString(json);
        assertThat(read).isInstanceOf(Map.class);
        return (Map<?, ?>) read;
    }
}
