package org.vencejo.core.session;

/// How a copy of a message ended. Each copy ends once, and with one of these.
public enum Fate {
    /// QoS 0: written to the out-buffer. QoS 1: PUBACK came. QoS 2: PUBCOMP came.
    DELIVERED,
    /// Its Message Expiry Interval ran out before it was sent.
    EXPIRED,
    /// Dropped at the limit of a queue or of an out-buffer.
    QUEUE_FULL,
    /// Larger than the subscriber's Maximum Packet Size.
    TOO_LARGE,
    /// The subscriber answered with a Reason Code of 0x80 or above.
    REFUSED,
    /// The subscriber may not read the topic.
    ACCESS_DENIED,
    /// Its session ended first.
    SESSION_ENDED,
    /// Nobody subscribed to the topic.
    NO_SUBSCRIBER,
    /// QoS 0, and the subscriber was not connected.
    OFFLINE
}
