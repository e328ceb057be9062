package org.vencejo.testing.simulation;

import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// All scenarios of chance in turn, seed 1 of each, then seed 2 of each and so on, until something
/// is caught or enough was run. A program, so that a copy of the sources can be put to the test.
///
/// Stateless.
public final class Sweep {
    private static final long EVENTS = 1_000;

    /// The run that failed first, counted over all scenarios; `by` names what did not hold, or the
    /// exception of who found it out: the store, say, that is given what makes no sense.
    public record Caught(int run, String scenario, long seed, String by, String detail) {}

    private Sweep() {}

    /// Runs until something is caught, at most `runsMax` simulations.
    public static @Nullable Caught first(int runsMax) {
        List<Scenario> scenarios = Scenarios.all();
        for (int run = 0; run < runsMax; run++) {
            Scenario scenario = scenarios.get(run % scenarios.size());
            long seed = 1L + run / scenarios.size();
            try {
                new Simulation(scenario, seed).run(EVENTS);
            } catch (SimulationFailure failure) {
                return caught(run + 1, scenario, seed, failure);
            }
        }
        return null;
    }

    private static Caught caught(int run, Scenario scenario, long seed, SimulationFailure failure) {
        Throwable cause = Objects.requireNonNullElse(failure.getCause(), failure);
        String by =
                cause instanceof Broken broken
                        ? broken.invariant().id() + " " + broken.invariant()
                        : cause.getClass().getSimpleName();
        return new Caught(run, scenario.name(), seed, by, "" + cause.getMessage());
    }

    /// Prints one line: `caught`, run, scenario, seed, what was broken and how, set apart by tabs;
    /// or `clean` and the number of runs, which is the argument.
    public static void main(String[] arguments) {
        int runsMax = Integer.parseInt(arguments[0]);
        Caught caught = first(runsMax);
        System.out.println(
                caught == null
                        ? "clean\t" + runsMax
                        : String.join(
                                "\t",
                                "caught",
                                "" + caught.run,
                                caught.scenario,
                                "" + caught.seed,
                                oneLine(caught.by),
                                oneLine(caught.detail)));
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("\\s+", " ");
        return line.length() > 200 ? line.substring(0, 200) + " ..." : line;
    }
}
