package org.vencejo.testing.simulation;

/// A command, and whether the server's tick goes on behind it, so that what changed is not handed
/// to the disk yet. Immutable.
public record Step(Command command, boolean tickGoesOn) {
    static Step of(Command command) {
        return new Step(command, false);
    }
}
