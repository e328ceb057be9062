package org.vencejo.core;

import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.QoS;

/// How the server is set up. Immutable.
///
/// `queuesOnDisk` says that the journal keeps queues, so that memory need not;
/// `responseInformation` goes to clients that ask for it (4.10); `retryIntervalNanos31` and
/// `...311` are after how long an unanswered PUBLISH or PUBREL is repeated on a live connection, 0
/// for never (B8). `subscriptionsCheckedAtResume` is whether a client that comes back keeps only
/// the subscriptions that it may have where it is now (A19).
public record ServerSettings(
        Limits limits,
        boolean queuesOnDisk,
        QoS maximumQoS,
        boolean retainAvailable,
        boolean wildcardSubscriptionAvailable,
        boolean sharedSubscriptionAvailable,
        boolean sharedSubscriptionFor311,
        boolean strictClientIdentifierFor31,
        boolean payloadFormatChecked,
        boolean noMatchingSubscribersReported,
        boolean qos0QueuedForOffline,
        boolean deniedPublishClosesFor3,
        boolean deniedSubscribeClosesFor31,
        boolean subscriptionsCheckedAtResume,
        QueueFullPolicy queueFullPolicy,
        long retryIntervalNanos31,
        long retryIntervalNanos311,
        @Nullable String responseInformation) {

    public static final ServerSettings DEFAULTS =
            new ServerSettings(
                    Limits.DEFAULTS,
                    false,
                    QoS.EXACTLY_ONCE,
                    true,
                    true,
                    true,
                    true,
                    false,
                    false,
                    false,
                    false,
                    false,
                    false,
                    false,
                    QueueFullPolicy.DROP_OLDEST,
                    20_000_000_000L,
                    0,
                    null);

    /// What gives way when a session's queue is full (B37).
    public enum QueueFullPolicy {
        /// The oldest message that is not in flight.
        DROP_OLDEST,
        /// The message that does not fit.
        DROP_NEWEST,
        /// The session itself.
        END_SESSION
    }
}
