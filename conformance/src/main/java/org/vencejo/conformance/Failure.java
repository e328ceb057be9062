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

    /// Whether it may be no more than another choice than ours, where the standard leaves one: by
    /// the statements, which are all of that kind, or by the scenario.
    ///
    /// A scenario that rests on a choice rests on it from beginning to end, unless comments of its
    /// steps name the choice: then only what these steps expect.
    public boolean isOfChoice(Catalogue catalogue) {
        return ids.stream().allMatch(id -> isOpen(id, catalogue)) || restsOnChoice();
    }

    private boolean isOpen(String id, Catalogue catalogue) {
        return catalogue.find(id, trial.version()).filter(it -> !it.binds()).isPresent();
    }

    private boolean restsOnChoice() {
        List<String> choices = trial.scenario().choices();
        List<Scenario.Line> naming =
                trial.scenario().lines().stream().filter(each -> each.names(choices)).toList();
        return !choices.isEmpty()
                && (naming.isEmpty() || naming.stream().anyMatch(each -> each.number() == line));
    }

    /// The choices behind it.
    List<String> choices(Catalogue catalogue) {
        List<String> open = ids.stream().filter(id -> isOpen(id, catalogue)).toList();
        return open.size() == ids.size() ? open : trial.scenario().choices();
    }

    /// The report.
    public String text(Catalogue catalogue, String command) {
        StringBuilder text = new StringBuilder();
        for (String id : ids) {
            catalogue
                    .find(id, trial.version())
                    .ifPresent(statement -> text.append(statement).append('\n'));
        }
        return text.append(conversation())
                .append("only this ")
                .append(command)
                .append('\n')
                .toString();
    }

    /// The part of the report that is about this playing.
    String conversation() {
        StringBuilder text = new StringBuilder();
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
        return text.toString();
    }

    private static String indented(List<String> lines) {
        return lines.stream().collect(Collectors.joining("\n          "));
    }
}
