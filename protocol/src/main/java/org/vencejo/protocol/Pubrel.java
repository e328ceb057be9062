package org.vencejo.protocol;

/// PUBREL: the answer to PUBREC (section 3.6).
public record Pubrel(int packetIdentifier, ReasonCode reasonCode, Properties properties)
        implements Packet {
    public Pubrel(int packetIdentifier, ReasonCode reasonCode) {
        this(packetIdentifier, reasonCode, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBREL;
    }
}
