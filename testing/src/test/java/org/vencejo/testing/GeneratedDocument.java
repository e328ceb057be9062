package org.vencejo.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.vencejo.conformance.Scenario;
import org.vencejo.conformance.Suite;

/// A document in `docs` that tells what tests found; `-Dvencejo.documents=write` writes it anew.
public final class GeneratedDocument {
    private static final Path FOLDER = Path.of("..", "docs");
    private static final String SCENARIOS =
            "../conformance/src/main/resources/org/vencejo/conformance/";

    private GeneratedDocument() {}

    /// Fails if the document says anything else than `text`, which `source` is the source of.
    public static void check(String name, String source, String text) {
        String whole = "<!-- Written by " + source + "; do not edit. -->\n" + text;
        Path file = FOLDER.resolve(name);
        try {
            if ("write".equals(System.getProperty("vencejo.documents"))) {
                Files.writeString(file, whole);
            }
            assertThat(Files.readString(file))
                    .as("docs/%s; write it anew with -Dvencejo.documents=write", name)
                    .isEqualTo(whole);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A table in Markdown.
    public static String table(List<String> header, List<List<String>> rows) {
        return line(header)
                + "|"
                + "---|".repeat(header.size())
                + "\n"
                + rows.stream().map(GeneratedDocument::line).collect(Collectors.joining());
    }

    /// A link to a scenario; [#chapters] says where it leads.
    public static String link(Scenario scenario) {
        String title = scenario.title().replace("[", "\\[").replace("]", "\\]");
        return "[" + title + "][" + scenario.chapter() + "]";
    }

    /// Where links to scenarios lead, for the end of a document.
    public static String chapters(Suite suite) {
        return suite.scenarios().stream()
                .map(Scenario::chapter)
                .distinct()
                .map(chapter -> "[" + chapter + "]: " + SCENARIOS + chapter + ".txt\n")
                .collect(Collectors.joining());
    }

    private static String line(List<String> cells) {
        return cells.stream()
                .map(cell -> cell.replace("|", "\\|").replace("<", "&lt;"))
                .collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
