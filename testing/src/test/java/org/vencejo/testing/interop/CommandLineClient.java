package org.vencejo.testing.interop;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A pair of commands with the flags of `mosquitto_pub` and `mosquitto_sub`: each message that is
/// published is a process, and a subscription is one, too.
abstract class CommandLineClient implements InteropClient {
    private static final long WAIT_SECONDS = 30;

    private final Settings settings;
    private final String version;
    private final Arrivals<String> subscribed = new Arrivals<>("SUBACK");

    // Of the last subscription, which a later connect goes on with.
    private @Nullable String topicFilter;
    private int qos;

    private @Nullable Process subscriber;

    /// `version` as after `-V`.
    CommandLineClient(String version, Settings settings) {
        this.version = version;
        this.settings = settings;
    }

    /// What a command line begins with.
    abstract List<String> publishing();

    /// As [#publishing], and has the process say when it is subscribed and all of each message.
    abstract List<String> subscribing();

    /// A line on standard output, or on standard error, of the process that subscribes.
    abstract void printed(String line);

    abstract void complained(String line);

    /// To be called by those two.
    final void subscribed(String line) {
        subscribed.add(line);
    }

    /// A client with a will has to be there to be cut, and one that subscribed before does again.
    @Override
    public final void connect() throws Exception {
        if (topicFilter != null) {
            startSubscriber();
        } else if (settings.will() != null) {
            subscribe("nobody/" + settings.clientIdentifier(), 0);
        }
    }

    @Override
    public final void subscribe(String filter, int maximumQos) throws Exception {
        topicFilter = filter;
        qos = maximumQos;
        startSubscriber();
    }

    private void startSubscriber() throws Exception {
        List<String> command = new ArrayList<>(subscribing());
        address(command);
        command.addAll(List.of("-i", settings.clientIdentifier()));
        command.addAll(List.of("-t", String.valueOf(topicFilter), "-q", String.valueOf(qos)));
        if (settings.kept()) {
            command.add("-c");
        }
        Message will = settings.will();
        if (will != null) {
            command.addAll(List.of("--will-topic", will.topic(), "--will-payload", will.text()));
            command.addAll(List.of("--will-qos", String.valueOf(will.qos())));
        }
        Process process = new ProcessBuilder(command).start();
        subscriber = process;
        read(process.inputReader(StandardCharsets.UTF_8), this::printed);
        read(process.errorReader(StandardCharsets.UTF_8), this::complained);
        subscribed.next();
    }

    private static void read(BufferedReader lines, Consumer<String> to) {
        Thread.ofPlatform()
                .daemon()
                .start(() -> {
                    try (lines) {
                        lines.lines().forEach(to);
                    } catch (IOException | UncheckedIOException ended) {
                        // with its process
                    }
                });
    }

    @Override
    public final void publish(Message message) throws Exception {
        List<String> command = new ArrayList<>(publishing());
        address(command);
        command.addAll(List.of("-t", message.topic(), "-q", String.valueOf(message.qos())));
        if (message.retain()) {
            command.add("-r");
        }
        command.add(message.payload().length == 0 ? "-n" : "-s");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            try (OutputStream input = process.getOutputStream()) {
                input.write(message.payload());
            }
            String said = process.inputReader(StandardCharsets.UTF_8).readAllAsString();
            if (!process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
                throw new AssertionError(command + " could not publish: " + said);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private void address(List<String> command) {
        command.addAll(List.of("-h", "127.0.0.1", "-p", String.valueOf(settings.port())));
        command.addAll(List.of("-V", version));
    }

    @Override
    public final void disconnect() throws Exception {
        Process process = subscriber;
        if (process != null) {
            subscriber = null;
            process.destroy();
            if (!process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the subscriber did not end when it was told to");
            }
        }
    }

    @Override
    public void close() throws Exception {
        disconnect();
    }

    /// Ends the subscriber without asking it.
    final void kill() throws InterruptedException {
        Process process = subscriber;
        if (process != null) {
            subscriber = null;
            process.destroyForcibly().waitFor();
        }
    }
}
