package org.vencejo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// A broker in a process of its own that is given passwords with a mark, and all that it logs.
/// Confined to the thread of its test.
final class MarkedBroker implements AutoCloseable {
    static final String MARK = "mArCa-de-agua-5f2c";

    private static final Pattern PLACE = Pattern.compile(" 127\\.0\\.0\\.1:(\\d+)[,;]");

    private final Process process;
    private final LinkedBlockingQueue<String> lines = new LinkedBlockingQueue<>();
    private final List<String> log = new ArrayList<>();
    private final Thread reader;
    private final List<Integer> ports = new ArrayList<>();

    private MarkedBroker(Process process) {
        this.process = process;
        this.reader =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> process.errorReader().lines().forEach(lines::add));
    }

    static Process vencejo(String... words) throws IOException {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                ProcessHandle.current().info().command().orElseThrow(),
                                "-XX:+UseSerialGC",
                                "--sun-misc-unsafe-memory-access=allow",
                                "--enable-native-access=ALL-UNNAMED",
                                "-cp",
                                System.getProperty("java.class.path"),
                                Vencejo.class.getName()));
        command.addAll(List.of(words));
        return new ProcessBuilder(command).start();
    }

    /// One that listens.
    static MarkedBroker start(Path configuration, String... further) throws Exception {
        List<String> words =
                new ArrayList<>(List.of("broker", "--config", configuration.toString()));
        words.addAll(List.of(further));
        MarkedBroker broker = new MarkedBroker(vencejo(words.toArray(String[]::new)));
        try {
            Matcher places = PLACE.matcher(broker.await(" listens on "));
            while (places.find()) {
                broker.ports.add(Integer.parseInt(places.group(1)));
            }
            assertThat(broker.ports).isNotEmpty();
            return broker;
        } catch (Throwable failed) {
            broker.close();
            throw failed;
        }
    }

    /// All that a command says until it ends, as one that has failed.
    static String ended(String... words) throws Exception {
        Process process = vencejo(words);
        try {
            process.getOutputStream().close();
            String said =
                    process.errorReader().readAllAsString()
                            + process.inputReader().readAllAsString();
            assertThat(process.waitFor()).as(said).isNotZero();
            return said;
        } finally {
            process.destroyForcibly();
        }
    }

    /// Those of its listeners, in their order.
    List<Integer> ports() {
        return ports;
    }

    /// The next line of its log with this text.
    String await(String text) throws InterruptedException {
        while (true) {
            String line = lines.poll(60, TimeUnit.SECONDS);
            assertThat(line).as("a line with '%s' after %s", text, log).isNotNull();
            log.add(line);
            if (line.contains(text)) {
                return line;
            }
        }
    }

    void signal(String name) throws Exception {
        Process kill = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start();
        assertThat(kill.waitFor()).isZero();
    }

    /// Ends it; returns all that it has logged.
    List<String> stopped() throws Exception {
        signal("TERM");
        await(" stopped");
        assertThat(process.waitFor()).isZero();
        reader.join();
        lines.drainTo(log);
        return log;
    }

    /// What the process list shows of it.
    String listed() throws IOException {
        return listed(process);
    }

    static String listed(Process process) throws IOException {
        Path shown = Path.of("/proc", String.valueOf(process.pid()));
        return Files.readString(shown.resolve("cmdline"))
                + Files.readString(shown.resolve("environ"));
    }

    /// Whether a text has the mark, as it is or in one of the ways in which bytes are printed.
    static boolean shows(String text) {
        return forms().stream().anyMatch(text::contains);
    }

    private static List<String> forms() {
        byte[] mark = MARK.getBytes(UTF_8);
        String decimal = Arrays.toString(mark);
        List<String> forms =
                new ArrayList<>(
                        List.of(
                                MARK,
                                decimal.substring(1, decimal.length() - 1),
                                HexFormat.of().formatHex(mark),
                                HexFormat.of().withUpperCase().formatHex(mark),
                                HexFormat.ofDelimiter(" ").formatHex(mark, 0, 5)));
        for (int before = 0; before < 3; before++) { // as it begins at each place of a group
            String base64 =
                    Base64.getEncoder()
                            .withoutPadding()
                            .encodeToString(("\0".repeat(before) + MARK).getBytes(UTF_8));
            forms.add(base64.substring(before == 0 ? 0 : before + 1, base64.length() - 1));
        }
        return forms;
    }

    @Override
    public void close() {
        process.destroyForcibly().onExit().join();
    }
}
