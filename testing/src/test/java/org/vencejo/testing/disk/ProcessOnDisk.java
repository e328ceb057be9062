package org.vencejo.testing.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;

/// A Java program as a process that has a [FaultyDisk], or the machine's own. Its lines are read as
/// they come. Used by the thread of the test.
final class ProcessOnDisk implements AutoCloseable {
    private static final String ENDED = "(the process ended)";

    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> all = new ArrayList<>();

    private ProcessOnDisk(Process process) {
        this.process = process;
        Thread.ofPlatform().daemon().start(() -> readOn());
    }

    /// Starts `program` on this disk.
    static ProcessOnDisk start(FaultyDisk disk, Class<?> program, Object... arguments)
            throws IOException {
        Stream<String> flags =
                Stream.of(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Xmx64m",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        program.getName());
        Stream<String> words = Arrays.stream(arguments).map(String::valueOf);
        var builder = new ProcessBuilder(Stream.concat(flags, words).toList());
        builder.environment().putAll(disk.environment());
        builder.redirectErrorStream(true);
        return new ProcessOnDisk(builder.start());
    }

    private void readOn() {
        try (var reader = process.inputReader(StandardCharsets.UTF_8)) {
            reader.lines().forEach(lines::add);
        } catch (IOException | UncheckedIOException ended) {
            // with its process
        }
        lines.add(ENDED);
    }

    /// Adds a line of the test's own to those that are waited for.
    void note(String line) {
        lines.add(line);
    }

    void say(String line) throws IOException {
        process.getOutputStream().write((line + "\n").getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().flush();
    }

    /// What the program answers to this line.
    String ask(String line) throws IOException, InterruptedException {
        say(line);
        return answerTo(line);
    }

    String answerTo(String line) throws InterruptedException {
        return await(it -> it.startsWith(line + ": ")).substring(line.length() + 2);
    }

    /// Waits for the next line that is as wished; those before it stay in [#heard].
    String await(Predicate<String> wished) throws InterruptedException {
        while (true) {
            String line = lines.poll(30, TimeUnit.SECONDS);
            if (line == null || line.equals(ENDED)) {
                throw new AssertionError("no such line:\n" + String.join("\n", all) + "\n" + line);
            }
            all.add(line);
            if (wished.test(line)) {
                return line;
            }
        }
    }

    /// The lines that were waited for, and those that came between.
    List<String> heard() {
        return List.copyOf(all);
    }

    long pid() {
        return process.pid();
    }

    /// As `kill -9`: returns when it is gone.
    void kill() {
        process.destroyForcibly();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                throw new AssertionError("the process outlives a kill");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /// As `kill`: asks it to end.
    void terminate() {
        process.toHandle().destroy(); // Process.destroy() stops listening as well
    }

    /// Waits until it ends by itself, with this code.
    void awaitEnd(int exitCode) throws InterruptedException {
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != exitCode) {
            lines.drainTo(all);
            throw new AssertionError("no end with " + exitCode + ":\n" + String.join("\n", all));
        }
    }

    @Override
    public void close() {
        kill();
    }
}
