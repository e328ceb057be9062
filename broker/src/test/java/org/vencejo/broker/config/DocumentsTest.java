package org.vencejo.broker.config;

import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.broker.GeneratedDocument;

/// The published documents say what the table of keys says.
class DocumentsTest {
    static Stream<Arguments> documents() {
        return Stream.of(
                Arguments.of("configuration.md", Documents.configuration()),
                Arguments.of("limits.md", Documents.limits()),
                Arguments.of("config.schema.json", Documents.schema()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("documents")
    void documentsAreAsTheTableOfKeysMakesThem(String name, String text) {
        GeneratedDocument.check(name, text);
    }
}
