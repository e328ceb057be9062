package org.vencejo.protocol;

/// DISCONNECT: the last packet of a connection (section 3.14).
public record Disconnect(ReasonCode reasonCode, Properties properties) implements Packet {
    public Disconnect(ReasonCode reasonCode) {
        this(reasonCode, Properties.NONE);
    }

    @Override
    public PacketType type() {
        return PacketType.DISCONNECT;
    }
}
