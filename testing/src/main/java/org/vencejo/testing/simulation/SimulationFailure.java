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

    @Nullable RuntimeException broken() {
        return getCause() instanceof RuntimeException cause ? cause : null;
    }
}
