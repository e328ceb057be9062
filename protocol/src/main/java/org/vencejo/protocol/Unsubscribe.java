package org.vencejo.protocol;

import java.util.List;

/// UNSUBSCRIBE: a client gives up subscriptions (section 3.10).
public record Unsubscribe(
        int packetIdentifier, List<TopicFilter> topicFilters, Properties properties)
        implements Packet {

    @Override
    public PacketType type() {
        return PacketType.UNSUBSCRIBE;
    }
}
