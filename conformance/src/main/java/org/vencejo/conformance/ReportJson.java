package org.vencejo.conformance;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vencejo.protocol.ProtocolVersion;

/// A report as JSON, in the form that `docs/cli.md` describes.
public final class ReportJson {
    private ReportJson() {}

    /// `suite` is the version of the suite.
    public static String text(Report report, Catalogue catalogue, String suite) {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("suite", suite);
        all.put("server", report.place());
        all.put("complete", report.endedBy().isEmpty());
        all.put("endedBy", report.endedBy());
        all.put("good", report.isGood());
        all.put("versions", versions(report));
        all.put("statements", statements(report, catalogue));
        all.put("scenarios", report.outcomes().stream().map(ReportJson::scenario).toList());
        return Json.text(all);
    }

    private static List<Object> versions(Report report) {
        List<Object> versions = new ArrayList<>();
        Map<ProtocolVersion, Map<String, Long>> counts = report.counts();
        for (ProtocolVersion version : ProtocolVersion.values()) {
            Probe.Answer answer = report.answers().get(version);
            if (answer != null) {
                Map<String, Object> of = new LinkedHashMap<>();
                of.put("version", Versions.text(version));
                of.put("offered", answer instanceof Probe.Answer.Offered);
                of.put(
                        "limits",
                        answer instanceof Probe.Answer.Offered it
                                ? it.offer().limits()
                                : List.of());
                Map<String, Long> counted = counts.getOrDefault(version, Map.of());
                for (String word : List.of("passed", "failed", "differs", "not played")) {
                    of.put(word, counted.getOrDefault(word, 0L));
                }
                versions.add(of);
            }
        }
        return versions;
    }

    private static List<Object> statements(Report report, Catalogue catalogue) {
        List<Object> statements = new ArrayList<>();
        report.verdicts()
                .forEach((key, verdict) -> {
                    Map<String, Object> of = new LinkedHashMap<>();
                    of.put("version", Versions.text(key.version()));
                    of.put("id", key.id());
                    of.put("result", verdict);
                    of.put(
                            "paraphrase",
                            catalogue
                                    .find(key.id(), key.version())
                                    .map(Statement::paraphrase)
                                    .orElse(""));
                    statements.add(of);
                });
        return statements;
    }

    private static Map<String, Object> scenario(Outcome outcome) {
        Trial trial = outcome.trial();
        Map<String, Object> of = new LinkedHashMap<>();
        of.put("chapter", trial.scenario().chapter());
        of.put("line", trial.scenario().line());
        of.put("title", trial.scenario().title());
        of.put("version", Versions.text(trial.version()));
        of.put("parameters", trial.parameters());
        of.put(
                "statements",
                trial.scenario().statements().getOrDefault(trial.version(), List.of()));
        of.put("choices", trial.scenario().choices());
        of.put("result", outcome.word());
        switch (outcome) {
            case Outcome.Passed _ -> {}
            case Outcome.Failed it -> of.put("failure", failure(it.failure()));
            case Outcome.Differs it -> of.put("failure", failure(it.failure()));
            case Outcome.NotPlayed it -> of.put("why", it.why());
        }
        return of;
    }

    private static Map<String, Object> failure(Failure failure) {
        Map<String, Object> of = new LinkedHashMap<>();
        of.put("ids", failure.ids());
        of.put("line", failure.line());
        of.put("step", failure.step());
        of.put("problem", failure.problem());
        of.put("given", failure.given());
        of.put("before", failure.story());
        return of;
    }
}
