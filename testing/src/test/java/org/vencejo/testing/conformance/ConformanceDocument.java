package org.vencejo.testing.conformance;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.vencejo.conformance.Catalogue;
import org.vencejo.conformance.Exemption;
import org.vencejo.conformance.Place;
import org.vencejo.conformance.Statement;
import org.vencejo.conformance.Statement.Kind;
import org.vencejo.conformance.Suite;
import org.vencejo.conformance.Trace;
import org.vencejo.conformance.Trial;
import org.vencejo.conformance.Versions;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.testing.GeneratedDocument;

/// `docs/conformance.md`: every statement, its scenarios, and how they ended in each place.
/// Confined to one thread.
final class ConformanceDocument {
    static final List<Place> PLACES = List.of(new MemoryPlace(), new TcpPlace(1), new TcpPlace(3));

    /// What was played and how it ended, of one statement in one place.
    private record Result(int passed, int played) {
        @Override
        public String toString() {
            return played == 0 ? "-" : passed == played ? "" + passed : passed + " of " + played;
        }
    }

    /// A standard, or a part of it, as a table of the document.
    private record Table(String title, Predicate<Statement> holds) {}

    private static final List<Table> TABLES =
            List.of(
                    new Table("MQTT 5.0", of(ProtocolVersion.MQTT_5, Kind.NUMBERED)),
                    new Table(
                            "MQTT 5.0, rules without a number",
                            of(ProtocolVersion.MQTT_5, Kind.UNNUMBERED)),
                    new Table("MQTT 3.1.1", of(ProtocolVersion.MQTT_3_1_1, Kind.NUMBERED)),
                    new Table(
                            "MQTT 3.1, where it differs from 3.1.1",
                            of(ProtocolVersion.MQTT_3_1, Kind.UNNUMBERED)),
                    new Table(
                            "Our choices where the standards leave one",
                            it -> it.kind() == Kind.CHOICE && it.side().bindsServer()));

    private static final String HEAD =
            """
            # Conformance

            Every normative statement of the standards, in our words, with the scenarios that prove it and
            how many trials of them passed: in memory, and over TCP with one event loop and with three. A
            trial is a scenario in one version, over one boundary (clean DISCONNECT, reset, takeover,
            restart), with one row of values. A dash is where none is played: time, restarts and a journal
            that waits exist in memory only.

            `./verify` plays them all, and fails when one fails, when a statement has neither a scenario
            nor an exemption, when a scenario passes on servers that are wrong ([how each ends][wrong]), or
            when this document says anything else than what was played. `vencejo conformance` plays them
            against any server ([how](cli.md)); [what it found in others](conformance-of-others.md).

            [wrong]: ../conformance/src/test/resources/org/vencejo/conformance/wrong-servers.tsv

            """;

    private final Catalogue catalogue;
    private final Suite suite;
    private final Trace trace;
    private final Set<String> passed = new HashSet<>();

    ConformanceDocument(Catalogue catalogue, Suite suite) {
        this.catalogue = catalogue;
        this.suite = suite;
        trace = Trace.of(catalogue, suite, Exemption.read());
    }

    void passed(Trial trial, Place place) {
        passed.add(place.name() + trial);
    }

    /// Fails if the document does not tell what was played.
    void check() {
        GeneratedDocument.check("conformance.md", "ConformanceTest", text());
    }

    private String text() {
        StringBuilder text = new StringBuilder(HEAD);
        text.append(counts());
        text.append(
                "\n## Exemptions\n\nWhat no scenario proves: why, and the test that shows it instead, if it binds what we offer.\n\n");
        text.append(exemptions());
        for (Table table : TABLES) {
            text.append("\n## ").append(table.title()).append("\n\n").append(table(table));
        }
        return text.append('\n').append(GeneratedDocument.chapters(suite)).toString();
    }

    private String counts() {
        List<List<String>> rows = new ArrayList<>();
        for (Table table : TABLES) {
            List<Statement> all = statements(table);
            List<Statement> proved =
                    all.stream().filter(it -> !trace.trials(it).isEmpty()).toList();
            long overTcp =
                    proved.stream().filter(it -> result(it, PLACES.get(1)).played() > 0).count();
            long exempt = all.stream().filter(it -> trace.exemption(it).isPresent()).count();
            rows.add(
                    List.of(
                            table.title(),
                            "" + all.size(),
                            "" + all.stream().filter(it -> it.side().bindsServer()).count(),
                            "" + proved.size(),
                            "" + overTcp,
                            "" + exempt));
        }
        List<String> played = new ArrayList<>();
        for (Place place : PLACES) {
            long trials = suite.trials().stream().filter(place::canPlay).count();
            long passedHere =
                    suite.trials().stream()
                            .filter(trial -> passed.contains(place.name() + trial))
                            .count();
            played.add("%s %d of %d".formatted(place.name(), passedHere, trials));
        }
        return GeneratedDocument.table(
                        List.of(
                                "standard",
                                "statements",
                                "bind a server",
                                "proved by scenarios",
                                "of these over TCP",
                                "exempt"),
                        rows)
                + "\n%d scenarios. Trials that passed: %s.\n"
                        .formatted(suite.scenarios().size(), String.join(", ", played));
    }

    private String exemptions() {
        List<List<String>> rows = new ArrayList<>();
        for (Statement statement : catalogue.statements()) {
            trace.exemption(statement)
                    .ifPresent(it ->
                            rows.add(
                                    List.of(
                                            it.id() + " (" + versions(statement) + ")",
                                            statement.paraphrase(),
                                            it.reason(),
                                            it.test().isEmpty() ? "" : "`" + it.test() + "`")));
        }
        return GeneratedDocument.table(List.of("statement", "in our words", "why", "test"), rows);
    }

    private String table(Table table) {
        boolean choices = table.title().startsWith("Our");
        List<List<String>> rows = new ArrayList<>();
        for (Statement statement : statements(table)) {
            List<String> row = new ArrayList<>();
            row.add(statement.id());
            row.add(
                    choices
                            ? statement.section()
                            : statement.side().name().toLowerCase(Locale.ROOT));
            row.add(statement.paraphrase());
            row.add(
                    trace.exemption(statement).isPresent()
                            ? "exempt"
                            : String.join(
                                    "; ",
                                    trace.scenarios(statement).stream()
                                            .map(GeneratedDocument::link)
                                            .toList()));
            PLACES.forEach(place -> row.add(result(statement, place).toString()));
            rows.add(row);
        }
        List<String> header = new ArrayList<>();
        header.addAll(
                List.of(
                        choices ? "choice" : "statement",
                        choices ? "about" : "binds",
                        "in our words",
                        "scenarios"));
        PLACES.forEach(place -> header.add(place.name()));
        return GeneratedDocument.table(header, rows);
    }

    private List<Statement> statements(Table table) {
        return catalogue.statements().stream().filter(table.holds()).toList();
    }

    private Result result(Statement statement, Place place) {
        List<Trial> played = trace.trials(statement).stream().filter(place::canPlay).toList();
        long good = played.stream().filter(it -> passed.contains(place.name() + it)).count();
        return new Result((int) good, played.size());
    }

    private static String versions(Statement statement) {
        return statement.versions().size() > 1
                ? "all"
                : Versions.text(statement.versions().iterator().next());
    }

    private static Predicate<Statement> of(ProtocolVersion version, Kind kind) {
        return it -> it.kind() == kind && it.versions().equals(EnumSet.of(version));
    }
}
