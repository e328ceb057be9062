package org.vencejo.core;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.session.Message;

/// The durable state as a start finds it, told in the mutations that made it. Immutable.
///
/// `lastSession` and `lastMessage` are the highest numbers that were ever given.
public record Recovered(
        List<Session> sessions,
        List<Ending> ending,
        List<Message> retained,
        long lastSession,
        long lastMessage) {
    public static final Recovered NOTHING = new Recovered(List.of(), List.of(), List.of(), 0, 0);

    /// A kept session. `disconnected` is null if it was connected when the server died.
    ///
    /// `queue` has, in the order of sequences, at least the entries that count as sent: those with
    /// `released`, and of the others the first that its window allowed (its Receive Maximum, or
    /// ours); if it was not connected, only those before `sentUpTo`. The `rest` is on disk.
    public record Session(
            Mutation.SessionCreated created,
            Mutation.SessionConnected connected,
            Mutation.@Nullable SessionDisconnected disconnected,
            List<Mutation.Subscribed> subscriptions,
            List<Entry> queue,
            Rest rest,
            Set<Integer> identifiersTaken) {}

    /// A queue entry in its order. `released` is null unless PUBREC came.
    public record Entry(Mutation.Enqueued enqueued, Mutation.@Nullable Released released) {}

    /// The entries of a queue that were not read: their sequences are from `from` on and below
    /// `end`; `shared` of them came through shared subscriptions.
    public record Rest(long from, long end, long messages, long bytes, long shared) {
        public static final Rest NOTHING = new Rest(0, 0, 0, 0, 0);
    }

    /// A session that was ending ([Mutation.SessionEnding]) and has such a rest, of which entries
    /// before `sentUpTo` may have been sent.
    public record Ending(long session, String clientIdentifier, long sentUpTo, Rest rest) {}
}
