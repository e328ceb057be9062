package org.vencejo.protocol;

/// Whether retained messages are sent when a subscription is made (3.8.3.1), in the order of the
/// values on the wire.
public enum RetainHandling {
    SEND_AT_SUBSCRIBE,
    SEND_IF_NEW,
    DO_NOT_SEND;

    private static final RetainHandling[] VALUES = values();

    /// The two bits on the wire.
    public int value() {
        return ordinal();
    }

    /// The handling of `value`, which must be 0, 1 or 2.
    public static RetainHandling of(int value) {
        return VALUES[value];
    }
}
