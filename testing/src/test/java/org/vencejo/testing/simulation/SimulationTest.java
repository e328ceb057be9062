package org.vencejo.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.testing.Seeds;

/// All scenarios of chance: a few seeds that stay, and fresh ones; as many as asked with
/// `-Dvencejo.seeds` and `-Dvencejo.events`. The fresh ones of a build come from one number, which
/// is printed with what was simulated.
class SimulationTest {
    private static final int FIXED_SEEDS = 25;
    private static final int FRESH_SEEDS = Integer.getInteger("vencejo.seeds", 1);
    private static final Seeds FRESH = Seeds.given();
    private static final int EVENTS = Integer.getInteger("vencejo.events", 1_000);

    static List<Scenario> scenarios() {
        return Scenarios.all();
    }

    private static final Census CENSUS = new Census();

    @AfterAll
    static void howMuchWasSimulated() {
        System.out.printf("simulated (fresh seeds from %d): %s%n", FRESH.seed(), CENSUS);
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyInvariantHoldsAfterEveryEvent(Scenario scenario) {
        for (int seed = 1; seed <= FIXED_SEEDS; seed++) {
            run(scenario, seed);
        }
        for (int i = 0; i < FRESH_SEEDS; i++) {
            run(scenario, FRESH.next() >>> 1);
        }
    }

    private static void run(Scenario scenario, long seed) {
        try {
            CENSUS.run(new Simulation(scenario, seed), EVENTS);
        } catch (SimulationFailure failure) {
            throw failure.shrunk();
        }
    }

    /// One run, as a failure asks for it.
    @Test
    void replays() {
        String scenario = System.getProperty("vencejo.scenario", "everything");
        run(Scenarios.named(scenario), Long.getLong("vencejo.seed", 1));
    }

    /// One script, as a failure asks for it.
    @Test
    void plays() throws IOException {
        String file = System.getProperty("vencejo.script");
        Script.read(file == null ? "c0 connects c0.1 5.0\n" : Files.readString(Path.of(file)))
                .play();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void oneSeedIsOneRun(Scenario scenario) {
        long first = new Simulation(scenario, 7).run(300);
        assertThat(new Simulation(scenario, 7).run(300)).isEqualTo(first);
        assertThat(new Simulation(scenario, 8).run(300)).isNotEqualTo(first);
    }

    @Test
    void aFailureSaysWhatBrokeAndHowToSeeItAgain() {
        Simulation simulation = new Simulation(Scenarios.named("storm"), 3, true);
        simulation.run(200);
        Broken broken = Invariant.WINDOW.broken("by hand");
        assertThat(
                        new Report(
                                        Scenarios.named("storm"),
                                        3,
                                        200,
                                        simulation.events(),
                                        simulation.observer(),
                                        broken)
                                .text())
                .contains(Invariant.WINDOW.sentence(), "by hand", "seed 3", "<- last", "replay:")
                .contains("-Dvencejo.scenario=\"storm\" -Dvencejo.seed=3 -Dvencejo.events=200");
        assertThatThrownBy(() -> Scenarios.named("no such weather"))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
