package org.vencejo.protocol;

import java.util.List;

/// SUBSCRIBE: a client asks for subscriptions (section 3.8).
public record Subscribe(
        int packetIdentifier, List<Subscription> subscriptions, Properties properties)
        implements Packet {

    @Override
    public PacketType type() {
        return PacketType.SUBSCRIBE;
    }
}
