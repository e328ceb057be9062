package org.vencejo.protocol;

/// PUBREC: the first answer to a PUBLISH of QoS 2 (section 3.5).
public record Pubrec(int packetIdentifier, ReasonCode reasonCode, Properties properties)
        implements Packet {
    public Pubrec(int packetIdentifier, ReasonCode reasonCode) {
        this(packetIdentifier, reasonCode, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBREC;
    }
}
