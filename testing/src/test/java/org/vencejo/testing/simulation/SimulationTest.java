package org.vencejo.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.vencejo.testing.Seeds;

/// All scenarios of chance: a few seeds that stay, and fresh ones; as many as asked with
/// `-Dvencejo.seeds` and `-Dvencejo.events`.
class SimulationTest {
    private static final int FIXED_SEEDS = 25;
    private static final int FRESH_SEEDS = Integer.getInteger("vencejo.seeds", 5);
    private static final int EVENTS = Integer.getInteger("vencejo.events", 1_000);

    static List<Scenario> scenarios() {
        return Scenarios.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void everyInvariantHoldsAfterEveryEvent(Scenario scenario) {
        for (int seed = 1; seed <= FIXED_SEEDS; seed++) {
            new Simulation(scenario, seed).run(EVENTS);
        }
        Seeds fresh = Seeds.given();
        for (int i = 0; i < FRESH_SEEDS; i++) {
            new Simulation(scenario, fresh.next() >>> 1).run(EVENTS);
        }
    }

    /// One run, as a failure asks for it.
    @Test
    void replays() {
        String scenario = System.getProperty("vencejo.scenario", "everything");
        long seed = Long.getLong("vencejo.seed", 1);
        new Simulation(Scenarios.named(scenario), seed).run(EVENTS);
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
