package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A document in `docs` that is written from code.
///
/// `mvn test -pl broker -am -Dtest='DocumentsTest,SysTopicsTest'
/// -Dsurefire.failIfNoSpecifiedTests=false -Dvencejo.documents=write` writes them anew.
public final class GeneratedDocument {
    private static final Path FOLDER = Path.of("..", "docs");

    private GeneratedDocument() {}

    /// Fails if the document does not hold just this text.
    public static void check(String name, String text) {
        Path file = FOLDER.resolve(name);
        try {
            if ("write".equals(System.getProperty("vencejo.documents"))) {
                Files.createDirectories(FOLDER);
                Files.writeString(file, text);
            }
            assertThat(file).exists();
            assertThat(Files.readString(file))
                    .as("docs/%s; write it anew with -Dvencejo.documents=write", name)
                    .isEqualTo(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static String header(String source, String test) {
        return "<!-- Written from " + source + " by " + test + "; do not edit. -->\n";
    }

    /// A table in Markdown.
    public static String table(List<String> header, List<List<String>> rows) {
        List<String> lines = new ArrayList<>();
        lines.add("| " + String.join(" | ", header) + " |");
        lines.add("|" + "---|".repeat(header.size()));
        for (List<String> row : rows) {
            lines.add("| " + String.join(" | ", row) + " |");
        }
        return String.join("\n", lines) + "\n";
    }
}
