package org.vencejo.testing.hostile;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Set;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Connect;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketType;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.TopicCache;

/// What a server may say to the client of a CONNECT, whatever came behind that: our own decoder for
/// clients takes it, and it obeys what the CONNECT asked for.
final class Answers {
    /// What may carry a Reason String or User Properties to who asked for none [MQTT-3.1.2-29].
    private static final Set<PacketType> MAY_EXPLAIN =
            Set.of(PacketType.PUBLISH, PacketType.CONNACK, PacketType.DISCONNECT);

    private Answers() {}

    /// Fails if the server said something wrong; `over` says that it has closed.
    static void requireRight(Connect connect, byte[] heard, boolean over) {
        PacketDecoder decoder =
                PacketDecoder.ofClient(connect.version(), DecoderLimits.DEFAULT, new TopicCache());
        ByteBuf in = Unpooled.wrappedBuffer(heard);
        boolean first = true;
        boolean last = false;
        int start = 0;
        Packet packet = decoded(decoder, in);
        while (packet != null) {
            require(!last, "nothing behind DISCONNECT", packet); // [MQTT-3.14.4-1]
            last = packet instanceof Disconnect;
            boolean begins = packet instanceof Connack || packet.type() == PacketType.AUTH;
            require(!first || begins, "CONNACK first", packet); // [MQTT-3.2.0-1]
            first = false;
            asAsked(connect, packet, in.readerIndex() - start);
            start = in.readerIndex();
            packet = decoded(decoder, in);
        }
        if (over && in.isReadable()) {
            throw new AssertionError("the server closes in the middle of a packet");
        }
    }

    private static void asAsked(Connect connect, Packet packet, int size) {
        if (!connect.version().isMqtt5()) {
            return;
        }
        // [MQTT-3.1.2-24]
        long sizeMax = connect.properties().number(Property.MAXIMUM_PACKET_SIZE, Integer.MAX_VALUE);
        require(size <= sizeMax, "at most " + sizeMax + " bytes", packet);
        // [MQTT-3.1.2-26], [MQTT-3.1.2-27]
        long aliasMax = connect.properties().number(Property.TOPIC_ALIAS_MAXIMUM, 0);
        require(
                packet.properties().number(Property.TOPIC_ALIAS, 0) <= aliasMax,
                "aliases up to " + aliasMax,
                packet);
        boolean explained =
                connect.properties().number(Property.REQUEST_PROBLEM_INFORMATION, 1) == 1;
        require(
                explained
                        || MAY_EXPLAIN.contains(packet.type())
                        || !packet.properties().has(Property.REASON_STRING),
                "no Reason String",
                packet);
    }

    private static Packet decoded(PacketDecoder decoder, ByteBuf in) {
        try {
            return decoder.decode(in);
        } catch (ProtocolViolation violation) {
            throw new AssertionError("the server says what no client takes", violation);
        }
    }

    private static void require(boolean right, String expected, Packet given) {
        if (!right) {
            throw new AssertionError("expected " + expected + ", given was " + given);
        }
    }
}
