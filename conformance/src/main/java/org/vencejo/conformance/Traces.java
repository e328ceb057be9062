package org.vencejo.conformance;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.vencejo.conformance.Wire.Heard;

/// What a playing leaves on a server that is not ours: sessions that it had kept and messages that
/// it had retained. Confined to one thread.
///
/// It is known from what was sent, and wiped away as far as the server lets us.
final class Traces {
    private static final int PUBLISH = 3;
    private static final int RETAIN = 1;
    private static final int QOS_BITS = 6;
    private static final int ANSWERS_MAX = 1_000;
    private static final byte[] PINGREQ = {(byte) 0xC0, 0};
    private static final byte[] DISCONNECT = {(byte) 0xE0, 0};
    private static final byte PINGRESP = (byte) 0xD0;
    private static final byte CONNACK = 0x20;

    private final Optional<Credentials> credentials;
    private final Map<ByteBuffer, ConnectPacket> kept = new LinkedHashMap<>();
    private final Set<ByteBuffer> retained = new LinkedHashSet<>();
    private Optional<ConnectPacket> any = Optional.empty();

    Traces(Optional<Credentials> credentials) {
        this.credentials = credentials;
    }

    /// A client connects so.
    void connected(ConnectPacket connect) {
        any = Optional.of(connect);
        if (connect.isToBeKept() && connect.clientIdentifier().length > 0) {
            kept.put(ByteBuffer.wrap(connect.clientIdentifier()), connect);
        }
        if ((connect.flags() & ConnectPacket.WILL_RETAIN) != 0
                && isTopicName(connect.willTopic())) {
            retained.add(ByteBuffer.wrap(connect.willTopic()));
        }
    }

    /// A client sends this.
    void published(byte[] packet, boolean mqtt5) {
        if ((packet[0] & 0xFF) >>> 4 != PUBLISH || (packet[0] & RETAIN) == 0) {
            return;
        }
        try {
            Cursor in = new Cursor(packet);
            in.octet();
            in.variableByteInteger();
            byte[] topic = in.string();
            in.octets((packet[0] & QOS_BITS) == 0 ? 0 : 2);
            if (mqtt5) {
                WireProperty.block(in);
            }
            boolean clears = in.atEnd();
            if (!clears && isTopicName(topic)) {
                retained.add(ByteBuffer.wrap(topic));
            }
        } catch (Mismatch malformed) {
            return; // Nobody retains that.
        }
    }

    private static boolean isTopicName(byte[] bytes) {
        String topic = new String(bytes, StandardCharsets.UTF_8);
        return !topic.isEmpty() && topic.chars().noneMatch(c -> c == '+' || c == '#' || c == 0);
    }

    /// Ends the sessions, which also ends their connections and publishes what wills there are, and
    /// then clears what is retained. Gives up where the server does not answer.
    void wipe(Supplier<SocketLine> server, String unique) {
        for (ConnectPacket connect : kept.values()) {
            asClient(server, connect, line -> {});
        }
        if (retained.isEmpty() || any.isEmpty()) {
            return;
        }
        byte[] name = (unique + "wipe").getBytes(StandardCharsets.UTF_8);
        asClient(server, any.get().named(name), this::clear);
    }

    private interface Deed {
        void on(SocketLine line);
    }

    private void asClient(Supplier<SocketLine> server, ConnectPacket connect, Deed deed) {
        SocketLine line;
        try {
            line = server.get();
        } catch (UncheckedIOException gone) {
            return; // Whoever plays next there will say so.
        }
        try {
            line.send(connect.withoutSession(credentials));
            if (heard(line, CONNACK)) {
                deed.on(line);
                line.send(DISCONNECT);
            }
        } finally {
            line.end();
        }
    }

    private void clear(SocketLine line) {
        boolean mqtt5 = any.isPresent() && any.get().isMqtt5();
        for (ByteBuffer topic : retained) {
            byte[] name = Octets.string(bytes(topic));
            ByteBuffer packet = ByteBuffer.allocate(name.length + 6);
            packet.put((byte) (PUBLISH << 4 | RETAIN));
            packet.put(Octets.variableByteInteger(name.length + (mqtt5 ? 1 : 0)));
            packet.put(name);
            if (mqtt5) {
                packet.put((byte) 0);
            }
            line.send(bytes(packet.flip()));
        }
        line.send(PINGREQ);
        heard(line, PINGRESP);
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private static boolean heard(SocketLine line, byte type) {
        for (int i = 0; i < ANSWERS_MAX; i++) {
            if (!(line.next() instanceof Heard.Packet packet)) {
                return false;
            }
            if (packet.bytes()[0] == type) {
                return true;
            }
        }
        return false;
    }
}
