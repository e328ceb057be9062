package org.vencejo.protocol;

/// Quality of Service: the delivery that a PUBLISH asks for or that a subscription grants.
public enum QoS {
    AT_MOST_ONCE,
    AT_LEAST_ONCE,
    EXACTLY_ONCE;

    private static final QoS[] VALUES = values();

    /// The two bits on the wire.
    public int value() {
        return ordinal();
    }

    /// The level of `value`, which must be 0, 1 or 2.
    public static QoS of(int value) {
        return VALUES[value];
    }

    /// The lower of two levels.
    public QoS min(QoS other) {
        return ordinal() <= other.ordinal() ? this : other;
    }

    /// The higher of two levels.
    public QoS max(QoS other) {
        return ordinal() >= other.ordinal() ? this : other;
    }
}
