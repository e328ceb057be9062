package org.vencejo.testing.simulation;

/// An invariant does not hold. Immutable.
public final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Invariant invariant;

    Broken(Invariant invariant, String detail) {
        super(detail);
        this.invariant = invariant;
    }

    public Invariant invariant() {
        return invariant;
    }
}
