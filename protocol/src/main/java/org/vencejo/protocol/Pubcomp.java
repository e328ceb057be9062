package org.vencejo.protocol;

/// PUBCOMP: the answer to PUBREL, which ends the exchange (section 3.7).
public record Pubcomp(int packetIdentifier, ReasonCode reasonCode, Properties properties)
        implements Packet {
    public Pubcomp(int packetIdentifier, ReasonCode reasonCode) {
        this(packetIdentifier, reasonCode, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBCOMP;
    }
}
