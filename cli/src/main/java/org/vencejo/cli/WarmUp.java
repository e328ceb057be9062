package org.vencejo.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.broker.Broker;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.Machine;
import org.vencejo.storage.OwnerOnly;

/// What `--warm-up` has done before a broker starts: another broker in this process, which nobody
/// else knows of, serves made-up clients ([TrainingLoad]) and refuses made-up strangers
/// ([TrainingStrangers]), so that the JVM has compiled the roads of each message, and those that
/// only attackers take, when the first real one comes.
///
/// The clients are a process of their own: here they would use the classes of the packets in other
/// ways than a broker does, and the JVM would compile those for both. One that fails is told, and
/// all works without. Thread-safe.
final class WarmUp {
    static final long NANOS_MAX = TimeUnit.MINUTES.toNanos(1);

    /// How long the clients have to start and to end: what they have begun they do to its end.
    private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(30);

    /// One for clients, and those for strangers: by TCP, by WebSocket, and by TLS, which takes a
    /// certificate.
    private static final List<String> LISTENERS =
            List.of(
                    "listeners[0].name=clients",
                    "listeners[0].port=0",
                    "listeners[0].allow-anonymous=true",
                    "listeners[1].name=strangers",
                    "listeners[1].port=0",
                    "listeners[2].name=pages",
                    "listeners[2].port=0",
                    "listeners[2].transport=websocket");

    private static final List<String> TLS_LISTENER =
            List.of("listeners[3].name=tls", "listeners[3].port=0", "listeners[3].transport=tls");

    private static final Pattern TLS =
            Pattern.compile(
                    "(listeners\\[\\d+])\\.(tls\\.(?:certificate|key|key-password-file|minimum-version))");

    /// In the data folder.
    private static final String FOLDER = "warm-up";

    /// In the latter, the users whom the listeners for strangers let in.
    private static final String NOBODY = "nobody";

    private static final Set<String> JVM_OPTIONS =
            Set.of("JDK_JAVA_OPTIONS", "JAVA_TOOL_OPTIONS", "_JAVA_OPTIONS");

    private static final Logger log = LoggerFactory.getLogger(WarmUp.class);

    private final long nanos;
    private final List<String> clients;
    private @Nullable Process process;
    private boolean stopped;

    /// One of so many nanoseconds.
    WarmUp(long nanos) {
        this(nanos, clients());
    }

    /// The same, with the command that starts the clients; nanoseconds and ports are added to it.
    WarmUp(long nanos, List<String> clients) {
        this.nanos = nanos;
        this.clients = clients;
    }

    // As what runs for a moment: small, with one compiler.
    static List<String> clients() {
        return List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseCompactObjectHeaders",
                "-XX:+ExitOnOutOfMemoryError",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xmx64m",
                "-Dio.netty.jfr.enabled=false",
                "-cp",
                System.getProperty("java.class.path"),
                TrainingLoad.class.getName());
    }

    /// Warms up for a broker with this configuration, in its data folder, which is this process's
    /// alone; throws a [CancellationException] if it was stopped.
    void run(Configuration configuration) {
        if (nanos == 0) {
            return;
        }
        long start = System.nanoTime();
        // Whoever reads the log waits for the words of the broker that is to come.
        Log.STANDARD_ERROR.silent(true);
        String done = "";
        String failure = "";
        try {
            done = serve(configuration);
        } catch (IOException | RuntimeException e) {
            failure = String.valueOf(e.getMessage());
        } finally {
            Log.STANDARD_ERROR.silent(false);
        }
        if (isStopped()) {
            throw new CancellationException("told to stop");
        }
        System.gc(); // the broker's heap is to begin small
        if (failure.isEmpty()) {
            log.info("warmed up in {} s, {}", seconds(System.nanoTime() - start), done);
        } else {
            log.warn("the warm-up failed: {}; all works without", failure);
        }
    }

    /// Ends it soon. Thread-safe.
    synchronized void stop() {
        stopped = true;
        if (process != null) {
            process.destroyForcibly();
        }
    }

    private synchronized boolean isStopped() {
        return stopped;
    }

    /// Has the clients served and leaves nothing behind; the answer is what they say at their end.
    String serve(Configuration configuration) throws IOException {
        Path folder = configuration.broker().dataFolder().resolve(FOLDER);
        Training.remove(folder); // of one that was killed
        try {
            makeFolder(folder);
            try (Broker broker = Broker.start(setup(configuration, folder))) {
                return serve(broker.addresses());
            }
        } finally {
            Training.remove(folder);
        }
    }

    /// With the file of users in it.
    static void makeFolder(Path folder) throws IOException {
        try {
            Files.createDirectories(folder, OwnerOnly.folder(folder));
        } catch (FileAlreadyExistsException exists) {
            throw new IOException("'%s' is not a folder".formatted(exists.getFile()), exists);
        }
        Path nobody = folder.resolve(NOBODY);
        Files.createFile(nobody, OwnerOnly.file(nobody));
    }

    static Broker.Setup setup(Configuration configuration, Path folder) {
        List<String> assignments = new ArrayList<>(LISTENERS);
        assignments.add("data-folder=" + folder);
        assignments.add("authentication[0].file=" + folder.resolve(NOBODY));
        assignments.add("durability=" + configuration.texts().get("durability"));
        assignments.addAll(tls(configuration));
        return new Broker.Setup(
                new Configuration.Request(null, Map.of(), assignments, null),
                Machine.here(),
                Version.number(),
                System.nanoTime(),
                level -> {});
    }

    /// A listener with the certificate of the first that has one.
    private static List<String> tls(Configuration configuration) {
        List<String> assignments = new ArrayList<>();
        String first = "";
        for (Map.Entry<String, String> text : configuration.texts().entrySet()) {
            Matcher key = TLS.matcher(text.getKey());
            if (key.matches() && (first.isEmpty() || key.group(1).equals(first))) {
                first = key.group(1);
                assignments.add("listeners[3]." + key.group(2) + "=" + text.getValue());
            }
        }
        if (!first.isEmpty()) {
            assignments.addAll(TLS_LISTENER);
        }
        return assignments;
    }

    private String serve(List<InetSocketAddress> addresses) throws IOException {
        Process started = start(addresses);
        if (!endsInTime(started)) {
            started.destroyForcibly();
            throw new IOException("its clients did not end in time");
        }
        String said = started.inputReader().readAllAsString().strip();
        if (started.exitValue() != 0) {
            throw new IOException(
                    "its clients ended with exit code %d: %s"
                            .formatted(started.exitValue(), said.replace('\n', ' ')));
        }
        return said;
    }

    private boolean endsInTime(Process started) {
        try {
            return started.waitFor(nanos + GRACE_NANOS, TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private synchronized Process start(List<InetSocketAddress> addresses) throws IOException {
        if (stopped) {
            throw new CancellationException("told to stop");
        }
        List<String> command = new ArrayList<>(clients);
        command.add(String.valueOf(nanos));
        addresses.forEach(address -> command.add(String.valueOf(address.getPort())));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        // What is meant for the broker's JVM: its memory, its agents.
        builder.environment().keySet().removeAll(JVM_OPTIONS);
        process = builder.start();
        return process;
    }

    private static String seconds(long nanos) {
        return String.format(Locale.ROOT, "%.1f", nanos / 1e9);
    }
}
