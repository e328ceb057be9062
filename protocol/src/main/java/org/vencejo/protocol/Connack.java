package org.vencejo.protocol;

/// CONNACK: the server's answer to CONNECT (section 3.2).
public record Connack(boolean sessionPresent, ReasonCode reasonCode, Properties properties)
        implements Packet {

    @Override
    public PacketType type() {
        return PacketType.CONNACK;
    }
}
