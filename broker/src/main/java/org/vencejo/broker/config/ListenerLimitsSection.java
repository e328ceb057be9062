package org.vencejo.broker.config;

import java.util.EnumMap;
import java.util.Map;
import org.vencejo.core.ListenerLimit;

/// Binds the section `limits` of a listener.
///
/// Confined to the thread that reads the configuration.
final class ListenerLimitsSection {
    private final Binding binding;
    private final Sources sources;
    private final int index;

    ListenerLimitsSection(Binding binding, Sources sources, int index) {
        this.binding = binding;
        this.sources = sources;
        this.index = index;
    }

    /// What was given.
    Map<ListenerLimit, Long> bind() {
        Map<ListenerLimit, Long> given = new EnumMap<>(ListenerLimit.class);
        for (ListenerLimit limit : ListenerLimit.values()) {
            if (isGiven(limit)) {
                long value = binding.get(ListenerLimitKeys.of(limit), index);
                boolean isInSeconds = limit.name().endsWith("_SECONDS");
                given.put(limit, isInSeconds ? value / Units.SECOND : value);
            }
        }
        if (isGiven(ListenerLimit.CONNECT_SIZE_MAX)) {
            Key<Long> packetSizeMax = ListenerLimitKeys.of(ListenerLimit.PACKET_SIZE_MAX);
            boolean isOwn = isGiven(ListenerLimit.PACKET_SIZE_MAX);
            binding.checkNotAbove(
                    ListenerLimitKeys.of(ListenerLimit.CONNECT_SIZE_MAX),
                    path(ListenerLimit.CONNECT_SIZE_MAX),
                    packetSizeMax,
                    isOwn
                            ? path(ListenerLimit.PACKET_SIZE_MAX)
                            : PacketLimitKeys.PACKET_SIZE_MAX.path());
        }
        return given;
    }

    private boolean isGiven(ListenerLimit limit) {
        return sources.given().containsKey(path(limit));
    }

    private String path(ListenerLimit limit) {
        return Binding.path(ListenerLimitKeys.of(limit), index);
    }
}
