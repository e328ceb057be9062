package org.vencejo.protocol;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The fields of the packet that is being decoded, one after another, never past its end. Part of a
/// decoder: confined to its thread.
///
/// Each read names the field and the rule that is broken if the packet ends before it, so that a
/// violation can say both.
final class FieldReader {
    // For the connection.
    private final boolean fromClient;
    private final DecoderLimits limits;
    private @Nullable ProtocolVersion version;

    // For the packet.
    private ByteBuf in = Unpooled.EMPTY_BUFFER;
    private int index;
    private int end;

    /// A reader of what a client sends, or else a server, within `limits`.
    FieldReader(boolean fromClient, DecoderLimits limits) {
        this.fromClient = fromClient;
        this.limits = limits;
    }

    /// Whether a client sends them.
    boolean fromClient() {
        return fromClient;
    }

    DecoderLimits limits() {
        return limits;
    }

    /// What the peer speaks, null as long as it has not said so.
    @Nullable ProtocolVersion version() {
        return version;
    }

    void version(ProtocolVersion version) {
        this.version = version;
    }

    /// Begins a packet whose fields lie in `packet` from `from` to `to`.
    void begin(ByteBuf packet, int from, int to) {
        in = packet;
        index = from;
        end = to;
    }

    /// Lets go of the packet's buffer, which an idle connection must not hold.
    void done() {
        in = Unpooled.EMPTY_BUFFER;
    }

    int index() {
        return index;
    }

    int end() {
        return end;
    }

    boolean hasMore() {
        return index < end;
    }

    /// Ends the fields at `to`: what follows belongs to somebody else.
    void end(int to) {
        end = to;
    }

    int byteValue(String field, Rule missing) {
        require(1, field, missing);
        return in.getUnsignedByte(index++);
    }

    int twoByteInteger(String field, Rule missing) {
        require(2, field, missing);
        int value = in.getUnsignedShort(index);
        index += 2;
        return value;
    }

    long fourByteInteger(String field, Rule missing) {
        require(4, field, missing);
        long value = in.getUnsignedInt(index);
        index += 4;
        return value;
    }

    int variableByteInteger(String field, Rule missing) {
        int value = 0;
        for (int shift = 0; shift <= 21; shift += 7) {
            int b = byteValue(field, missing);
            value |= (b & 0x7F) << shift;
            if (b < 0x80) {
                if (b == 0 && shift > 0) {
                    throw Rule.INTEGER_MINIMAL.broken(
                            version,
                            field
                                    + " takes the fewest bytes that hold it, given was "
                                    + value
                                    + " in "
                                    + (shift / 7 + 1));
                }
                return value;
            }
        }
        throw Rule.INTEGER_OF_FOUR_BYTES.broken(
                version, field + " has at most four bytes, given were more");
    }

    String text(String field, Rule missing) {
        return new String(utf8(field, missing), StandardCharsets.UTF_8);
    }

    /// The bytes of a string, which are a copy.
    byte[] utf8(String field, Rule missing) {
        int length = twoByteInteger(field, missing);
        require(length, field, missing);
        Utf8.validate(in, index, index + length, field, version);
        return copy(length);
    }

    /// Binary Data, which is a copy.
    byte[] binary(String field, Rule missing) {
        int length = twoByteInteger(field, missing);
        require(length, field, missing);
        return copy(length);
    }

    private byte[] copy(int length) {
        byte[] bytes = new byte[length];
        in.getBytes(index, bytes);
        index += length;
        return bytes;
    }

    int packetIdentifier(Rule zero) {
        int identifier = twoByteInteger("the Packet Identifier", Rule.FORMAT);
        if (identifier == 0) {
            throw zero.broken(version, "a Packet Identifier is 1 to 65535, given was 0");
        }
        return identifier;
    }

    /// Ends the packet: nothing may be left.
    void requireEnd(PacketType type, Rule trailing) {
        if (index != end) {
            throw trailing.broken(
                    version,
                    type
                            + " ends with its last field, given were "
                            + (end - index)
                            + " bytes more");
        }
    }

    private void require(int length, String field, Rule missing) {
        if (end - index < length) {
            throw missing.broken(
                    version,
                    field + " has at least " + length + " more bytes, given were " + (end - index));
        }
    }
}
