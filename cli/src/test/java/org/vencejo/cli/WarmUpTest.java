package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardWatchEventKinds;
import java.nio.file.WatchEvent;
import java.nio.file.WatchKey;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.broker.Broker;
import org.vencejo.broker.Traffic;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.storage.OwnerOnly;
import org.vencejo.transport.Authority;
import org.vencejo.transport.TlsFiles;

/// `vencejo broker --warm-up`: what is left of the made-up clients, and that a broker starts
/// whether they work or not.
@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no such signals, and no sh")
class WarmUpTest {
    private static final String DONE =
            ".*Z INFO  warmed up in [0-9]+\\.[0-9] s, [1-9][0-9]* messages,"
                    + " [1-9][0-9]* connections of strangers";

    /// Longer than a test may take.
    private static final long HOUR_NANOS = TimeUnit.HOURS.toNanos(1);

    @TempDir private Path folder;
    private final List<Process> started = new ArrayList<>();
    private Path data;
    private Path scratch;

    // One that others can enter would be warned of: a line more in the log.
    @BeforeEach
    void makeDataFolder() throws IOException {
        data = folder.resolve("data");
        Files.createDirectory(data, OwnerOnly.folder(data));
        scratch = data.resolve("warm-up");
    }

    @AfterEach
    void end() {
        started.forEach(Process::destroyForcibly);
    }

    // ---- as a process ----

    @Test
    void aWarmBrokerHasNothingOfItsMadeUpClients() throws Exception {
        Files.createDirectories(scratch.resolve("store"));
        Files.writeString(scratch.resolve("store/CURRENT"), "of one that was killed");

        Process broker = broker("1s");
        List<String> log = linesUntil("listens on", broker.inputReader());

        assertThat(log).hasSize(3);
        assertThat(log.get(0)).matches(DONE);
        assertThat(log.get(1)).contains("has 0 sessions with 0 messages, and 0 retained messages");
        assertThat(log.get(2)).contains("durability fsync");
        assertThat(scratch).doesNotExist();
        assertThat(broker.children()).isEmpty();
        signal("TERM", broker);
        assertThat(broker.inputReader().readAllAsString().lines())
                .hasSize(2)
                .last()
                .asString()
                .endsWith("INFO  stopped");
        assertThat(broker.waitFor()).isZero();
    }

    @Test
    void oneThatCannotBeIsToldAndTheBrokerStarts() throws Exception {
        Files.createSymbolicLink(scratch, folder.resolve("nowhere"));

        List<String> log = linesUntil("listens on", broker("1s").inputReader());

        assertThat(log).hasSize(3);
        assertThat(log.getFirst())
                .matches(
                        ".*Z WARN  the warm-up failed: .*'%s' is not a folder; all works without"
                                .formatted(scratch));
    }

    @Test
    void sigtermEndsItAndTheStart() throws Exception {
        try (WatchService watched = watch(data)) {
            Process broker = broker("1min");
            awaitFile("warm-up", watched);

            signal("TERM", broker);

            assertThat(broker.inputReader().readAllAsString()).isEmpty();
            assertThat(broker.waitFor()).isZero();
            assertThat(scratch).doesNotExist();
        }
    }

    // ---- the clients ----

