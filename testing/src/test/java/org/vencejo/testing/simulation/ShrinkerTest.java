package org.vencejo.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.vencejo.core.Input;

/// Long scripts that fail, and the short ones that they come down to.
class ShrinkerTest {
    // A disk that says to have what it has not.
    private static Script.Played withALyingDisk(Script script) {
        World world =
                new World(
                        Scenarios.named(script.scenario()).settings(),
                        script.coreSeed(),
                        Traffic.BY_SCRIPT,
                        false);
        RuntimeException broken = null;
        try {
            for (Step step : script.steps()) {
                world.perform(step);
                List<Long> waiting = world.server().store().waiting();
                if (!waiting.isEmpty() && world.server().isRunning()) {
                    world.server().handle(new Input.Durable(waiting.getLast()));
                }
            }
            world.finish();
        } catch (RuntimeException failure) {
            broken = failure;
        }
        return new Script.Played(List.copyOf(world.performed()), 0, world.observer(), broken);
    }

    // Somebody for whom two things together are a failure.
    private static Script.Played withAFalseInvariant(Script script) {
        Script.Played played = script.played(false);
        boolean both =
                played.performed().stream()
                                .anyMatch(s ->
                                        s.command() instanceof Command.Publishes p && p.retain())
                        && played.performed().stream()
                                .anyMatch(s -> s.command() instanceof Command.PowerGoes);
        return new Script.Played(
                played.performed(),
                played.hash(),
                played.observer(),
                both ? Invariant.WINDOW.broken("by hand") : played.failure());
    }

    private static Script longScript(String scenario) {
        Simulation simulation = new Simulation(Scenarios.named(scenario), 5);
        simulation.run(600);
        return simulation.script();
    }

    @Test
    void aDiskThatLiesComesDownToAHandfulOfSteps() {
        Script shortest =
                Shrinker.shrunk(
                        longScript("late disk"), Shrinker.RUNS_MAX, ShrinkerTest::withALyingDisk);
        assertThat(shortest.steps()).hasSizeLessThanOrEqualTo(6);
        assertThat(shortest.text()).contains("disk waits", "connects");
        assertThat(withALyingDisk(shortest).failure()).isInstanceOf(Broken.class);
        assertThat(withALyingDisk(Script.read(shortest.text())).failure())
                .isInstanceOf(Broken.class);
        // It is the disk: with one that tells the truth nothing is broken.
        assertThat(shortest.played(false).failure()).isNull();
    }

    @Test
    void onlyWhatTheFailureNeedsIsLeftAndThatIsPlain() {
        Script shortest =
                Shrinker.shrunk(
                        longScript("retained over blackouts"),
                        Shrinker.RUNS_MAX,
                        ShrinkerTest::withAFalseInvariant);
        assertThat(shortest.scenario()).isEqualTo("fair weather");
        assertThat(shortest.coreSeed()).isEqualTo(1);
        assertThat(shortest.steps()).hasSizeLessThanOrEqualTo(4); // with a start of the server
        assertThat(shortest.text())
                .containsPattern("c. connects c.\\.\\d+ \\S+\n")
                .containsPattern("c. publishes \\S+ 0 (empty|length 1) retained\n")
                .contains("power goes 0\n");
    }

    @Test
    void theSameFailureComesDownToTheSame() {
        Script script = longScript("storm").with(longScript("retained over blackouts").steps());
        Script once = Shrinker.shrunk(script, 300, ShrinkerTest::withAFalseInvariant);
        assertThat(Shrinker.shrunk(script, 300, ShrinkerTest::withAFalseInvariant)).isEqualTo(once);
    }

    @Test
    void noMoreScriptsArePlayedThanAllowed() {
        AtomicInteger played = new AtomicInteger();
        Script script = longScript("retained over blackouts");
        Script shorter =
                Shrinker.shrunk(
                        script,
                        20,
                        each -> {
                            played.incrementAndGet();
                            return withAFalseInvariant(each);
                        });
        assertThat(played).hasValue(20);
        assertThat(shorter.steps()).hasSizeLessThan(script.steps().size());
        assertThat(withAFalseInvariant(shorter).failure()).isInstanceOf(Broken.class);
    }

    @Test
    void whatDoesNotFailSaysSo() {
        Script script = Script.read("c0 connects c0.1 5.0\nc0 pings\n");
        assertThatThrownBy(() -> Shrinker.shrunk(script))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("does not fail")
                .hasMessageContaining("c0 pings");
    }

    @Test
    void aFailureIsToldWithItsShortestScript() {
        Script script = Script.read("c0 connects c0.1 5.0\nc0 pings\n");
        SimulationFailure passing =
                new SimulationFailure("what broke", Invariant.WINDOW.broken("by hand"), script);
        // It cannot be played again, so that it is told as it is.
        assertThat(passing.shrunk()).hasMessageContaining("what broke");
        assertThat(passing.shrunk()).hasMessageContaining("not when its steps are played again");
    }
}
