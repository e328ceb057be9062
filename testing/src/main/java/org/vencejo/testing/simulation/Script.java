package org.vencejo.testing.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What happens to a server and its clients, step by step, as it can be written to a file.
/// Immutable.
///
/// A file is lines: `#` begins a comment, `server like NAME` names the scenario whose server it is
/// (else one with defaults), `chance N` is what the core draws from, and all others are steps.
public record Script(String scenario, long coreSeed, List<Step> steps) {
    private static final String SERVER_LIKE = "server like ";
    private static final String CHANCE = "chance ";

    /// The scenario whose server is one with defaults.
    static final String PLAIN = "fair weather";

    /// The script that `text` is.
    ///
    /// @throws IllegalArgumentException if it is none, with the line that is wrong
    public static Script read(String text) {
        String scenario = PLAIN;
        long coreSeed = 1;
        List<Step> steps = new ArrayList<>();
        for (String each : text.lines().toList()) {
            String line = each.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith(SERVER_LIKE)) {
                scenario = line.substring(SERVER_LIKE.length());
            } else if (line.startsWith(CHANCE)) {
                coreSeed = Long.parseLong(line, CHANCE.length(), line.length(), 10);
            } else {
                steps.add(Phrases.read(line));
            }
        }
        return new Script(scenario, coreSeed, List.copyOf(steps));
    }

    /// This script as a file.
    public String text() {
        StringBuilder text = new StringBuilder();
        if (!scenario.equals(PLAIN)) {
            text.append(SERVER_LIKE).append(scenario).append('\n');
        }
        if (coreSeed != 1) {
            text.append(CHANCE).append(coreSeed).append('\n');
        }
        steps.forEach(step -> text.append(Phrases.of(step)).append('\n'));
        return text.toString();
    }

    /// The same with other steps.
    Script with(List<Step> others) {
        return new Script(scenario, coreSeed, List.copyOf(others));
    }

    /// Plays it, and then to the end of the storm. Returns a hash of all that happened.
    ///
    /// @throws SimulationFailure if an invariant does not hold
    public long play() {
        Played played = played(true);
        if (played.failure() == null) {
            return played.hash();
        }
        throw new SimulationFailure(
                Report.of(this, played.observer(), played.failure()), played.failure(), this);
    }

    /// What came of playing it: which steps made sense, and what did not hold.
    record Played(
            List<Step> performed,
            long hash,
            Observer observer,
            @Nullable RuntimeException failure) {}

    Played played(boolean inWords) {
        World world =
                new World(
                        Scenarios.named(scenario).settings(), coreSeed, Traffic.BY_SCRIPT, inWords);
        RuntimeException broken = null;
        try {
            steps.forEach(world::perform);
            world.finish();
        } catch (RuntimeException failure) {
            broken = failure;
        }
        Observer observer = world.observer();
        return new Played(
                List.copyOf(world.performed()), observer.trace().hash(), observer, broken);
    }
}