    @Test
    void clientsThatFailSayWhy() throws IOException {
        assertThatThrownBy(() -> warmUp("echo of no use; exit 3"))
                .isInstanceOf(IOException.class)
                .hasMessage("its clients ended with exit code 3: of no use");
        assertThatThrownBy(() -> new WarmUp(1, List.of("no-such-program")).serve(configuration()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("no-such-program");
        assertThat(scratch).doesNotExist();
        assertThat(warmUp("echo 7")).isEqualTo("7");
        assertThat(scratch).doesNotExist();
    }

    /// Of a broker that speaks TLS, those have a port for that, too.
    @Test
    void strangersComeThroughTheDoorsThatThereAre() throws IOException {
        WarmUp warmUp = new WarmUp(1, List.of("sh", "-c", "echo $*", "sh"));
        assertThat(warmUp.serve(configuration()).split(" ")).as("time, ports").hasSize(1 + 3);
        assertThat(warmUp.serve(withTls()).split(" "))
                .as("time, ports")
                .hasSize(1 + 4)
                .doesNotHaveDuplicates();
    }

    /// Each says what it is to say: as many are refused, and fail at their doors, as are meant to.
    @Test
    @EnabledOnOs(value = OS.LINUX, disabledReason = "who is cut at once may not be accepted")
    void strangersAreHeardAndRefused() throws IOException {
        WarmUp.makeFolder(scratch);
        try (Broker broker = Broker.start(WarmUp.setup(withTls(), scratch))) {
            int[] ports =
                    broker.addresses().stream().mapToInt(InetSocketAddress::getPort).toArray();
            TrainingStrangers strangers = new TrainingStrangers(ports);
            Traffic before = afterAVisit(strangers, broker); // slow, as nothing is compiled

            Traffic traffic = afterAVisit(strangers, broker);
            assertThat(traffic.failedHandshakes() - before.failedHandshakes()).isEqualTo(3);
            assertThat(traffic.failedUpgrades() - before.failedUpgrades()).isEqualTo(1);
            assertThat(traffic.bytesSent() - before.bytesSent())
                    .as("CONNACKs, one of 5.0")
                    .isGreaterThanOrEqualTo(3 * 4 + 5);
        }
    }

    private static Traffic afterAVisit(TrainingStrangers strangers, Broker broker) {
        assertThat(strangers.comeOnce()).isTrue();
        while (broker.traffic().acceptedConnections() < strangers.came()
                || broker.traffic().openConnections() > 0) {
            assertThat(Thread.interrupted()).as("out of time").isFalse();
        }
        return broker.traffic();
    }

    @Test
    void aStopEndsTheClientsToo() throws Exception {
        Path made = folder.resolve("made");
        String clients = "echo $$ > %s.new; mv %<s.new %<s; exec cat".formatted(made);
        WarmUp warmUp = new WarmUp(HOUR_NANOS, List.of("sh", "-c", clients));
        try (WatchService watched = watch(folder)) {
            CompletableFuture<Void> run =
                    CompletableFuture.runAsync(() -> warmUp.run(configuration()));
            awaitFile("made", watched);

            warmUp.stop();

            assertThatThrownBy(run::join).hasRootCauseInstanceOf(CancellationException.class);
        }
        assertThat(ProcessHandle.of(Long.parseLong(Files.readString(made).strip()))).isEmpty();
        assertThat(scratch).doesNotExist();
        assertThatThrownBy(() -> warmUp.run(configuration()))
                .as("what is stopped stays so")
                .isInstanceOf(CancellationException.class);
    }

    @Test
    void theClientsEndWithTheirInput() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            List<String> command = new ArrayList<>(WarmUp.clients());
            command.add(String.valueOf(HOUR_NANOS));
            String port = String.valueOf(silent.getLocalPort());
            command.addAll(List.of(port, port, port));
            Process clients = start(command);
            try (Socket ofThem = silent.accept()) {
                assertThat(ofThem.isConnected()).isTrue();
                clients.getOutputStream().close();

                assertThat(clients.inputReader().readAllAsString()).isEmpty();
                assertThat(clients.waitFor()).isNotZero();
            }
        }
    }

    /// Those are a script for `sh`.
    private String warmUp(String clients) throws IOException {
        return new WarmUp(1, List.of("sh", "-c", clients)).serve(configuration());
    }

    private Configuration configuration(String... more) {
        List<String> assignments =
                new ArrayList<>(List.of("data-folder=" + data, "durability=memory"));
        assignments.addAll(List.of(more));
        return Configuration.read(
                new Configuration.Request(null, Map.of(), assignments, null), Machine.here());
    }

    private Configuration withTls() {
        TlsFiles.KeyPair files =
                Authority.named("planta").server("localhost").write(folder, "broker");
        return configuration(
                "listeners[0].port=0",
                "listeners[1].port=0",
                "listeners[1].name=secure",
                "listeners[1].transport=tls",
                "listeners[1].tls.certificate=" + files.certificate(),
                "listeners[1].tls.key=" + files.key());
    }

    // ---- processes ----

    private Process broker(String warmUp) throws IOException {
        return start(
                List.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:+UseSerialGC",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Vencejo.class.getName(),
                        "broker",
                        "--port=0",
                        "--set=data-folder=" + data,
                        "--warm-up=" + warmUp));
    }

    private Process start(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        started.add(process);
        return process;
    }

    private static void signal(String name, Process process) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    /// All lines up to the first that holds `words`.
    private static List<String> linesUntil(String words, BufferedReader log) throws IOException {
        List<String> lines = new ArrayList<>();
        String line = log.readLine();
        while (line != null) {
            lines.add(line);
            if (line.contains(words)) {
                return lines;
            }
            line = log.readLine();
        }
        throw new AssertionError("expected a line with '%s', was %s".formatted(words, lines));
    }

    private static WatchService watch(Path folder) throws IOException {
        WatchService watched = folder.getFileSystem().newWatchService();
        folder.register(watched, StandardWatchEventKinds.ENTRY_CREATE);
        return watched;
    }

    private static void awaitFile(String name, WatchService watched) throws InterruptedException {
        while (true) {
            WatchKey key = watched.take();
            for (WatchEvent<?> event : key.pollEvents()) {
                if (String.valueOf(event.context()).equals(name)) {
                    return;
                }
            }
            key.reset();
        }
    }
}
