package org.vencejo.protocol;

/// One filter of a SUBSCRIBE with its Subscription Options (3.8.3.1). Immutable.
///
/// 3.x has only the maximum QoS; the rest is then as the defaults of 5.0.
public record Subscription(
        TopicFilter topicFilter,
        QoS maximumQoS,
        boolean noLocal,
        boolean retainAsPublished,
        RetainHandling retainHandling) {

    /// A subscription with the options that 3.x knows.
    public static Subscription of(String topicFilter, QoS maximumQoS) {
        return new Subscription(
                TopicFilter.of(topicFilter),
                maximumQoS,
                false,
                false,
                RetainHandling.SEND_AT_SUBSCRIBE);
    }
}
