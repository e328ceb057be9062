package org.vencejo.conformance;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// All scenarios of the project, chapter by chapter. Immutable.
public record Suite(List<Scenario> scenarios) {
    /// The resources beside this class, in the order of the standards.
    static final List<String> CHAPTERS =
            List.of(
                    "connect",
                    "connack",
                    "session",
                    "auth",
                    "disconnect",
                    "will",
                    "packets",
                    "publish",
                    "qos",
                    "resume",
                    "queue",
                    "flow",
                    "size",
                    "errors",
                    "subscribe",
                    "topics",
                    "rights");

    /// Reads all chapters.
    public static Suite read() {
        List<Scenario> scenarios = new ArrayList<>();
        for (String chapter : CHAPTERS) {
            scenarios.addAll(ScenarioReader.read(chapter, Catalogue.text(chapter + ".txt")));
        }
        return new Suite(List.copyOf(scenarios));
    }

    /// All ways to play all of them.
    public List<Trial> trials() {
        return scenarios.stream().flatMap(scenario -> scenario.trials().stream()).toList();
    }

    /// Those trials that `wanted` names: by the id of a statement, or by a part of their name.
    public static Predicate<Trial> only(String wanted) {
        return trial -> trial.ids().contains(wanted) || trial.toString().contains(wanted);
    }
}
