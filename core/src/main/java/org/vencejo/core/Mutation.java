package org.vencejo.core;

import org.jspecify.annotations.Nullable;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.protocol.Will;

/// A change of durable state: the only way in which what survives a crash changes. Immutable.
///
/// The server applies it in memory at once and appends the same record to the journal;
/// [Store#apply] writes it. Times and numbers are inside, so that applying needs no clock. Sessions
/// are named by a number that is never used again; only sessions that are kept (Session Expiry
/// Interval above 0) have mutations.
public sealed interface Mutation {
    /// A session that is to be kept was created.
    record SessionCreated(long session, String clientIdentifier, @Nullable String userName)
            implements Mutation {}

    /// A session that was nobody's is this user's from now on (A19).
    record SessionClaimed(long session, String userName) implements Mutation {}

    /// A CONNECT was accepted for the session: its epoch, its expiry and the limits of the client,
    /// which decide what counts as sent after a crash. A will replaces an earlier one.
    record SessionConnected(
            long session,
            long epoch,
            long sessionExpiryInterval,
            int receiveMaximum,
            @Nullable Will will)
            implements Mutation {
        SessionConnected withoutWill() {
            return new SessionConnected(
                    session, epoch, sessionExpiryInterval, receiveMaximum, null);
        }
    }

    /// The connection of the session ended at this time; entries before `sentUpTo` were sent to it,
    /// or may have been.
    record SessionDisconnected(
            long session, long wallMillis, long sessionExpiryInterval, long sentUpTo)
            implements Mutation {}

    /// The session's will was published or given up.
    record WillRemoved(long session) implements Mutation {}

    /// The session is gone for its client, whose Client Identifier is free; the copies in its queue
    /// from sequence `from` on that came through shared subscriptions are still to be given to
    /// others, but for those at QoS 2 before `sentUpTo`, which its client may have. [SessionEnded]
    /// follows.
    record SessionEnding(long session, long from, long sentUpTo) implements Mutation {}

    /// The session and all that it holds is gone.
    record SessionEnded(long session) implements Mutation {}

    /// A subscription was made or replaced; `subscriptionIdentifier` is 0 if it has none.
    record Subscribed(long session, Subscription subscription, int subscriptionIdentifier)
            implements Mutation {}

    /// A subscription was removed.
    record Unsubscribed(long session, TopicFilter topicFilter) implements Mutation {}

    /// A message joined the session's queue under `sequence`. `share` is the filter of the shared
    /// subscription that it came through, or null.
    record Enqueued(
            long session,
            long sequence,
            Message message,
            QoS qos,
            boolean retain,
            int[] subscriptionIdentifiers,
            @Nullable TopicFilter share)
            implements Mutation {}

    /// The subscriber's PUBREC came for `sequence`: only the PUBREL under `packetIdentifier` is
    /// owed. `place` orders the PUBRECs of the session.
    record Released(long session, long sequence, int packetIdentifier, long place)
            implements Mutation {}

    /// The queue entry is gone, by whatever fate. What it was is told again, so that applying needs
    /// not look: the number of its message, its bytes as limits count them, its QoS, and whether it
    /// came through a shared subscription.
    record Dequeued(
            long session,
            long sequence,
            long messageNumber,
            long messageBytes,
            QoS qos,
            boolean shared)
            implements Mutation {}

    /// A QoS 2 PUBLISH of the session's client was taken over under this Packet Identifier.
    record IdentifierTaken(long session, int packetIdentifier) implements Mutation {}

    /// The Packet Identifier is free again: PUBREL came.
    record IdentifierFreed(long session, int packetIdentifier) implements Mutation {}

    /// The retained message of its topic was set or replaced.
    record RetainedSet(Message message) implements Mutation {}

    /// The retained message of the topic is gone.
    record RetainedRemoved(TopicName topicName) implements Mutation {}
}
