package org.vencejo.broker;

/// What waits for the core while somebody else runs it.
interface CoreTask {
    /// Does it. `holder` is the loop that runs the core now.
    void run(LoopDriver holder);
}
