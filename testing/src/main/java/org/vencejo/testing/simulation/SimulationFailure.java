package org.vencejo.testing.simulation;

import org.jspecify.annotations.Nullable;

/// A simulation in which an invariant did not hold; its message is the whole report. Immutable.
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1;

    private final transient Script script;

    SimulationFailure(String report, @Nullable Throwable cause, Script script) {
        super(report, cause);
        this.script = script;
    }

    /// All that happened before.
    public Script script() {
        return script;
    }

    /// The same failure, with as short a script as leads to it.
    public SimulationFailure shrunk() {
        if (script.played(false).failure() == null) {
            return new SimulationFailure(
                    getMessage() + "\nit fails by its seed, not when its steps are played again\n",
                    getCause(),
                    script);
        }
        Script shortest = Shrinker.shrunk(script);
        return new SimulationFailure(
                getMessage()
                        + "\nshrunk to %d of %d steps; in a file FILE it is played with\n"
                                .formatted(shortest.steps().size(), script.steps().size())
                        + "    mvn -q test -pl testing -am -Dtest=SimulationTest#plays"
                        + " -Dsurefire.failIfNoSpecifiedTests=false -Dvencejo.script=FILE\n\n"
                        + shortest.text(),
                getCause(),
                shortest);
    }

    @Nullable RuntimeException broken() {
        return getCause() instanceof RuntimeException cause ? cause : null;
    }
}
