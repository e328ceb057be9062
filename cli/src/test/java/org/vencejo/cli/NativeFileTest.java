package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// RocksDB's native is taken as the file that we ship. One in a jar is copied to the temporary
/// folder at each start, 15 MB that a process that is killed leaves there.
@Timeout(120)
@EnabledOnOs(value = OS.LINUX, disabledReason = "a plain file is shipped for Linux alone")
class NativeFileTest {
    private static final String X86_64 = "librocksdbjni-linux64.so";
    private static final String ARM_64 = "librocksdbjni-linux-aarch64.so";

    /// A read of what a silent process says cannot be interrupted.
    private static final Duration BOUND = Duration.ofSeconds(60);

    @TempDir private Path folder;

    /// What a broker leaves in its temporary folder when it is killed.
    private List<String> leftBehind(String name, Path libraries)
            throws IOException, InterruptedException {
        Path temporary = Files.createDirectory(folder.resolve(name));
        ProcessBuilder builder =
                new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-XX:+UseSerialGC",
                        "--sun-misc-unsafe-memory-access=allow",
                        "--enable-native-access=ALL-UNNAMED",
                        "-Djava.io.tmpdir=" + temporary,
                        "-Djava.library.path=" + libraries,
                        "-cp",
                        System.getProperty("java.class.path"),
                        Vencejo.class.getName(),
                        "broker",
                        "--port",
                        "0",
                        "--set",
                        "data-folder=" + folder.resolve("data"));
        builder.environment().remove("ROCKSDB_SHAREDLIB_DIR");
        Process broker = builder.redirectErrorStream(true).start();
        try {
            assertThat(CompletableFuture.supplyAsync(() -> listens(broker)))
                    .as("that it started")
                    .succeedsWithin(BOUND)
                    .isEqualTo(true);
        } finally {
            broker.destroyForcibly().waitFor(); // and so nobody reads any more
        }
        try (Stream<Path> files = Files.list(temporary)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(file -> file.contains("rocksdbjni"))
                    .toList();
        }
    }

    /// Reads what it says until it listens, or ends without.
    private static boolean listens(Process broker) {
        return broker.inputReader().lines().anyMatch(line -> line.contains("listens on"));
    }

    /// The natives as the build leaves them.
    private Path shipped() throws IOException {
        Path libraries = Files.createDirectory(folder.resolve("native"));
        for (String name : List.of(X86_64, ARM_64)) {
            try (InputStream inJar = Vencejo.class.getClassLoader().getResourceAsStream(name)) {
                Files.copy(Objects.requireNonNull(inJar, name), libraries.resolve(name));
            }
        }
        return libraries;
    }

    @Test
    void aKilledBrokerLeavesNoCopyOfIt() throws Exception {
        Path nothing = Files.createDirectory(folder.resolve("nothing"));
        assertThat(leftBehind("control", nothing)).as("the control").hasSize(1);
        assertThat(leftBehind("files", shipped())).isEmpty();
    }

    @Test
    void theCommandTakesThemFromWhereTheBuildPutsThem() throws IOException {
        assertThat(Path.of("../vencejo"))
                .content()
                .contains(
                        "home=$here/cli/target/vencejo\n", "-Djava.library.path=\"$home/native\"");
        assertThat(Path.of("pom.xml"))
                .content()
                .contains(
                        "dest=\"${project.build.directory}/vencejo/native\"",
                        "includes=\"" + X86_64 + "," + ARM_64 + "\"");
    }
}
