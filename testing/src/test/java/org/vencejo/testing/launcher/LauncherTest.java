package org.vencejo.testing.launcher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `./vencejo`, beside jars that were built before: which starts use the JDK's ahead-of-time cache,
/// and that no other start is any different for it.
@Timeout(120)
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "it is a script for bash")
class LauncherTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Path BUILT = ROOT.resolve("cli/target/vencejo");
    private static final Path JAVA_HOME = Path.of(System.getProperty("java.home"));

    private static final String VERSION = "vencejo [^\\n]+ \\(Java [^\\n]+\\)\\n";
    private static final String TRAINING = "vencejo: training, once";
    private static final String FAILED = "vencejo: the training failed";

    /// The JVM that is to record refuses this, and at once: no test has ten seconds for a training.
    private static final Map<String, String> TRAINING_REFUSED =
            Map.of("JDK_JAVA_OPTIONS", "-Xshare:auto");

    @TempDir private static Path folder;
    private static Path home;
    private static Path cache;

    private record Ended(int exitCode, String out, String err) {}

    @BeforeAll
    static void layOut() throws Exception {
        assumeTrue(
                Files.exists(BUILT.resolve("lib")),
                "the launcher: nothing was packaged, as by mvn verify");
        home = Files.createDirectories(folder.resolve("a tree/cli/target/vencejo"));
        cache = home.resolve("vencejo.aot");
        Files.createDirectories(folder.resolve("a tree/.scripts"));
        for (String file : List.of("vencejo", ".scripts/jdk.sh")) {
            Files.copy(ROOT.resolve(file), folder.resolve("a tree").resolve(file));
        }
        Files.createDirectory(home.resolve("lib"));
        try (Stream<Path> jars = Files.list(BUILT.resolve("lib"))) {
            for (Path jar : jars.toList()) {
                Files.copy(jar, home.resolve("lib").resolve(jar.getFileName()));
            }
        }
        Files.createFile(home.resolve("built"));
        makeSmallCache(folder.resolve("small"));
    }

    @BeforeEach
    void hasBeenTrained() throws IOException {
        Files.copy(folder.resolve("small"), cache, StandardCopyOption.REPLACE_EXISTING);
        Files.copy(
                JAVA_HOME.resolve("release"),
                home.resolve("trained"),
                StandardCopyOption.REPLACE_EXISTING);
    }

    // ---- the cache ----

    @Test
    void aStartUsesTheCacheAndCanBeToldNotTo() throws Exception {
        assertThat(version("-Xlog:class+load").out())
                .contains("org.vencejo.cli.Vencejo source: shared objects file");
        assertThat(version("-Xlog:class+load -XX:AOTMode=off").out())
                .contains("org.vencejo.cli.Vencejo source: file:");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "-XX:+UseG1GC",
                "-XX:+UseZGC",
                "-XX:-UseCompactObjectHeaders",
                "-Xmx40g",
                "-Xshare:off",
                "-XX:AOTMode=off",
                "--add-modules=java.sql"
            })
    void aCacheThatDoesNotFitTheFlagsGoesUnusedWithoutAWord(String flags) throws Exception {
        assertSilent(version(flags));
    }

    @Test
    void aCacheThatIsNoneGoesUnusedWithoutAWord() throws Exception {
        try (var truncated = Files.newByteChannel(cache, StandardOpenOption.WRITE)) {
            truncated.truncate(truncated.size() / 2);
        }
        assertSilent(version(""));
        for (String content : List.of("", "not a cache", "x".repeat(100_000))) {
            Files.writeString(cache, content);
            assertSilent(version(""));
        }
    }

    // ---- the training ----

    @Test
    void aTrainingThatFailsIsToldOnceAndAllWorksWithout() throws Exception {
        Files.delete(home.resolve("trained"));

        Ended first = version(TRAINING_REFUSED);
        assertThat(first.exitCode()).isZero();
        assertThat(first.out()).matches(VERSION);
        assertThat(first.err()).contains(TRAINING, FAILED);
        assertThat(cache).doesNotExist();
        assertThat(home).isDirectoryNotContaining("glob:**/training*");

        Ended second = version(TRAINING_REFUSED);
        assertThat(second.exitCode()).isZero();
        assertThat(second.out()).matches(VERSION);
        assertThat(second.err()).doesNotContain(TRAINING, FAILED);
    }

    @Test
    void itIsTrainedAnewForOtherJarsAndForAnotherJdk() throws Exception {
        assertThat(version(TRAINING_REFUSED).err()).doesNotContain(TRAINING);
        assertThat(cache).exists();

        Files.setLastModifiedTime(home.resolve("trained"), FileTime.from(Instant.EPOCH));
        assertThat(version(TRAINING_REFUSED).err()).contains(TRAINING);
        assertThat(cache).doesNotExist();

        assertThat(version(TRAINING_REFUSED).err()).doesNotContain(TRAINING);
        Files.writeString(home.resolve("trained"), "JAVA_VERSION=\"24.0.1\"\n");
        assertThat(version(TRAINING_REFUSED).err()).contains(TRAINING);
    }

    // ---- how it is run ----

    private static void assertSilent(Ended start) {
        assertThat(start.exitCode()).isZero();
        assertThat(start.out()).matches(VERSION);
        assertThat(start.err()).isEmpty();
    }

    private static Ended version(String flags) throws Exception {
        return version(Map.of("VENCEJO_JAVA_OPTS", flags));
    }

    private static Ended version(Map<String, String> environment) throws Exception {
        return run(List.of(folder.resolve("a tree/vencejo").toString(), "version"), environment);
    }

    /// A cache of a start that did nothing much: it takes seconds less than the training.
    private static void makeSmallCache(Path made) throws Exception {
        List<String> java = new ArrayList<>(List.of(JAVA_HOME.resolve("bin/java").toString()));
        java.addAll(List.of(flagsOfEveryJvm().split(" ")));
        java.addAll(List.of("-XX:+UseSerialGC", "-cp", classPath()));
        String recorded = "-XX:AOTConfiguration=" + folder.resolve("recorded");
        List<String> record = new ArrayList<>(java);
        record.addAll(
                List.of("-XX:AOTMode=record", recorded, "org.vencejo.cli.Vencejo", "version"));
        List<String> create = new ArrayList<>(java);
        create.addAll(List.of("-XX:AOTMode=create", recorded, "-XX:AOTCache=" + made));
        assertThat(run(record, Map.of()).exitCode()).isZero();
        assertThat(run(create, Map.of()).exitCode()).isZero();
    }

    private static String flagsOfEveryJvm() throws IOException {
        return Files.readAllLines(ROOT.resolve(".scripts/jdk.sh")).stream()
                .filter(line -> line.startsWith("jvm_flags="))
                .map(line -> line.substring("jvm_flags=".length()).replace("\"", ""))
                .collect(Collectors.joining());
    }

    private static String classPath() throws IOException {
        try (Stream<Path> jars = Files.list(home.resolve("lib"))) {
            return jars.map(Path::toString).sorted().collect(Collectors.joining(":"));
        }
    }

    private static Ended run(List<String> command, Map<String, String> environment)
            throws Exception {
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder =
                new ProcessBuilder(command)
                        .redirectOutput(out.toFile())
                        .redirectError(err.toFile());
        builder.environment()
                .keySet()
                .removeIf(each -> each.startsWith("VENCEJO_") || each.endsWith("_OPTIONS"));
        builder.environment().put("JAVA_HOME", JAVA_HOME.toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.destroyForcibly();
        }
        return new Ended(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}
