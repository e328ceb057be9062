package org.vencejo.core;

/// A limit that a listener may have of its own: each is of one connection or its client.
///
/// Each has the name of its component of [Limits] or [Limits.Rates].
public enum ListenerLimit {
    CONNECT_TIMEOUT_NANOS,
    PACKET_SIZE_MAX,
    CONNECT_SIZE_MAX,
    KEEP_ALIVE_MAX_SECONDS,
    TOPIC_LEVELS_MAX,
    TOPIC_FILTERS_MAX,
    RECEIVE_MAXIMUM,
    TOPIC_ALIAS_MAXIMUM,
    TOPIC_ALIASES_SENT_MAX,
    SUBSCRIPTIONS_MAX,
    SESSION_EXPIRY_INTERVAL_MAX_SECONDS,
    MESSAGES_IN_PER_SECOND,
    BYTES_IN_PER_SECOND,
    MESSAGES_OUT_PER_SECOND,
    BYTES_OUT_PER_SECOND
}
