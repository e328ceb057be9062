package org.vencejo.protocol;

import io.netty.buffer.ByteBuf;

/// One row of the tables of packets: annotated bytes and the packet that they are, in `version`,
/// sent by a client or by a server.
record PacketRow(
        String name, ProtocolVersion version, boolean fromClient, String bytes, Packet packet) {

    /// A decoder that has come to the point where this packet is next.
    PacketDecoder decoder() {
        return decoder(DecoderLimits.DEFAULT);
    }

    PacketDecoder decoder(DecoderLimits limits) {
        if (!fromClient) {
            return PacketDecoder.ofClient(version, limits, new TopicCache(2));
        }
        PacketDecoder decoder = PacketDecoder.ofServer(limits, new TopicCache(2));
        if (!(packet instanceof Connect)) {
            decoder.decode(connect(version));
        }
        return decoder;
    }

    /// The shortest CONNECT of `version`.
    static ByteBuf connect(ProtocolVersion version) {
        return switch (version) {
            case MQTT_3_1 -> Bytes.buffer("10 0F 00 06 4D 51 49 73 64 70 03 02 00 00 00 01 63");
            case MQTT_3_1_1 -> Bytes.buffer("10 0D 00 04 4D 51 54 54 04 02 00 00 00 01 63");
            case MQTT_5 -> Bytes.buffer("10 0E 00 04 4D 51 54 54 05 02 00 00 00 00 01 63");
        };
    }

    @Override
    public String toString() {
        return name + ", " + version + (fromClient ? ", from a client" : ", from a server");
    }
}
