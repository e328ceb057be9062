package org.vencejo.bench.attack;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

    private final Product.Place place;
    private final Process process;
    private long cpuMillisBefore;

    /// Starts one in `folder`.
    BrokerUnderAttack(Product product, Path folder, Product.Setup setup) throws IOException {
        Files.createDirectories(folder);
        place = new Product.Place(folder, freePorts());
        Files.writeString(place.config(), product.configuration(place, setup));
        makeCertificate(place);
        Files.writeString(place.users(), "somebody:else\n");
        runToItsEnd(product.toEncrypt(place));
        Path log = folder.resolve("broker.log");
        ProcessBuilder builder = new ProcessBuilder(product.toStart(place));
        builder.environment().putAll(product.environment(setup));
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
        while (!isListening()) {
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

    // The last of its listeners; they are bound in the order of the file.
    private boolean isListening() throws IOException {
        try (Socket _ = new Socket(InetAddress.ofLiteral(HOST), place.ports()[3])) {
            return process.isAlive();
        } catch (ConnectException notYet) {
            return false;
        }
    }

    /// Has the command line `vencejo` remove the retained messages that match `filter`; returns how
    /// many.
    long removeRetained(Path vencejo, String filter) throws IOException {
        String command =
                "sub -h %s -p %d -t %s --retained-only --remove-retained -W 20 -F ."
                        .formatted(HOST, port(), filter);
        List<String> all = new ArrayList<>(List.of(vencejo.toString()));
        all.addAll(List.of(command.split(" ", -1)));
        Path printed = place.folder().resolve("removed.txt");
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

    private static void runToItsEnd(List<String> command) throws IOException {
        Process it =
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(Redirect.DISCARD)
                        .start();
        if (exitCode(it, STARTING_SECONDS_MAX) != 0) {
            throw new IOException("this failed: " + command);
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

    private static void makeCertificate(Product.Place place) throws IOException {
        List<String> command =
                List.of(
                        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost"
                                .split(" ", -1));
        List<String> all = new ArrayList<>(command);
        all.addAll(
                List.of("-keyout", place.key().toString(), "-out", place.certificate().toString()));
        runToItsEnd(all);
    }

    /// Where the honest come.
    int port() {
        return place.ports()[0];
    }

    /// Where attackers come: by TCP, TLS and WebSocket.
    int[] attackedPorts() {
        return Arrays.copyOfRange(place.ports(), 1, 4);
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
