package org.vencejo.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.vencejo.conformance.Boundary;
import org.vencejo.conformance.Scenario;
import org.vencejo.conformance.Suite;

/// Every known mistake of other servers has a test that would find it, and `docs/oracles.md` says
/// which.
class OraclesTest {
    /// What covers each number, ready for the document.
    private final Map<Integer, Set<String>> coverage = coverage();

    @Test
    void everyOracleHasATestOrSaysWhatIsLeft() {
        List<String> bare =
                org.vencejo.conformance.Oracle.read().stream()
                        .filter(it -> !coverage.containsKey(it.number()) && it.left().isEmpty())
                        .map(it -> it.number() + ": " + it.what())
                        .toList();
        assertThat(bare).isEmpty();
    }

    @Test
    void everyNumberThatATestNamesIsAnOracle() {
        assertThat(coverage.keySet())
                .isSubsetOf(
                        org.vencejo.conformance.Oracle.read().stream()
                                .map(org.vencejo.conformance.Oracle::number)
                                .toList());
    }

    @Test
    void theDocumentSaysWhichTestsCoverWhich() {
        StringBuilder text =
                new StringBuilder(
                        """
                        # Known mistakes, and the tests that would find them

                        Places where brokers and clients in use have gone wrong, by their issue trackers, by papers and
                        by their sources. A scenario in `conformance` names them by `oracle: 17`, a test in `testing`
                        by `@Oracle(17)`. After a scenario stand the boundaries that it is played over.

                        """);
        String subject = "";
        List<List<String>> rows = new ArrayList<>();
        for (org.vencejo.conformance.Oracle oracle : org.vencejo.conformance.Oracle.read()) {
            if (!oracle.subject().equals(subject)) {
                append(text, subject, rows);
                subject = oracle.subject();
                rows.clear();
            }
            rows.add(
                    List.of(
                            "" + oracle.number(),
                            oracle.what(),
                            String.join("; ", coverage.getOrDefault(oracle.number(), Set.of())),
                            oracle.left()));
        }
        append(text, subject, rows);
        text.append(GeneratedDocument.chapters(Suite.read()));
        GeneratedDocument.check("oracles.md", "OraclesTest", text.toString());
    }

    private static void append(StringBuilder text, String subject, List<List<String>> rows) {
        if (!rows.isEmpty()) {
            text.append("## ").append(subject).append("\n\n");
            text.append(
                    GeneratedDocument.table(
                            List.of("#", "what is done and seen", "tests", "left"), rows));
            text.append('\n');
        }
    }

    private static Map<Integer, Set<String>> coverage() {
        Map<Integer, Set<String>> coverage = new TreeMap<>();
        for (Scenario scenario : Suite.read().scenarios()) {
            for (int number : scenario.oracles()) {
                coverage.computeIfAbsent(number, _ -> new TreeSet<>()).add(link(scenario));
            }
        }
        for (JavaClass each : new ClassFileImporter().importPackages("org.vencejo.testing")) {
            if (each.isAnnotatedWith(Oracle.class)) {
                add(coverage, each.getAnnotationOfType(Oracle.class), each.getSimpleName());
            }
            for (JavaMethod method : each.getMethods()) {
                if (method.isAnnotatedWith(Oracle.class)) {
                    String name = each.getSimpleName() + "#" + method.getName();
                    add(coverage, method.getAnnotationOfType(Oracle.class), name);
                }
            }
        }
        return coverage;
    }

    private static void add(Map<Integer, Set<String>> coverage, Oracle oracle, String test) {
        for (int number : oracle.value()) {
            coverage.computeIfAbsent(number, _ -> new TreeSet<>()).add("`" + test + "`");
        }
    }

    private static String link(Scenario scenario) {
        String over =
                scenario.boundaries().stream()
                        .map(Boundary::text)
                        .collect(Collectors.joining(", "));
        return GeneratedDocument.link(scenario) + (over.isEmpty() ? "" : " (" + over + ")");
    }
}
