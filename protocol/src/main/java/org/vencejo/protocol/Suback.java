package org.vencejo.protocol;

import java.util.List;

/// SUBACK: the answer to SUBSCRIBE, a code for each filter in its order (section 3.9).
public record Suback(int packetIdentifier, List<ReasonCode> reasonCodes, Properties properties)
        implements Packet {

    @Override
    public PacketType type() {
        return PacketType.SUBACK;
    }
}
