package org.vencejo.testing.mutation;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.testing.simulation.Sweep;

/// What caught which mistake, as the table in `docs/simulation.md`. Stateless.
final class MutationTable {
    private static final String BEGIN = "<!-- Written by MutationTest; do not edit. -->\n";
    private static final String END = "<!-- End of what MutationTest writes. -->\n";

    private MutationTable() {}

    /// One line for who watches.
    static String line(Mutant mutant, Sweep.@Nullable Caught caught) {
        return caught == null
                ? "%s: NOT CAUGHT".formatted(mutant.name())
                : "%s: %s in \"%s\", seed %d, run %d: %s"
                        .formatted(
                                mutant.name(),
                                caught.by(),
                                caught.scenario(),
                                caught.seed(),
                                caught.run(),
                                caught.detail());
    }

    /// Puts the table in the place of the one that the document has.
    static void write(Path root, Map<Mutant, Sweep.@Nullable Caught> caught) throws IOException {
        Path file = file(root);
        String text = Files.readString(file);
        int begin = text.indexOf(BEGIN) + BEGIN.length();
        int end = text.indexOf(END);
        if (begin < BEGIN.length() || end < begin) {
            throw new IllegalStateException(file + " has no place for the table");
        }
        Files.writeString(file, text.substring(0, begin) + table(caught) + text.substring(end));
    }

    private static String table(Map<Mutant, Sweep.@Nullable Caught> caught) {
        StringBuilder table = new StringBuilder("\n| mutation | the mistake | breaks |");
        table.append(" caught by | in | seed | run |\n|---|---|---|---|---|---:|---:|\n");
        caught.forEach((mutant, by) -> {
            if (by != null) {
                table.append(
                        "| `%s` | %s | %s | %s | %s | %d | %d |%n"
                                .formatted(
                                        mutant.name(),
                                        mutant.mistake(),
                                        mutant.breaks(),
                                        by.by(),
                                        by.scenario(),
                                        by.seed(),
                                        by.run()));
            }
        });
        return table.append('\n').toString();
    }

    /// The names in the table of the document, in their order.
    static List<String> names(Path root) throws IOException {
        List<String> names = new ArrayList<>();
        for (String line : Files.readAllLines(file(root))) {
            if (line.startsWith("| `")) {
                names.add(line.substring(3, line.indexOf('`', 3)));
            }
        }
        return names;
    }

    private static Path file(Path root) {
        return root.resolve(Path.of("docs", "simulation.md"));
    }
}
