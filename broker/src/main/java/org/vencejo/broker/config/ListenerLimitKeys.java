package org.vencejo.broker.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.vencejo.core.ListenerLimit;

/// The keys of the limits that a listener may have of its own, each made of that for all.
///
/// A part of the table of [Keys]. Immutable.
final class ListenerLimitKeys {
    /// What comes before the path of the limit for all.
    static final String LISTENER = "listeners[].";

    private static final SequencedMap<ListenerLimit, Key<Long>> KEYS = new LinkedHashMap<>();

    static {
        add(ListenerLimit.CONNECT_TIMEOUT_NANOS, ConnectionLimitKeys.CONNECT_TIMEOUT);
        add(ListenerLimit.CONNECT_SIZE_MAX, ConnectionLimitKeys.CONNECT_SIZE_MAX);
        add(ListenerLimit.KEEP_ALIVE_MAX_SECONDS, ConnectionLimitKeys.KEEP_ALIVE_MAX);
        add(ListenerLimit.PACKET_SIZE_MAX, PacketLimitKeys.PACKET_SIZE_MAX);
        add(ListenerLimit.TOPIC_LEVELS_MAX, PacketLimitKeys.TOPIC_LEVELS_MAX);
        add(ListenerLimit.TOPIC_FILTERS_MAX, PacketLimitKeys.TOPIC_FILTERS_MAX);
        add(ListenerLimit.RECEIVE_MAXIMUM, PacketLimitKeys.RECEIVE_MAXIMUM);
        add(ListenerLimit.MESSAGES_IN_PER_SECOND, PacketLimitKeys.MESSAGES_IN_RATE_MAX);
        add(ListenerLimit.BYTES_IN_PER_SECOND, PacketLimitKeys.BYTES_IN_RATE_MAX);
        add(ListenerLimit.MESSAGES_OUT_PER_SECOND, PacketLimitKeys.MESSAGES_OUT_RATE_MAX);
        add(ListenerLimit.BYTES_OUT_PER_SECOND, PacketLimitKeys.BYTES_OUT_RATE_MAX);
        add(ListenerLimit.TOPIC_ALIAS_MAXIMUM, PacketLimitKeys.TOPIC_ALIAS_MAXIMUM);
        add(ListenerLimit.TOPIC_ALIASES_SENT_MAX, PacketLimitKeys.TOPIC_ALIASES_SENT_MAX);
        add(
                ListenerLimit.SESSION_EXPIRY_INTERVAL_MAX_SECONDS,
                SessionLimitKeys.SESSION_EXPIRY_INTERVAL_MAX);
        add(ListenerLimit.SUBSCRIPTIONS_MAX, SessionLimitKeys.SUBSCRIPTIONS_MAX);
    }

    static final List<Key<?>> ALL = List.copyOf(KEYS.values());

    private ListenerLimitKeys() {}

    private static void add(ListenerLimit limit, Key<Long> ofAll) {
        KEYS.put(limit, Key.ofListener(LISTENER, ofAll));
    }

    static Key<Long> of(ListenerLimit limit) {
        Key<Long> key = KEYS.get(limit);
        if (key == null) {
            throw new IllegalArgumentException("no key is for " + limit);
        }
        return key;
    }
}
