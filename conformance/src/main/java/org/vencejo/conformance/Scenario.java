package org.vencejo.conformance;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.vencejo.protocol.ProtocolVersion;

/// A conversation with a server that proves statements, as data. Immutable.
///
/// It is one text with parameters: `statements` says for each version what is proved there, and so
/// in which versions it is played; `oracles` numbers the known mistakes of other servers that it
/// would find; it is played over each of the `boundaries`, if it crosses one, and with each of the
/// `rows`.
public record Scenario(
        String title,
        String chapter,
        int line,
        Map<ProtocolVersion, List<String>> statements,
        List<String> choices,
        List<Integer> oracles,
        Setup setup,
        Set<Boundary> boundaries,
        List<Row> rows,
        List<Line> lines) {

    /// Values for the marks `@1`, `@2` ... in the steps, for these versions.
    record Row(Set<ProtocolVersion> versions, String name, List<String> values) {}

    /// A step as it is written: where, in which trials only, and the ids that its comment cites.
    public record Line(
            int number,
            Set<ProtocolVersion> versions,
            Set<Boundary> boundaries,
            String text,
            String comment) {
        private static final Pattern CHOICE = Pattern.compile("\\b[A-D]\\d+\\b");

        /// Whether the comment names one of these choices.
        boolean names(List<String> choices) {
            return CHOICE.matcher(comment).results().anyMatch(one -> choices.contains(one.group()));
        }
    }

    /// All ways to play it.
    public List<Trial> trials() {
        List<Trial> trials = new ArrayList<>();
        for (ProtocolVersion version : statements.keySet()) {
            for (Row row : rows) {
                if (row.versions().contains(version)) {
                    for (Boundary boundary : boundaries) {
                        trials.add(new Trial(this, version, boundary, row));
                    }
                    if (boundaries.isEmpty()) {
                        trials.add(new Trial(this, version, null, row));
                    }
                }
            }
        }
        return trials;
    }

    static final Row NO_ROW = new Row(EnumSet.allOf(ProtocolVersion.class), "", List.of());

    @Override
    public String toString() {
        return chapter + ":" + line + " " + title;
    }
}
