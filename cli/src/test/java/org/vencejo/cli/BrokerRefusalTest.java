package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// What an operator sees of a broker that cannot start: a line that says why, and an exit code.
@Timeout(120)
class BrokerRefusalTest {
    @TempDir private Path folder;

    @Test
    void aPortInUseIsOneLine() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
            String port = String.valueOf(other.getLocalPort());
            Ended broker = run(List.of(), "--port", port);
            assertThat(broker.said())
                    .isEqualTo(
                            "vencejo: cannot listen on 127.0.0.1:%s: Address already in use\n"
                                    .formatted(port));
            assertThat(broker.exitCode()).isEqualTo(BrokerCommand.COULD_NOT_START);
        }
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there is no such limit")
    void tooFewFileDescriptorsAreOneMistake() throws Exception {
        Ended broker = run(List.of("sh", "-c", "ulimit -n 90; exec \"$@\"", "sh"), "--port", "0");
        assertThat(broker.said().lines())
                .hasSize(2)
                .first(STRING)
                .contains("this process may open 90 file descriptors and the broker needs 200")
                .contains("raise them with 'ulimit -n 10200'");
        assertThat(broker.said()).endsWith("vencejo: 1 mistake in the configuration\n");
        assertThat(broker.exitCode()).isNotZero();
    }

    /// There somebody else has put what a broker makes itself.
    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "there are no such modes")
    void aFolderThatOthersMayWriteIsToldByTheBrokerWhateverTheyDidThereAndByNoCommand()
            throws Exception {
        Path data = folder.resolve("data");
        Files.createDirectories(data.resolve("vencejo.lock"));
        Files.setPosixFilePermissions(data, PosixFilePermissions.fromString("rwxrwxrwx"));

        Ended broker = run(List.of(), "--port", "0");

        assertThat(broker.exitCode()).isEqualTo(BrokerCommand.COULD_NOT_START);
        assertThat(broker.said())
                .contains(
                        "vencejo: the data folder '%s' cannot be used: ".formatted(data),
                        "WARN  %s can be written by others than its owner".formatted(data),
                        "WARN  %s can be entered by everybody on this machine".formatted(data));

        Files.delete(data.resolve("vencejo.lock"));
        Ended command = runCommand("store", "check", "--data-folder", data.toString());

        assertThat(command.said())
                .isEqualTo("vencejo: there is no store in '%s/store'\n".formatted(data));
    }

    private record Ended(String said, int exitCode) {}

    private Ended run(List<String> before, String... arguments)
            throws IOException, InterruptedException {
        List<String> broker = List.of("broker", "--set", "data-folder=" + folder.resolve("data"));
        return run(Stream.of(before, java(), broker, List.of(arguments)));
    }

    private static Ended runCommand(String... arguments) throws IOException, InterruptedException {
        return run(Stream.of(java(), List.of(arguments)));
    }

    private static List<String> java() {
        return List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:+UseSerialGC",
                "--sun-misc-unsafe-memory-access=allow",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Vencejo.class.getName());
    }

    private static Ended run(Stream<List<String>> parts) throws IOException, InterruptedException {
        List<String> command = parts.flatMap(List::stream).toList();
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String said = process.inputReader().readAllAsString();
            return new Ended(said, process.waitFor());
        } finally {
            process.destroyForcibly();
        }
    }
}
