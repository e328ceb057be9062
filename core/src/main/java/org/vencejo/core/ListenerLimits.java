package org.vencejo.core;

import static java.lang.Math.toIntExact;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.protocol.QoS;

/// The limits that a listener has of its own: for its connections they come before those that hold
/// for all.
///
/// Immutable, but for what [#over] remembers: that is part of the core, touched only by whoever
/// runs it. So there is one of it for each listener of a server, and none for a connection.
public final class ListenerLimits {
    /// Of a listener without any.
    public static final ListenerLimits NONE = new ListenerLimits(Map.of(), null);

    private final Map<ListenerLimit, Long> given;
    private final @Nullable QoS maximumQoS;

    // Since the last time that others held for all
    private @Nullable Limits base;
    private @Nullable Limits derived;

    /// `maximumQoS` is null for that of all.
    public ListenerLimits(Map<ListenerLimit, Long> given, @Nullable QoS maximumQoS) {
        this.given = Map.copyOf(given);
        this.maximumQoS = maximumQoS;
    }

    /// The highest QoS of this listener, where that of all is `ofAll`.
    QoS maximumQoS(QoS ofAll) {
        return maximumQoS == null ? ofAll : maximumQoS;
    }

    /// What holds for a connection of this listener while `ofAll` do for all.
    Limits over(Limits ofAll) {
        if (given.isEmpty()) {
            return ofAll;
        }
        Limits known = derived;
        if (known == null || base != ofAll) {
            base = ofAll;
            known = derive(ofAll);
            derived = known;
        }
        return known;
    }

    /// The same, and nothing is remembered. Thread-safe.
    public Limits derive(Limits ofAll) {
        int packetSizeMax = number(ListenerLimit.PACKET_SIZE_MAX, ofAll.packetSizeMax());
        return new Limits(
                ofAll.connectionsMax(),
                number(ListenerLimit.CONNECT_TIMEOUT_NANOS, ofAll.connectTimeoutNanos()),
                packetSizeMax,
                // CONNECT is a packet, too: who lowers the one need not know the other.
                number(
                        ListenerLimit.CONNECT_SIZE_MAX,
                        Math.min(ofAll.connectSizeMax(), packetSizeMax)),
                ofAll.pendingBytesMax(),
                number(ListenerLimit.TOPIC_LEVELS_MAX, ofAll.topicLevelsMax()),
                number(ListenerLimit.TOPIC_FILTERS_MAX, ofAll.topicFiltersMax()),
                number(ListenerLimit.RECEIVE_MAXIMUM, ofAll.receiveMaximum()),
                ofAll.windowMax(),
                number(ListenerLimit.TOPIC_ALIAS_MAXIMUM, ofAll.topicAliasMaximum()),
                number(ListenerLimit.TOPIC_ALIASES_SENT_MAX, ofAll.topicAliasesSentMax()),
                number(ListenerLimit.SUBSCRIPTIONS_MAX, ofAll.subscriptionsMax()),
                ofAll.subscriptionsBytesMax(),
                ofAll.sessionsBytesMax(),
                ofAll.userPropertiesMax(),
                ofAll.userPropertiesBytesMax(),
                ofAll.clientIdentifierBytesMax(),
                ofAll.queuedMessagesMax(),
                ofAll.queuedBytesMax(),
                ofAll.queuedBytesInAllMax(),
                ofAll.storedQueuedMessagesMax(),
                ofAll.storedQueuedBytesMax(),
                ofAll.queueReadMessagesMax(),
                ofAll.queueReadBytesMax(),
                ofAll.undurableBytesMax(),
                ofAll.outBufferHighBytes(),
                ofAll.outBufferLowBytes(),
                ofAll.partialPacketsBytesMax(),
                ofAll.buffersBytesMax(),
                ofAll.retainedMessagesMax(),
                ofAll.retainedBytesMax(),
                number(
                        ListenerLimit.SESSION_EXPIRY_INTERVAL_MAX_SECONDS,
                        ofAll.sessionExpiryIntervalMaxSeconds()),
                number(ListenerLimit.KEEP_ALIVE_MAX_SECONDS, ofAll.keepAliveMaxSeconds()),
                ofAll.routesCachedMax(),
                ofAll.sliceMax(),
                ofAll.admission(),
                derive(ofAll.rates()),
                ofAll.memoryMarks());
    }

    private Limits.Rates derive(Limits.Rates ofAll) {
        return new Limits.Rates(
                number(ListenerLimit.MESSAGES_IN_PER_SECOND, ofAll.messagesInPerSecond()),
                number(ListenerLimit.BYTES_IN_PER_SECOND, ofAll.bytesInPerSecond()),
                number(ListenerLimit.MESSAGES_OUT_PER_SECOND, ofAll.messagesOutPerSecond()),
                number(ListenerLimit.BYTES_OUT_PER_SECOND, ofAll.bytesOutPerSecond()));
    }

    private long number(ListenerLimit limit, long ofAll) {
        return given.getOrDefault(limit, ofAll);
    }

    private int number(ListenerLimit limit, int ofAll) {
        return toIntExact(number(limit, (long) ofAll));
    }
}
