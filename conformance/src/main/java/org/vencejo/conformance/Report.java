package org.vencejo.conformance;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.vencejo.protocol.ProtocolVersion;

/// What an examination found out about a server. Immutable.
///
/// `outcomes` are in the order of play; `endedBy` says why not all was played, or is empty.
public record Report(
        String place,
        Map<ProtocolVersion, Probe.Answer> answers,
        List<Outcome> outcomes,
        String endedBy) {

    /// What is known of one statement in one version, the worst first.
    public enum Verdict {
        /// A step that cites it failed.
        BROKEN("broken"),
        /// A scenario that names it passed, and none failed for it.
        SHOWN("shown"),
        /// Its scenarios rest on choices, and the server has made others.
        DIFFERS("differs"),
        /// No scenario that names it was played to that step.
        NOT_SHOWN("not shown");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }

        @Override
        public String toString() {
            return text;
        }
    }

    /// A statement as one version means it; choices are none.
    public record Key(ProtocolVersion version, String id) {}

    public Report {
        outcomes = List.copyOf(outcomes);
    }

    /// Whether the server broke nothing that was played, and all was played that could be.
    public boolean isGood() {
        return failures().isEmpty() && endedBy.isEmpty();
    }

    /// The outcomes that break a statement.
    public List<Outcome.Failed> failures() {
        return outcomes.stream()
                .filter(Outcome.Failed.class::isInstance)
                .map(Outcome.Failed.class::cast)
                .toList();
    }

    /// The outcomes that are another choice.
    public List<Outcome.Differs> differences() {
        return outcomes.stream()
                .filter(Outcome.Differs.class::isInstance)
                .map(Outcome.Differs.class::cast)
                .toList();
    }

    /// How many outcomes there are of each [word][Outcome#word()], by version.
    Map<ProtocolVersion, Map<String, Long>> counts() {
        Map<ProtocolVersion, Map<String, Long>> counts = new EnumMap<>(ProtocolVersion.class);
        for (Outcome outcome : outcomes) {
            counts.computeIfAbsent(outcome.trial().version(), version -> new LinkedHashMap<>())
                    .merge(outcome.word(), 1L, Long::sum);
        }
        return counts;
    }

    /// Each statement that a scenario of the examination names, with what is known of it.
    Map<Key, Verdict> verdicts() {
        Map<Key, Verdict> verdicts = new LinkedHashMap<>();
        for (Outcome outcome : outcomes) {
            Trial trial = outcome.trial();
            for (String id :
                    trial.scenario().statements().getOrDefault(trial.version(), List.of())) {
                verdicts.merge(
                        new Key(trial.version(), id),
                        verdict(outcome, id),
                        (one, other) -> one.compareTo(other) < 0 ? one : other);
            }
        }
        return verdicts;
    }

    private static Verdict verdict(Outcome outcome, String id) {
        return switch (outcome) {
            case Outcome.Passed _ -> Verdict.SHOWN;
            case Outcome.Failed it when it.failure().ids().contains(id) -> Verdict.BROKEN;
            case Outcome.Differs it when it.failure().ids().contains(id) -> Verdict.DIFFERS;
            case Outcome.Failed _, Outcome.Differs _, Outcome.NotPlayed _ -> Verdict.NOT_SHOWN;
        };
    }

    /// Why scenarios were not played, with how many; the commonest first.
    Map<String, Long> obstacles() {
        Map<String, Long> counted = new LinkedHashMap<>();
        for (Outcome outcome : outcomes) {
            if (outcome instanceof Outcome.NotPlayed it) {
                counted.merge(it.why(), 1L, Long::sum);
            }
        }
        List<Map.Entry<String, Long>> entries = new ArrayList<>(counted.entrySet());
        entries.sort(Map.Entry.<String, Long>comparingByValue().reversed());
        Map<String, Long> obstacles = new LinkedHashMap<>();
        entries.forEach(entry -> obstacles.put(entry.getKey(), entry.getValue()));
        return obstacles;
    }
}
