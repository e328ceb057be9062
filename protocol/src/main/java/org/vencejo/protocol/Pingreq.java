package org.vencejo.protocol;

/// PINGREQ: a client shows that it is alive (section 3.12).
public record Pingreq() implements Packet {
    public static final Pingreq INSTANCE = new Pingreq();

    @Override
    public PacketType type() {
        return PacketType.PINGREQ;
    }

    @Override
    public Properties properties() {
        return Properties.NONE;
    }
}
