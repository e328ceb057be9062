package org.vencejo.conformance;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.vencejo.protocol.ProtocolVersion;

/// Plays scenarios at somebody's server, one after the other. Confined to one thread.
///
/// Not several at once: some subscribe to everything, and one would see what the others do.
public final class Examination {
    private final RemotePlace place;
    private final Catalogue catalogue;
    private final Map<ProtocolVersion, Probe.Answer> answers = new LinkedHashMap<>();

    /// Asks the server for each of `versions` whether it speaks it.
    public Examination(RemotePlace place, Catalogue catalogue, List<ProtocolVersion> versions) {
        this.place = place;
        this.catalogue = catalogue;
        for (ProtocolVersion version : versions) {
            answers.put(version, Probe.ask(place, version));
        }
    }

    /// What the server answered to the first CONNECT of each version.
    public Map<ProtocolVersion, Probe.Answer> answers() {
        return Map.copyOf(answers);
    }

    /// Why there is no use in playing anything; empty if there is.
    public Optional<String> refusal() {
        if (answers.values().stream().anyMatch(Probe.Answer.Offered.class::isInstance)) {
            return Optional.empty();
        }
        for (Probe.Answer answer : answers.values()) {
            if (answer instanceof Probe.Answer.Refused refused) {
                return Optional.of(refused.why());
            }
        }
        return Optional.of("it speaks no version asked for: " + whyNot());
    }

    private String whyNot() {
        return answers.entrySet().stream()
                .filter(entry -> entry.getValue() instanceof Probe.Answer.NotOffered)
                .map(entry -> Versions.text(entry.getKey()) + ": " + why(entry.getValue()))
                .collect(Collectors.joining("; "));
    }

    private static String why(Probe.Answer answer) {
        return answer instanceof Probe.Answer.NotOffered not ? not.why() : "";
    }

    /// Plays `trials` until there are no more, or `isOver` says so, or the server is gone; tells
    /// each outcome as it comes.
    public Report play(List<Trial> trials, BooleanSupplier isOver, Consumer<Outcome> told) {
        List<Outcome> outcomes = new ArrayList<>();
        String endedBy = "";
        for (Trial trial : trials) {
            if (isOver.getAsBoolean()) {
                endedBy = "it was stopped";
            }
            Outcome outcome;
            if (endedBy.isEmpty()) {
                try {
                    outcome = play(trial);
                } catch (UncheckedIOException gone) {
                    endedBy = "the server takes no connections any more";
                    outcome = new Outcome.NotPlayed(trial, endedBy);
                }
                told.accept(outcome);
            } else {
                outcome = new Outcome.NotPlayed(trial, endedBy);
            }
            outcomes.add(outcome);
        }
        return new Report(place.name(), Map.copyOf(answers), outcomes, endedBy);
    }

    private Outcome play(Trial trial) {
        Optional<String> obstacle = obstacle(trial);
        if (obstacle.isPresent()) {
            return new Outcome.NotPlayed(trial, obstacle.get());
        }
        return Runner.play(trial, place)
                .<Outcome>map(failure ->
                        failure.isOfChoice(catalogue)
                                ? new Outcome.Differs(trial, failure)
                                : new Outcome.Failed(trial, failure))
                .orElseGet(() -> new Outcome.Passed(trial));
    }

    private Optional<String> obstacle(Trial trial) {
        if (!place.canPlay(trial)) {
            return Optional.of(
                    "needs "
                            + trial.needs().stream()
                                    .map(Ability::toString)
                                    .collect(Collectors.joining(" and ")));
        }
        return switch (answers.get(trial.version())) {
            case Probe.Answer.Offered it -> it.offer().lacks(trial);
            case Probe.Answer.NotOffered _ ->
                    Optional.of("the server does not speak " + Versions.text(trial.version()));
            case Probe.Answer.Refused it ->
                    Optional.of(Versions.text(trial.version()) + ": " + it.why());
            case null -> Optional.of("the version was not asked for");
        };
    }
}
