package org.vencejo.core;

import org.vencejo.core.session.Accounting;

/// The Server of the standard as a state machine.
///
/// Part of the core: touched only by whoever runs it.
public final class Server {
    /// A server that begins with what was `recovered`. `seed` is its only source of chance;
    /// `wallMillis` is the time of day at `nowNanos`.
    public Server(
            ServerSettings settings,
            AccessRules accessRules,
            Recovered recovered,
            long seed,
            long wallMillis,
            long nowNanos) {
    }

    /// Handles one input to its end. Never calls back and never throws.
    public void handle(Input input, long nowNanos, Outbox outbox) {
    }

    /// When [Input.DeadlineReached] is due (it may be already), or `Long.MAX_VALUE`.
    public long nextDeadline() {
        return Long.MAX_VALUE;
    }

    public Accounting accounting() {
        return new Accounting();
    }

    public Statistics statistics() {
        return new Statistics();
    }

    public int connectedClients() { return 0; }
    public int sessions() { return 0; }
    public int subscriptions() { return 0; }
    public int retainedMessages() { return 0; }

    /// The durable part of the state, to be compared with the store.
    public Recovered durableState() { return Recovered.NOTHING; }
}
