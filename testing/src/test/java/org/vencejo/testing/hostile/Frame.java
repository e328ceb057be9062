package org.vencejo.testing.hostile;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.ProtocolVersion;

/// Packets as bytes, cut and put together without a codec, so that they may be wrong.
final class Frame {
    private static final int LENGTH_BYTES_MAX = 4;

    private Frame() {}

    /// What the fixed headers of some bytes say about their end: `missing` bytes of the last
    /// packet, or -1 if a Remaining Length has no end. `pingreqs` counts PINGREQ.
    record Outline(int packets, int pingreqs, long missing) {
        boolean isWhole() {
            return missing == 0;
        }
    }

    static byte[] of(Packet packet, ProtocolVersion version) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, version, out);
        return ByteBufUtil.getBytes(out);
    }

    /// A packet with this first byte and body, and a Remaining Length that is right.
    static byte[] of(int first, byte[] body) {
        return of(first, body.length, body);
    }

    /// A packet that declares `length` bytes, whatever its body has.
    static byte[] of(int first, long length, byte[] body) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + 5);
        out.write(first);
        long rest = length;
        do {
            out.write((int) (rest & 0x7F) | (rest > 0x7F ? 0x80 : 0));
            rest >>>= 7;
        } while (rest > 0);
        out.writeBytes(body);
        return out.toByteArray();
    }

    /// A packet whose Remaining Length takes `lengthBytes` bytes, more than it needs.
    static byte[] overlong(int first, byte[] body, int lengthBytes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + lengthBytes + 1);
        out.write(first);
        for (int i = 0; i < lengthBytes; i++) {
            int seven = 7 * i < 31 ? (body.length >>> (7 * i)) & 0x7F : 0;
            out.write(seven | (i < lengthBytes - 1 ? 0x80 : 0));
        }
        out.writeBytes(body);
        return out.toByteArray();
    }

    /// The bytes behind the fixed header of a packet, all that there are.
    static byte[] body(byte[] packet) {
        int at = 1;
        while (at < packet.length && packet[at] < 0) {
            at++;
        }
        return Arrays.copyOfRange(packet, Math.min(at + 1, packet.length), packet.length);
    }

    static byte[] joined(List<byte[]> parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        parts.forEach(out::writeBytes);
        return out.toByteArray();
    }

    static byte[] joined(byte[]... parts) {
        return joined(List.of(parts));
    }

    static Outline outline(byte[] bytes) {
        int packets = 0;
        int pingreqs = 0;
        long at = 0;
        while (at < bytes.length) {
            int start = (int) at;
            int length = 0;
            int i = 1;
            while (true) {
                if (i > LENGTH_BYTES_MAX) {
                    return new Outline(packets, pingreqs, -1);
                }
                if (start + i >= bytes.length) {
                    return new Outline(packets, pingreqs, 1);
                }
                int b = bytes[start + i];
                length |= (b & 0x7F) << (7 * (i - 1));
                i++;
                if (b >= 0) {
                    break;
                }
            }
            at = (long) start + i + length;
            packets++;
            if ((bytes[start] & 0xFF) == 0xC0 && length == 0 && i == 2) {
                pingreqs++;
            }
        }
        return new Outline(packets, pingreqs, at - bytes.length);
    }

    /// Whether `part` stands somewhere in `whole`.
    static boolean contains(byte[] whole, byte[] part) {
        for (int at = 0; at + part.length <= whole.length; at++) {
            if (Arrays.equals(whole, at, at + part.length, part, 0, part.length)) {
                return true;
            }
        }
        return false;
    }
}
