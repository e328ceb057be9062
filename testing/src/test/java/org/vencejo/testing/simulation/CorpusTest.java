package org.vencejo.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What the simulation once found, as the shortest script that showed it: played in every build.
///
/// A file of `corpus` begins with a sentence that says what it found, in a comment.
class CorpusTest {
    static List<Path> scripts() throws IOException, URISyntaxException {
        Path folder =
                Path.of(Objects.requireNonNull(CorpusTest.class.getResource("corpus")).toURI());
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void itIsNotFoundAgain(Path file) throws IOException {
        Script script = Script.read(Files.readString(file));
        script.play();
        assertThat(script.played(false).performed())
                .as("every step of it makes sense")
                .isEqualTo(script.steps());
    }

    @ParameterizedTest
    @MethodSource("scripts")
    void aFileSaysWhatItFound(Path file) throws IOException {
        assertThat(Files.readString(file)).startsWith("# ");
        assertThat(file.getFileName().toString()).matches("[a-z0-9-]+\\.script");
    }

    @Test
    void thereAreScripts() throws IOException, URISyntaxException {
        assertThat(scripts()).hasSizeGreaterThan(20);
    }
}
