package org.vencejo.broker;

/// What waits for the core while somebody else runs it.
interface CoreTask {
    /// Does it. `holder` is the loop that runs the core now.
    void run(LoopDriver holder);

    /// Gives up what it holds: nobody will run the core any more.
    default void discard() {}
}
