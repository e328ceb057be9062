package org.vencejo.conformance;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.ProtocolVersion;

/// One way to play a scenario: the values of all its parameters. Immutable.
///
/// `boundary` is null if the scenario crosses none.
public record Trial(
        Scenario scenario, ProtocolVersion version, @Nullable Boundary boundary, Scenario.Row row) {

    /// A step with the line that it came from.
    record Numbered(int number, String text, String comment, Step step) {}

    /// What is proved, by id.
    public List<String> ids() {
        List<String> ids = new ArrayList<>(scenario.statements().getOrDefault(version, List.of()));
        ids.addAll(scenario.choices());
        return ids;
    }

    /// What the server has to be able to do.
    public Set<Ability> needs() {
        Set<Ability> needs = EnumSet.noneOf(Ability.class);
        steps().forEach(numbered -> numbered.step().needs().ifPresent(needs::add));
        if (boundary == Boundary.RESTART) {
            needs.add(Ability.RESTART);
        }
        if (!scenario.setup().isDefault()) {
            needs.add(Ability.SETUP);
        }
        return needs;
    }

    /// The steps with this trial's values in their places.
    List<Numbered> steps() {
        List<Numbered> steps = new ArrayList<>();
        for (Scenario.Line line : scenario.lines()) {
            boolean here = boundary == null || line.boundaries().contains(boundary);
            if (here && line.versions().contains(version)) {
                String text = filledIn(line.text());
                for (Step step : StepReader.read(scenario.chapter(), line.number(), text)) {
                    steps.add(new Numbered(line.number(), text, line.comment(), step));
                }
            }
        }
        return StepReader.gathered(steps);
    }

    private String filledIn(String text) {
        String filled = text;
        for (int i = row.values().size(); i > 0; i--) {
            String value = Matcher.quoteReplacement(row.values().get(i - 1));
            filled = filled.replaceAll("@" + i, value);
        }
        return filled;
    }

    /// Its parameters: `5.0, takeover, id 0`.
    public String parameters() {
        StringJoiner parameters = new StringJoiner(", ");
        parameters.add(Versions.text(version));
        if (boundary != null) {
            parameters.add(boundary.text());
        }
        if (!row.name().isEmpty()) {
            parameters.add(row.name());
        }
        return parameters.toString();
    }

    /// Its name, which [Suite#only] finds it by: `publish:12 A PUBLISH ... [5.0]`.
    @Override
    public String toString() {
        return scenario + " [" + parameters() + "]";
    }
}
