package org.vencejo.conformance;

import java.util.List;
import java.util.stream.Collectors;

/// Why a trial failed, complete enough to be read alone. Immutable.
///
/// `ids` are those of the statements that the step cites, or all of the trial; `story` is what went
/// over the wire before.
public record Failure(
        Trial trial,
        String place,
        List<String> ids,
        int line,
        String step,
        String problem,
        List<String> given,
        List<String> story) {

    /// The report.
    public String text(Catalogue catalogue, String command) {
        StringBuilder text = new StringBuilder();
        for (String id : ids) {
            catalogue
                    .find(id, trial.version())
                    .ifPresent(statement -> text.append(statement).append('\n'));
        }
        text.append("scenario  ").append(trial.scenario().title()).append('\n');
        text.append("played    ")
                .append(trial.parameters())
                .append(", ")
                .append(place)
                .append('\n');
        text.append("step      ")
                .append(trial.scenario().chapter())
                .append(':')
                .append(line)
                .append(":  ")
                .append(indented(step.lines().toList()))
                .append('\n');
        text.append("problem   ").append(problem).append('\n');
        if (!given.isEmpty()) {
            text.append("given     ").append(indented(given)).append('\n');
        }
        if (!story.isEmpty()) {
            text.append("before    ").append(indented(story)).append('\n');
        }
        return text.append("only this ").append(command).append('\n').toString();
    }

    private static String indented(List<String> lines) {
        return lines.stream().collect(Collectors.joining("\n          "));
    }
}
