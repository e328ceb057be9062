package org.vencejo.conformance;

import java.util.Set;

/// Where scenarios are played: in memory, over sockets, against somebody else's server.
///
/// Thread-safe.
public interface Place {
    /// What reports call it.
    String name();

    /// What its servers can do.
    Set<Ability> abilities();

    /// A server set up as asked, on which nothing has happened, or at least nothing under the names
    /// that the wire makes [unique][Wire#unique()].
    Wire wire(Setup setup);

    /// Whether `trial` can be played here.
    default boolean canPlay(Trial trial) {
        return abilities().containsAll(trial.needs());
    }
}
