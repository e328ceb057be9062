package org.vencejo.testing.crash;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `vencejo broker` as a process of its own, on a data folder that outlives it.
///
/// Belongs to the tester's thread; a thread of its own reads the log.
public final class BrokerProcess implements AutoCloseable {
    private static final Pattern LISTENS =
            Pattern.compile(".* listens on 127\\.0\\.0\\.1:(\\d+);.*");
    private static final int LINES_MAX = 200;
    private static final int WAIT_SECONDS_MAX = 60;

    private final Process process;
    private final ArrayDeque<String> log = new ArrayDeque<>();
    private final CompletableFuture<InetSocketAddress> listening = new CompletableFuture<>();

    /// How it is started: `settings` as `--set` takes them, what is added to the environment, and
    /// where its classes are.
    public record Setup(
            Path dataFolder,
            List<String> settings,
            Map<String, String> environment,
            String classPath) {
        /// With the classes of this process.
        public Setup(Path dataFolder, List<String> settings, Map<String, String> environment) {
            this(dataFolder, settings, environment, System.getProperty("java.class.path"));
        }
    }

    private BrokerProcess(Process process) {
        this.process = process;
        Thread.ofPlatform().daemon().name("log of broker").start(this::readLog);
    }

    /// Starts the process and does not wait.
    public static BrokerProcess launch(Setup setup) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "-XX:+UseSerialGC",
                                "-XX:TieredStopAtLevel=1",
                                "-XX:-UsePerfData",
                                "-Xms32m",
                                "-Xmx256m",
                                "-Dio.netty.jfr.enabled=false",
                                "--sun-misc-unsafe-memory-access=allow",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                setup.classPath(),
                                "org.vencejo.cli.Vencejo",
                                "broker",
                                "--port",
                                "0",
                                "--set",
                                "data-folder=" + setup.dataFolder()));
        for (String setting : setup.settings()) {
            command.add("--set");
            command.add(setting);
        }
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(each -> each.startsWith("VENCEJO_"));
        // Who is killed cannot remove the library that it unpacked.
        builder.environment().put("ROCKSDB_SHAREDLIB_DIR", folderOf(setup.dataFolder()));
        builder.environment().putAll(setup.environment());
        try {
            return new BrokerProcess(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String folderOf(Path path) {
        return Objects.requireNonNull(path.toAbsolutePath().getParent()).toString();
    }

    private void readLog() {
        try (BufferedReader lines = process.inputReader()) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                heard(line);
            }
        } catch (IOException | UncheckedIOException ended) {
            // with its process
        }
        listening.completeExceptionally(new IllegalStateException("it ended"));
    }

    private void heard(String line) {
        synchronized (log) {
            if (log.size() == LINES_MAX) {
                log.removeFirst();
            }
            log.add(line);
        }
        Matcher listens = LISTENS.matcher(line);
        if (listens.matches()) {
            listening.complete(
                    new InetSocketAddress(
                            InetAddress.getLoopbackAddress(), Integer.parseInt(listens.group(1))));
        }
    }

    /// Where it listens, once it does.
    public InetSocketAddress address() {
        try {
            return listening.get(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw Rule.ANSWERS.broken("the broker does not start:%n%s".formatted(log()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /// Whether it listens, or ended before it did.
    boolean hasDecided() {
        return listening.isDone();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    public long pid() {
        return process.pid();
    }

    /// Ends it with SIGKILL, and waits until it is gone.
    public void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(WAIT_SECONDS_MAX, TimeUnit.SECONDS)) {
                throw new IllegalStateException("SIGKILL does not end process " + pid());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The last lines of its log.
    public String log() {
        synchronized (log) {
            return String.join("\n", log);
        }
    }

    @Override
    public void close() {
        kill();
    }
}
