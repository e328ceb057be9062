package org.vencejo.testing.simulation;

/// A simulation in which an invariant did not hold; its message is the whole report. Immutable.
public final class SimulationFailure extends AssertionError {
    private static final long serialVersionUID = 1;

    SimulationFailure(String report, Throwable cause) {
        super(report, cause);
    }
}
