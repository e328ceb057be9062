package org.vencejo.protocol;

/// PUBACK: the answer to a PUBLISH of QoS 1 (section 3.4).
public record Puback(int packetIdentifier, ReasonCode reasonCode, Properties properties)
        implements Packet {
    public Puback(int packetIdentifier, ReasonCode reasonCode) {
        this(packetIdentifier, reasonCode, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.PUBACK;
    }
}
