package org.vencejo.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// A run, written down step by step, and what becomes of it when it is played.
class ScriptTest {
    private static final String DELIVERS =
            """
            # Two people and a letter.
            server like late disk
            chance 7
            c0 connects c0.1 3.1.1
            c0 subscribes to t/# 2 to s/0 1
            c1 connects c1.1 5.0 as ana enhanced kept window 2 size 100 aliases 2 alive 20 will t/1 1 retained delay 3 lagging hesitating slow late
            c1.1 arrives 9
            c1.1 arrives
            c1.1 is-welcome
            c1 proves
            c1.1 reads 48
            c1.1 comes refusing
            disk waits
            c1 publishes t/1 2 length 20 retained expiry 10 alias 1 ...
            c1.1 arrives
            disk writes 1
            disk fills
            disk fails behind 1
            disk heals
            due waits
            due is-prompt
            time passes 12.000500 ms
            power goes 0 forgets 1
            server starts
            disk fails
            power goes 1
            operator ends-session c1
            """;

    static List<Scenario> scenarios() {
        return Scenarios.all();
    }

    @Test
    void aScriptIsItsText() {
        Script script = Script.read(DELIVERS);
        assertThat(script.steps()).hasSize(24);
        assertThat(script.scenario()).isEqualTo("late disk");
        assertThat(script.coreSeed()).isEqualTo(7);
        assertThat(DELIVERS).isEqualTo("# Two people and a letter.\n" + script.text());
        assertThat(script.play()).isEqualTo(script.play());
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void aRunThatIsToldAgainIsTheSame(Scenario scenario) {
        Simulation simulation = new Simulation(scenario, 11);
        long hash = simulation.run(400);
        Script script = Script.read(simulation.script().text());
        assertThat(script).isEqualTo(simulation.script());
        assertThat(script.play()).isEqualTo(hash);
        assertThat(script.played(false).performed()).isEqualTo(script.steps());
    }

    @Test
    void whatMakesNoSenseIsLeftOut() {
        Script script =
                Script.read(
                        """
                        c0 publishes t/0 1 length 1
                        c0.1 arrives
                        server starts
                        disk writes 1
                        c0 connects c0.1 5.0
                        c0 connects c0.2 5.0
                        c0 unsubscribes t/0
                        c0 pings
                        server stops
                        operator ends-session c0
                        c1 connects c1.1 5.0
                        """);
        assertThat(script.played(false).performed())
                .extracting(Phrases::of)
                .containsExactly("c0 connects c0.1 5.0", "c0 pings", "server stops");
    }

    @Test
    void timeThatPassesTwiceIsTimeThatPassesLonger() {
        Script script = Script.read("due waits\ntime passes 3 ms\ntime passes 0.000001 ms\n");
        assertThat(script.played(false).performed())
                .containsExactly(
                        Step.of(new Command.DueWaits()), Step.of(new Command.Passes(3_000_001)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "c0",
                "c0 sings",
                "c0 connects c0.1 6.0",
                "c0 connects c0.1 5.0 loudly",
                "c0 publishes t/0 3 length 1",
                "c0 publishes t/0 1",
                "c0 subscribes to t/0 1 handling 3",
                "time passes 1 s",
                "disk writes some"
            })
    void aLineThatNobodyUnderstandsIsNamed(String line) {
        assertThatThrownBy(() -> Script.read(line))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(line);
    }

    @Test
    void aScriptThatFailsSaysWhatBrokeAndHowItWent() {
        Script script = Script.read("c0 connects c0.1 5.0\n");
        Broken broken = Invariant.WINDOW.broken("by hand");
        assertThat(Report.of(script, script.played(true).observer(), broken))
                .contains(Invariant.WINDOW.sentence(), "by hand", "-> c0", script.text());
    }
}
