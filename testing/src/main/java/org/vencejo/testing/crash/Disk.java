package org.vencejo.testing.crash;

import java.util.Map;

/// What stands between the broker and its disk, if anything does. Belongs to the tester's thread.
public interface Disk {
    /// A disk that does what it is told.
    Disk PLAIN = new Disk() {};

    /// What the broker's process needs in its environment.
    default Map<String, String> environment() {
        return Map.of();
    }

    /// Whether [#hold()] does anything.
    default boolean canHold() {
        return false;
    }

    /// Lets each sync from now on wait.
    default void hold() {}

    /// Whether a sync waits.
    default boolean isHolding() {
        return false;
    }

    /// Lets syncs go on.
    default void release() {}

    /// The broker was killed: what else happens to its files.
    default void killed(long seed) {}
}
