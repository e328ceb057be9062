package org.vencejo.testing.interop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netty.channel.epoll.Epoll;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.broker.Broker;
import org.vencejo.broker.StartException;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttException;
import org.vencejo.client.MqttOptions;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;

/// A whole broker at a Unix socket, with our own clients and Mosquitto's.
@Timeout(120)
class UnixDoorTest {
    private static final String LARGE = "x".repeat(500_000);

    @TempDir private Path folder;
    private Path socket;
    private Broker broker;

    @BeforeEach
    void start() throws Exception {
        socket = folder.resolve("mqtt.sock");
        broker = broker("data", List.of());
    }

    @AfterEach
    void stop() {
        broker.close();
        assertThat(socket).doesNotExist();
    }

    @ParameterizedTest
    @EnumSource
    void ourOwn(ProtocolVersion version) {
        MqttOptions options =
                MqttOptions.builder()
                        .unixSocket(socket)
                        .version(version)
                        .clientIdentifier("own")
                        .build();
        assertThat(options.toString()).contains("unix:" + socket);
        try (MqttClient client = new MqttClient(options)) {
            client.connect();
            client.subscribe("own", QoS.EXACTLY_ONCE);
            client.publish("own", LARGE, QoS.EXACTLY_ONCE);
            assertThat(client.receive().text()).hasSize(LARGE.length());
            client.disconnect();
        }
    }

    @Test
    void ourOwnSaysWhyItDoesNotComeIn() {
        Path none = folder.resolve("none.sock");
        try (MqttClient client = new MqttClient(MqttOptions.builder().unixSocket(none).build())) {
            assertThatThrownBy(client::connect)
                    .isInstanceOf(MqttException.class)
                    .hasMessageContaining("cannot connect to unix:" + none + ": ")
                    .hasMessageContaining("o such file");
        }
    }

    @Test
    void ourCommands() throws Exception {
        List<String> java =
                List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:+UseSerialGC",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "org.vencejo.cli.Vencejo");
        List<String> where = List.of("--unix", socket.toString(), "-q", "1", "-t", "commands");
        assertThat(run(java, List.of("pub", "-r", "-m", "hello"), where)).isEmpty();
        assertThat(run(java, List.of("sub", "-C", "1", "-W", "20"), where)).contains("hello\n");
    }

    @Test
    void mosquitto() throws Exception {
        assumeTrue(Program.find("mosquitto_pub") != null, "interop with mosquitto: not installed");
        List<String> where = List.of("--unix", socket.toString(), "-q", "1", "-t", "mosquitto");
        assertThat(run(List.of("mosquitto_pub"), List.of("-r", "-m", "hello"), where)).isEmpty();
        assertThat(run(List.of("mosquitto_sub"), List.of("-C", "1", "-W", "20"), where))
                .isEqualTo("hello\n");
    }

    /// Whatever it says, it is who the kernel says.
    @Test
    void theUserOfTheProcessIsTheClient() throws Exception {
        assumeTrue(Epoll.isAvailable(), "the JDK alone does not tell who the process is");
        broker.close();
        String me = System.getProperty("user.name");
        Path rules = folder.resolve("acl");
        for (String user : List.of(me, "somebody-else")) {
            Files.writeString(rules, "user %s\ntopic mine/#\n".formatted(user));
            broker =
                    broker(
                            "data of " + user,
                            List.of("authentication[0].type=unix-peer", "access-rules=" + rules));
            MqttOptions options =
                    MqttOptions.builder().unixSocket(socket).userName("somebody-else").build();
            try (MqttClient client = new MqttClient(options)) {
                client.connect();
                if (user.equals(me)) {
                    client.subscribe("mine/#", QoS.AT_LEAST_ONCE);
                    client.publish("mine/own", "hello", QoS.AT_LEAST_ONCE);
                    assertThat(client.receive().text()).isEqualTo("hello");
                } else {
                    assertThatThrownBy(() -> client.subscribe("mine/#", QoS.AT_LEAST_ONCE))
                            .isInstanceOf(MqttException.class);
                }
            }
            broker.close();
        }
    }

    @Test
    void aSecondBrokerDoesNotStart() throws Exception {
        assertThatThrownBy(() -> broker("other data", List.of()).close())
                .isInstanceOf(StartException.class)
                .hasMessage("cannot listen on unix:" + socket + ": somebody listens there already");
        ourOwn(ProtocolVersion.MQTT_5);
    }

    // ---- helpers

    private Broker broker(String data, List<String> more) throws Exception {
        List<String> settings =
                new ArrayList<>(
                        List.of(
                                "listeners[0].transport=unix",
                                "listeners[0].path=" + socket,
                                "data-folder=" + folder.resolve(data),
                                "durability=memory",
                                "sys-interval=0"));
        settings.addAll(more);
        return Broker.start(
                new Broker.Setup(
                        new Configuration.Request(null, Map.of(), settings, null),
                        Machine.here(),
                        "0.0.0-test",
                        System.nanoTime(),
                        level -> {}));
    }

    /// Runs a program to its end, which has to be a good one; its errors are part of its text.
    @SafeVarargs
    private String run(List<String>... parts) throws Exception {
        List<String> command = new ArrayList<>();
        for (List<String> part : parts) {
            command.addAll(part);
        }
        Path output = Files.createTempFile(folder, "out", "");
        Process process =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).as(() -> output.toString()).isZero();
            return Files.readString(output);
        } finally {
            process.destroyForcibly();
        }
    }
}
