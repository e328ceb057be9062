package org.vencejo.protocol;

/// AUTH: a step of enhanced authentication, 5.0 only (section 3.15).
public record Auth(ReasonCode reasonCode, Properties properties) implements Packet {

    @Override
    public PacketType type() {
        return PacketType.AUTH;
    }
}
