package org.vencejo.core;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.session.Message;

/// The durable state as a start finds it, told in the mutations that made it. Immutable.
public record Recovered(List<Session> sessions, List<Message> retained) {
    public static final Recovered NOTHING = new Recovered(List.of(), List.of());

    /// A kept session. `disconnected` is null if it was connected when the server died.
    public record Session(
            Mutation.SessionCreated created,
            Mutation.SessionConnected connected,
            Mutation.@Nullable SessionDisconnected disconnected,
            List<Mutation.Subscribed> subscriptions,
            List<Entry> queue,
            Set<Integer> identifiersTaken) {}

    /// A queue entry in its order. `released` is null unless PUBREC came.
    public record Entry(Mutation.Enqueued enqueued, Mutation.@Nullable Released released) {}
}
