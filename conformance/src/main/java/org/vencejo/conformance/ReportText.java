package org.vencejo.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.vencejo.conformance.Report.Verdict;
import org.vencejo.protocol.ProtocolVersion;

/// A report in lines for people: what the server offers, counts, each broken statement with its
/// first failure, other choices than ours, what was not played, and one line in the end.
///
/// Confined to one thread.
public final class ReportText {
    private static final String COUNTS = "%-9s %6s %7s %8s %10s    %6s %7s %8s %11s";

    private final Report report;
    private final Catalogue catalogue;
    private final String command;
    private final List<String> lines = new ArrayList<>();

    private ReportText(Report report, Catalogue catalogue, String command) {
        this.report = report;
        this.catalogue = catalogue;
        this.command = command;
    }

    /// `command` is what plays again, without what selects one scenario.
    public static List<String> lines(Report report, Catalogue catalogue, String command) {
        ReportText text = new ReportText(report, catalogue, command);
        text.offers();
        text.counts();
        text.broken();
        text.differences();
        text.obstacles();
        text.lines.add(text.summary());
        return text.lines;
    }

    private void offers() {
        lines.add("The server " + report.place());
        for (ProtocolVersion version : ProtocolVersion.values()) {
            String says =
                    switch (report.answers().get(version)) {
                        case Probe.Answer.Offered it -> "spoken" + limits(it.offer());
                        case Probe.Answer.NotOffered it -> "not spoken: " + it.why();
                        case Probe.Answer.Refused it -> "refused: " + it.why();
                        case null -> "not asked for";
                    };
            lines.add("  %-6s %s".formatted(Versions.text(version), says));
        }
        lines.add("");
    }

    private static String limits(Offer offer) {
        return offer.limits().isEmpty() ? "" : ", with " + String.join(", ", offer.limits());
    }

    private void counts() {
        lines.add("          scenarios                              statements");
        lines.add(
                COUNTS.formatted(
                        "",
                        "passed",
                        "failed",
                        "differs",
                        "not played",
                        "shown",
                        "broken",
                        "differs",
                        "not shown"));
        Map<ProtocolVersion, Map<String, Long>> counts = report.counts();
        Map<Report.Key, Verdict> verdicts = report.verdicts();
        counts.forEach((version, of) ->
                lines.add(
                        COUNTS.formatted(
                                Versions.text(version),
                                of.getOrDefault("passed", 0L),
                                of.getOrDefault("failed", 0L),
                                of.getOrDefault("differs", 0L),
                                of.getOrDefault("not played", 0L),
                                count(verdicts, version, Verdict.SHOWN),
                                count(verdicts, version, Verdict.BROKEN),
                                count(verdicts, version, Verdict.DIFFERS),
                                count(verdicts, version, Verdict.NOT_SHOWN))));
        lines.add("");
    }

    private static long count(
            Map<Report.Key, Verdict> verdicts, ProtocolVersion version, Verdict verdict) {
        return verdicts.entrySet().stream()
                .filter(entry -> entry.getKey().version() == version)
                .filter(entry -> entry.getValue() == verdict)
                .count();
    }

    private void broken() {
        Set<Failure> told = new LinkedHashSet<>();
        report.verdicts()
                .forEach((key, verdict) -> {
                    if (verdict == Verdict.BROKEN) {
                        List<Failure> failures =
                                report.failures().stream()
                                        .map(Outcome.Failed::failure)
                                        .filter(failure ->
                                                failure.trial().version() == key.version())
                                        .filter(failure -> failure.ids().contains(key.id()))
                                        .toList();
                        broken(key, failures, told);
                    }
                });
    }

    // A failure is told whole once; several statements may be broken by it.
    private void broken(Report.Key key, List<Failure> failures, Set<Failure> told) {
        if (told.isEmpty()) {
            lines.add("Broken statements");
            lines.add("");
        }
        lines.add(
                "%s %s"
                        .formatted(
                                Versions.text(key.version()), statement(key.id(), key.version())));
        Failure first = failures.getFirst();
        if (told.add(first)) {
            failure(first);
        } else {
            lines.add("  the same: " + first.trial());
        }
        for (Failure other : failures.subList(1, failures.size())) {
            lines.add("  also      " + other.trial());
        }
        lines.add("");
    }

    private void failure(Failure failure) {
        failure.conversation().lines().forEach(line -> lines.add("  " + line));
        lines.add("  again     " + again(failure.trial()));
    }

    private String again(Trial trial) {
        return "%s -V %s --only '%s:%d '"
                .formatted(
                        command,
                        Versions.text(trial.version()).replace(".", "").replace("50", "5"),
                        trial.scenario().chapter(),
                        trial.scenario().line());
    }

    private void differences() {
        Map<String, List<Failure>> byChoices = new LinkedHashMap<>();
        for (Outcome.Differs differs : report.differences()) {
            byChoices
                    .computeIfAbsent(
                            String.join(" ", differs.failure().choices(catalogue)),
                            choices -> new ArrayList<>())
                    .add(differs.failure());
        }
        if (byChoices.isEmpty()) {
            return;
        }
        lines.add(
                "Other choices than Vencejo's, where the standard leaves one: no violations by themselves");
        lines.add("");
        byChoices.forEach((choices, failures) -> {
            ProtocolVersion version = failures.getFirst().trial().version();
            for (String id : choices.split(" ", -1)) {
                lines.add(statement(id, version));
            }
            for (Failure failure : failures) {
                lines.add("  " + failure.trial());
                lines.add(
                        "      %s:%d:  %s"
                                .formatted(
                                        failure.trial().scenario().chapter(),
                                        failure.line(),
                                        failure.step().replace("\n", " and ")));
                lines.add("      " + failure.problem());
            }
            lines.add("");
        });
    }

    private String statement(String id, ProtocolVersion version) {
        return catalogue
                .find(id, version)
                .map(found ->
                        found.kind() == Statement.Kind.CHOICE
                                ? "%s %s: %s".formatted(id, found.section(), found.paraphrase())
                                : found.toString())
                .orElse(id);
    }

    private void obstacles() {
        Map<String, Long> obstacles = report.obstacles();
        if (obstacles.isEmpty()) {
            return;
        }
        lines.add("Not played");
        obstacles.forEach((why, count) -> lines.add("  %5d  %s".formatted(count, why)));
        lines.add("");
    }

    private String summary() {
        Map<String, Long> all =
                report.outcomes().stream()
                        .collect(Collectors.groupingBy(Outcome::word, Collectors.counting()));
        long broken = report.verdicts().values().stream().filter(Verdict.BROKEN::equals).count();
        String counts =
                "%d passed, %d failed, %d differ, %d not played; %d statements broken"
                        .formatted(
                                all.getOrDefault("passed", 0L),
                                all.getOrDefault("failed", 0L),
                                all.getOrDefault("differs", 0L),
                                all.getOrDefault("not played", 0L),
                                broken);
        return report.endedBy().isEmpty()
                ? counts
                : counts + "; not all was played: " + report.endedBy();
    }
}
