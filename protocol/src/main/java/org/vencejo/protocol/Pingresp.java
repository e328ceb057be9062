package org.vencejo.protocol;

/// PINGRESP: the answer to PINGREQ (section 3.13).
public record Pingresp() implements Packet {
    public static final Pingresp INSTANCE = new Pingresp();

    @Override
    public PacketType type() {
        return PacketType.PINGRESP;
    }

    @Override
    public Properties properties() {
        return Properties.NONE;
    }
}
