package org.vencejo.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The published documents say what the table of keys says.
///
/// `mvn test -pl broker -am -Dtest=DocumentsTest -Dsurefire.failIfNoSpecifiedTests=false
/// -Dvencejo.documents=write` writes them anew.
class DocumentsTest {
    private static final Path FOLDER = Path.of("..", "docs");

    static Stream<Arguments> documents() {
        return Stream.of(
                Arguments.of("configuration.md", Documents.configuration()),
                Arguments.of("limits.md", Documents.limits()),
                Arguments.of("config.schema.json", Documents.schema()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("documents")
    void documentsAreAsTheTableOfKeysMakesThem(String name, String text) throws IOException {
        Path file = FOLDER.resolve(name);
        if ("write".equals(System.getProperty("vencejo.documents"))) {
            Files.createDirectories(FOLDER);
            Files.writeString(file, text);
        }
        assertThat(file).exists();
        assertThat(Files.readString(file))
                .as("docs/%s; write it anew with -Dvencejo.documents=write", name)
                .isEqualTo(text);
    }
}
