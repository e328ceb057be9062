package org.vencejo.broker.config;

import static org.vencejo.broker.config.Key.Fallback.fixed;
import static org.vencejo.broker.config.Units.GB;
import static org.vencejo.broker.config.Units.KB;
import static org.vencejo.broker.config.Units.SECOND;
import static org.vencejo.broker.config.Units.TB;
import static org.vencejo.broker.config.Words.words;

import java.util.List;
import org.vencejo.broker.config.Key.Computed;
import org.vencejo.broker.config.ValueType.Count;
import org.vencejo.broker.config.ValueType.Quantity;
import org.vencejo.core.Limits;

/// The keys of limits on sessions, their subscriptions and their queues.
///
/// A part of the table of [Keys]. Immutable.
final class SessionLimitKeys {
    private static final Limits LIMITS = Limits.DEFAULTS;

    static final Key<Long> SESSION_EXPIRY_INTERVAL_MAX =
            Key.limit(
                            "session-expiry-interval-max",
                            Quantity.seconds(
                                    0,
                                    (Limits.NEVER_SECONDS - 1) * SECOND,
                                    words("never", Limits.NEVER_SECONDS * SECOND)),
                            fixed(LIMITS.sessionExpiryIntervalMaxSeconds() * SECOND),
                            "How long a session is kept without its client.",
                            "CONNACK tells a 5.0 client the lower Session Expiry Interval")
                    .rereadAtHangup();
    static final Key<Long> SUBSCRIPTIONS_MAX =
            Key.limit(
                            "subscriptions-max",
                            new Count(1, 100_000_000),
                            fixed(LIMITS.subscriptionsMax()),
                            "Subscriptions of a session.",
                            "SUBACK 0x97 (3.1.1: 0x80)")
                    .rereadAtHangup();
    static final Key<Long> SUBSCRIPTIONS_BYTES_MAX =
            Key.limit(
                            "subscriptions-bytes-max",
                            Quantity.size(KB, TB),
                            fixed(LIMITS.subscriptionsBytesMax()),
                            "Bytes that the subscriptions of a session occupy, about: 128, twice the bytes"
                                    + " of the Topic Filter and 64 for each of its levels.",
                            "SUBACK 0x97 (3.1.1: 0x80)")
                    .rereadAtHangup();
    static final Key<Long> SESSIONS_BYTES_MAX =
            Key.limit(
                            "sessions-bytes-max",
                            Quantity.size(KB, TB),
                            new Computed<>(
                                    "an eighth of the memory", machine -> machine.memoryShare(8)),
                            "Bytes that all sessions occupy beside their queues, about: 500 for"
                                    + " each, Client Identifier, user name, will, subscriptions. The last"
                                    + " quarter is for sessions of up to 16 KB, the last eighth for"
                                    + " those of up to 2 KB, and the last sixteenth for clients that"
                                    + " come: no subscription takes of that.",
                            "CONNACK 0x97 (3.x: 0x03) to a client without a session or with a larger will,"
                                    + " SUBACK 0x97 (3.1.1: 0x80)")
                    .rereadAtHangup();
    static final Key<Long> QUEUED_MESSAGES_MAX =
            Key.limit(
                            "queued-messages-max",
                            new Count(1, 1_000_000_000),
                            fixed(LIMITS.queuedMessagesMax()),
                            "Messages in the queue of a session that is in memory alone, and at QoS 0 in one"
                                    + " on disk.",
                            "`queue-full-policy`, fate *queue full*")
                    .rereadAtHangup();
    static final Key<Long> QUEUED_BYTES_MAX =
            Key.limit(
                            "queued-bytes-max",
                            Quantity.size(KB, TB),
                            fixed(LIMITS.queuedBytesMax()),
                            "Bytes in the queue of a session that is in memory alone, and at QoS 0 in one on"
                                    + " disk.",
                            "`queue-full-policy`, fate *queue full*")
                    .rereadAtHangup();
    static final Key<Long> QUEUED_BYTES_IN_ALL_MAX =
            Key.limit(
                            "queued-bytes-in-all-max",
                            Quantity.size(KB, TB),
                            new Computed<>("half of the memory", machine -> machine.memoryShare(2)),
                            "Bytes of all queues together that are in memory.",
                            "`queue-full-policy` for the session at hand, fate *queue full*")
                    .rereadAtHangup();
    static final Key<Long> STORED_QUEUED_MESSAGES_MAX =
            Key.limit(
                            "stored-queued-messages-max",
                            new Count(1, 1_000_000_000),
                            fixed(LIMITS.storedQueuedMessagesMax()),
                            "Messages in the queue of a kept session, if that is on disk (`durability`"
                                    + " `fsync` or `os`).",
                            "`queue-full-policy`, fate *queue full*")
                    .rereadAtHangup();
    static final Key<Long> STORED_QUEUED_BYTES_MAX =
            Key.limit(
                            "stored-queued-bytes-max",
                            Quantity.size(KB, TB),
                            fixed(LIMITS.storedQueuedBytesMax()),
                            "Bytes in the queue of a kept session, if that is on disk.",
                            "`queue-full-policy`, fate *queue full*")
                    .rereadAtHangup();
    static final Key<Long> QUEUE_READ_MESSAGES_MAX =
            Key.limit(
                    "queue-read-messages-max",
                    new Count(1, 65_536),
                    fixed(LIMITS.queueReadMessagesMax()),
                    "Messages that are read from disk at once for a session; memory holds up to"
                            + " twice as many beside those in flight.",
                    "the rest is read when half of them are sent");
    static final Key<Long> QUEUE_READ_BYTES_MAX =
            Key.limit(
                    "queue-read-bytes-max",
                    Quantity.size(KB, GB),
                    fixed(LIMITS.queueReadBytesMax()),
                    "The same in bytes; one message may be larger.",
                    "the rest is read when half of them are sent");

    static final List<Key<?>> ALL =
            List.of(
                    SESSION_EXPIRY_INTERVAL_MAX,
                    SUBSCRIPTIONS_MAX,
                    SUBSCRIPTIONS_BYTES_MAX,
                    SESSIONS_BYTES_MAX,
                    QUEUED_MESSAGES_MAX,
                    QUEUED_BYTES_MAX,
                    QUEUED_BYTES_IN_ALL_MAX,
                    STORED_QUEUED_MESSAGES_MAX,
                    STORED_QUEUED_BYTES_MAX,
                    QUEUE_READ_MESSAGES_MAX,
                    QUEUE_READ_BYTES_MAX);

    private SessionLimitKeys() {}
}
