package org.vencejo.testing.simulation;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.core.Connection;
import org.vencejo.core.Input;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Publish;

/// What happened, for who reads a failure: in words, with the bytes that matter. Stateless.
final class Words {
    private static final int BYTES_SHOWN = 28;

    private Words() {}

    static String user(@Nullable String userName) {
        return userName == null ? "nobody" : userName;
    }

    static String of(Input input, Map<Connection, Tap> taps) {
        return switch (input) {
            case Input.Connected i -> i.connection().peer().remoteAddress() + " connects";
            case Input.PacketReceived i -> received(taps.get(i.connection()), i.packet());
            case Input.PacketRejected i ->
                    "-> %s sends what is no packet: %s"
                            .formatted(i.connection(), i.violation().detail());
            case Input.Writable i -> i.connection() + " reads again";
            case Input.ReadingWasPaused i ->
                    "%s was not read from for %d ms"
                            .formatted(i.connection(), i.nanos() / 1_000_000);
            case Input.Disconnected i -> i.connection() + " is cut off: " + i.reason();
            case Input.DeadlineReached i -> "a deadline";
            case Input.Durable i -> "the disk has everything up to " + i.upTo();
            case Input.Authenticated i -> "";
            case Input.PublishLocally i -> "the server publishes " + i.publish().topicName();
            case Input.Expel i -> i.connection() + " is expelled";
            case Input.EndSession i -> "the session of " + i.clientIdentifier() + " is ended";
            case Input.PushedOut i -> i.connection() + " is pushed out";
            case Input.AtMostOnceDropped i -> "QoS 0 is dropped: " + i.isDropped();
            case Input.Reconfigured i -> "the server has other settings";
            case Input.QueueRead i ->
                    "the disk has read %d entries of session %d"
                            .formatted(i.entries().size(), i.session());
            case Input.StoreUnavailable i -> "the disk takes nothing: " + i.reason();
            case Input.StoreAvailable i -> "the disk takes what it is given";
            case Input.UsersChanged i -> "users changed: " + String.join(", ", i.userNames());
            case Input.RulesChanged i -> "other access rules hold";
            case Input.ShutDown i -> "the server stops";
        };
    }

    private static String received(@Nullable Tap tap, Packet packet) {
        if (tap == null || tap.ended) {
            return "";
        }
        ProtocolVersion version =
                packet instanceof org.vencejo.protocol.Connect connect
                        ? connect.version()
                        : tap.version;
        ByteBuf bytes = Unpooled.buffer();
        PacketEncoder.encode(packet, version, bytes);
        byte[] all = new byte[bytes.readableBytes()];
        bytes.readBytes(all);
        return "-> %s %s   %s".formatted(tap.name(), of(packet), hex(all));
    }

    static String of(Tap tap, Tap.Sent sent) {
        return "<- %s %s   %s".formatted(tap.name(), of(sent.packet()), hex(sent.bytes()));
    }

    private static String of(Packet packet) {
        return packet instanceof Publish p
                ? "PUBLISH %s on %s, %s%s%s%s"
                        .formatted(
                                Stamp.mark(Stamp.of(p.payload()), p.topicName()),
                                p.topicName(),
                                p.qos(),
                                p.packetIdentifier() == 0 ? "" : ", " + p.packetIdentifier(),
                                p.retain() ? ", RETAIN" : "",
                                p.dup() ? ", DUP" : "")
                : packet.toString();
    }

    private static String hex(byte[] bytes) {
        HexFormat spaced = HexFormat.of().withUpperCase();
        int shown = Math.min(bytes.length, BYTES_SHOWN);
        return spaced.formatHex(bytes, 0, shown)
                + (shown < bytes.length ? "... (" + bytes.length + ")" : "");
    }
}
