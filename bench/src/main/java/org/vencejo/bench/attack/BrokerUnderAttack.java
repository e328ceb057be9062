package org.vencejo.bench.attack;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A broker in a process of its own, with a listener of each transport. Confined to one thread.
final class BrokerUnderAttack implements AutoCloseable {
    static final String HOST = "127.0.0.1";

    /// The launcher may have to build first.
    private static final int STARTING_SECONDS_MAX = 300;

    private static final int REMOVING_SECONDS_MAX = 120;

    /// The exit code of `sub` when the time of `-W` is over.
    private static final int TIME_IS_OVER = 27;

    /// A broker that has just started has a compiler of the JVM beside it, which takes a quarter of
    /// what the broker itself does.
    private static final String WARM_UP = "12s";

    private final Path vencejo;
    private final Path folder;
    private final Process process;
    private final int[] ports;
    private long cpuMillisBefore;

    /// How it is set up: its heap, as `256m`; how many messages a second a client may send, 0 for
    /// as many as it likes; and whether it lets strangers in where attackers come, or only where
    /// the honest do.
    record Setup(String heap, int rate, boolean strangers) {}

    /// Starts one in `folder`.
    BrokerUnderAttack(Path vencejo, Path folder, Setup setup) throws IOException {
        this.vencejo = vencejo;
        this.folder = folder;
        Files.createDirectories(folder);
        ports = freePorts();
        Path config = folder.resolve("vencejo.yaml");
        String authentication =
                setup.strangers ? "" : "authentication: [{file: %s}]%n".formatted(users());
        Files.writeString(config, configuration(folder, setup) + authentication);
        makeCertificate(folder);
        if (!setup.strangers) {
            makeUser();
        }
        Path log = folder.resolve("broker.log");
        ProcessBuilder builder =
                new ProcessBuilder(
                        vencejo.toString(),
                        "broker",
                        "--warm-up",
                        WARM_UP,
                        "--config",
                        config.toString());
        Map<String, String> environment = builder.environment();
        environment.merge(
                "VENCEJO_JAVA_OPTS", "-Xmx" + setup.heap, (given, more) -> given + " " + more);
        process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
        // Who ends the run ends the broker.
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        try {
            awaitListening(log);
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private void awaitListening(Path log) throws IOException {
        long began = System.nanoTime();
        while (!Files.readString(log).contains(" listens on ")) {
            boolean isLate =
                    System.nanoTime() - began > TimeUnit.SECONDS.toNanos(STARTING_SECONDS_MAX);
            if (isLate || !process.isAlive()) {
                throw new IOException(
                        (isLate ? "the broker does not listen:\n" : "the broker ended:\n")
                                + Files.readString(log));
            }
            sleep(100);
        }
    }

    private String configuration(Path folder, Setup setup) {
        return """
        listeners:
          - {port: %d, allow-anonymous: true}
          - {port: %d}
          - {port: %d, transport: tls, tls: {certificate: %s, key: %s}}
          - {port: %d, transport: websocket}
        allow-anonymous: %b
        data-folder: %s
        sys-interval: 1s
        limits:
          loopback-limited: true
          connections-per-address-max: 500
          connections-per-address-rate-max: 50
          connecting-max: 4000
          messages-in-rate-max: %d
        """
                .formatted(
                        ports[0],
                        ports[1],
                        ports[2],
                        folder.resolve("certificate.pem"),
                        folder.resolve("key.pem"),
                        ports[3],
                        setup.strangers,
                        folder.resolve("data"),
                        setup.rate);
    }

    /// Has the command line remove the retained messages that match `filter`; returns how many.
    long removeRetained(String filter) throws IOException {
        String command =
                "sub -h %s -p %d -t %s --retained-only --remove-retained -W 20 -F ."
                        .formatted(HOST, ports[0], filter);
        List<String> all = new ArrayList<>(List.of(vencejo.toString()));
        all.addAll(List.of(command.split(" ", -1)));
        Path printed = folder.resolve("removed.txt");
        Process it =
                new ProcessBuilder(all)
                        .redirectOutput(printed.toFile())
                        .redirectError(Redirect.INHERIT)
                        .start();
        int code = exitCode(it, REMOVING_SECONDS_MAX);
        if (code != 0 && code != TIME_IS_OVER) {
            throw new IOException("the retained messages were not removed: exit code " + code);
        }
        try (Stream<String> lines = Files.lines(printed)) {
            return lines.count();
        }
    }

    private Path users() {
        return folder.resolve("users");
    }

    // A broker that lets in neither strangers nor anybody else does not start.
    private void makeUser() throws IOException {
        Files.writeString(users(), "somebody:else\n");
        Process it =
                new ProcessBuilder(vencejo.toString(), "passwd", "-U", users().toString())
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (exitCode(it, STARTING_SECONDS_MAX) != 0) {
            throw new IOException("vencejo passwd could not make a user");
        }
    }

    // Of a process that ends by itself.
    private static int exitCode(Process process, int secondsMax) throws IOException {
        try {
            if (process.waitFor(secondsMax, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            throw new IOException("%s has not ended in %d s".formatted(process, secondsMax));
        } catch (InterruptedException e) {
            throw new IOException(e);
        } finally {
            process.destroyForcibly();
        }
    }

    private static void makeCertificate(Path folder) throws IOException {
        List<String> command =
                List.of(
                        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
                                .split(" ", -1));
        List<String> all = new ArrayList<>(command);
        all.addAll(
                List.of(
                        "-keyout",
                        folder.resolve("key.pem").toString(),
                        "-out",
                        folder.resolve("certificate.pem").toString()));
        Process openssl =
                new ProcessBuilder(all)
                        .redirectErrorStream(true)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start();
        if (exitCode(openssl, STARTING_SECONDS_MAX) != 0) {
            throw new IOException("openssl could not make a certificate");
        }
    }

    /// Where the honest come.
    int port() {
        return ports[0];
    }

    /// Where attackers come: by TCP, TLS and WebSocket.
    int[] attackedPorts() {
        return new int[] {ports[1], ports[2], ports[3]};
    }

    /// Resident memory in megabytes.
    long residentMegabytes() throws IOException {
        return status("VmRSS:");
    }

    /// The most that it ever was.
    long residentMegabytesMost() throws IOException {
        return status("VmHWM:");
    }

    private long status(String name) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + process.pid() + "/status"))) {
            if (line.startsWith(name)) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1_024;
            }
        }
        throw new IOException("the broker is gone");
    }

    /// Processor time since the last call, in milliseconds.
    long cpuMillis() throws IOException {
        String stat = Files.readString(Path.of("/proc/" + process.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        long now = 10 * (Long.parseLong(fields[11]) + Long.parseLong(fields[12]));
        long since = now - cpuMillisBefore;
        cpuMillisBefore = now;
        return since;
    }

    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
        }
    }

    private static int[] freePorts() throws IOException {
        InetAddress any = InetAddress.ofLiteral(HOST);
        try (ServerSocket first = new ServerSocket(0, 1, any);
                ServerSocket second = new ServerSocket(0, 1, any);
                ServerSocket third = new ServerSocket(0, 1, any);
                ServerSocket fourth = new ServerSocket(0, 1, any)) {
            return new int[] {
                first.getLocalPort(),
                second.getLocalPort(),
                third.getLocalPort(),
                fourth.getLocalPort()
            };
        }
    }

    static void sleep(long millis) {
        try {
            Thread.sleep(millis);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
