package org.vencejo.protocol;

import java.util.List;

/// UNSUBACK: the answer to UNSUBSCRIBE (section 3.11). In 3.x it carries no codes on the wire.
public record Unsuback(int packetIdentifier, List<ReasonCode> reasonCodes, Properties properties)
        implements Packet {

    @Override
    public PacketType type() {
        return PacketType.UNSUBACK;
    }
}
