package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.client.MqttClient;
import org.vencejo.client.MqttMessage;
import org.vencejo.client.MqttOptions;
import org.vencejo.protocol.QoS;

/// The command sub as a process that is told to stop.
@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no such signals")
class SubProcessTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    @TempDir private Path folder;
    private final List<Process> processes = new ArrayList<>();

    @AfterEach
    void end() {
        processes.forEach(Process::destroyForcibly);
    }

    @Test
    void itEndsWithZeroWhenToldToStopAndTheWillIsForgotten() throws Exception {
        try (RunningBroker broker = RunningBroker.start(folder, 1);
                MqttClient watcher = client(broker)) {
            watcher.subscribe("adios", QoS.AT_LEAST_ONCE);
            for (String signal : List.of("TERM", "INT", "KILL")) {
                Process sub =
                        sub(
                                broker.port(),
                                "-t vivo -v -d --will-topic adios --will-payload " + signal);
                lineWith(sub.errorReader(), "received Suback");
                watcher.publish("vivo", "hola", QoS.AT_LEAST_ONCE);
                assertThat(sub.inputReader().readLine()).isEqualTo("vivo hola");
                signal(sub, signal);
                int exitCode = sub.waitFor();
                assertThat(exitCode == 0).as("%s: %s", signal, exitCode).isEqualTo(!isKill(signal));
            }
            MqttMessage will = watcher.receive(LONG);
            assertThat(will).isNotNull();
            assertThat(will.text()).as("the first will").isEqualTo("KILL");
        }
    }

    private static boolean isKill(String signal) {
        return signal.equals("KILL");
    }

    @Test
    void itEndsWithZeroThoughTheServerNeverAnswers() throws Exception {
        try (var server =
                ScriptedPeer.start(peer -> {
                    peer.receive();
                    peer.receive(); // nothing, until the process has ended
                })) {
            Process sub = sub(server.port(), "-t a -d");
            lineWith(sub.errorReader(), "sent Connect");
            signal(sub, "TERM");
            assertThat(sub.waitFor()).isZero();
        }
    }

    private static MqttClient client(RunningBroker broker) {
        var client =
                new MqttClient(MqttOptions.builder().host("127.0.0.1").port(broker.port()).build());
        client.connect();
        return client;
    }

    private Process sub(int port, String line) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(ProcessHandle.current().info().command().orElseThrow());
        Collections.addAll(command, "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
        Collections.addAll(command, "--sun-misc-unsafe-memory-access=allow");
        Collections.addAll(command, "--enable-native-access=ALL-UNNAMED");
        Collections.addAll(command, "-cp", System.getProperty("java.class.path"));
        Collections.addAll(command, Vencejo.class.getName(), "sub", "-h", "127.0.0.1", "-p");
        command.add(Integer.toString(port));
        Collections.addAll(command, line.split(" "));
        Process process = new ProcessBuilder(command).start();
        processes.add(process);
        return process;
    }

    private static void signal(Process process, String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    private static void lineWith(BufferedReader lines, String words) throws IOException {
        List<String> before = new ArrayList<>();
        String line = lines.readLine();
        while (line != null && !line.contains(words)) {
            before.add(line);
            line = lines.readLine();
        }
        assertThat(line).as("a line with '%s' after %s", words, before).isNotNull();
    }
}
