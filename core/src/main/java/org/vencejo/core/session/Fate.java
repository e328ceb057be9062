package org.vencejo.core.session;

/// How a copy of a message ended. Each copy ends once, and with one of these.
public enum Fate {
    /// QoS 0: written to the out-buffer. QoS 1: PUBACK came. QoS 2: PUBCOMP came.
    DELIVERED,
    /// Its Message Expiry Interval ran out before it was sent.
    EXPIRED,
    /// Dropped at the limit of a queue or of an out-buffer.
    QUEUE_FULL,
    /// QoS 0: dropped as memory was short.
    MEMORY_SHORT,
    /// Larger than the peer's Maximum Packet Size.
    TOO_LARGE,
    /// The peer answered with a Reason Code of 0x80 or above.
    REFUSED,
    /// The peer may not read the topic.
    ACCESS_DENIED,
    /// Its session ended first.
    SESSION_ENDED,
    /// Nobody subscribed to the topic.
    NO_SUBSCRIBER,
    /// Not sent, as the peer was not connected.
    OFFLINE
}
