package org.vencejo.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.DecoderLimits;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.PacketDecoder;
import org.vencejo.protocol.PacketEncoder;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.ProtocolViolation;
import org.vencejo.protocol.TopicCache;

/// A million hostile inputs end in a packet, in "need more" or in a violation, and in nothing else.
///
/// Each buffer ends where the packet says that it ends (or where the bytes end), so that a read
/// past it is an exception and fails the test. Memory is measured: what a packet may take is
/// bounded by its bytes, never by what it declares.
class HostileBytesTest {
    private static final int INPUTS = 1_000_000;

    /// The most that one input of a few hundred bytes may allocate; the first use of a message of
    /// ours builds code and takes the most of it.
    private static final long BYTES_MAX = 1 << 20;

    private static final long BYTES_MEAN_MAX = 4 << 10;

    private static final DecoderLimits LIMITS = new DecoderLimits(1 << 16, 1 << 12, 16, 8, 256, 64);

    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private enum End {
        PACKET,
        NEED_MORE,
        VIOLATION
    }

    private final TopicCache topics = new TopicCache(64);
    private final Map<End, Integer> ends = new EnumMap<>(End.class);

    @Test
    void aMillionOfThemEndInAPacketNeedMoreOrAViolation() {
        Seeds.run(seeds -> {
            long allocated = 0;
            for (int i = 0; i < INPUTS; i++) {
                ProtocolVersion version = ProtocolVersion.values()[seeds.below(3)];
                boolean fromClient = seeds.chance(0.5);
                boolean connected = !fromClient || seeds.chance(0.8);
                PacketDecoder decoder = decoder(version, fromClient, connected);
                byte[] bytes = hostile(seeds, version, fromClient, connected);
                long before = THREADS.getCurrentThreadAllocatedBytes();
                decode(decoder, bytes);
                long taken = THREADS.getCurrentThreadAllocatedBytes() - before;
                assertBounded(taken, bytes);
                allocated += taken;
            }
            assertThat(allocated / INPUTS).as("mean of bytes allocated").isLessThan(BYTES_MEAN_MAX);
            assertThat(ends).as("each end was reached").hasSize(3);
            assertThat(ends.values())
                    .as("each end was reached often")
                    .allMatch(n -> n > INPUTS / 50);
        });
    }

    private static void assertBounded(long taken, byte[] bytes) {
        if (taken > BYTES_MAX) {
            fail("%d bytes allocated for %s", taken, ByteBufUtil.hexDump(bytes));
        }
    }

    private void decode(PacketDecoder decoder, byte[] bytes) {
        int end = Math.min(bytes.length, declaredSize(bytes));
        ByteBuf in = Unpooled.wrappedBuffer(bytes, 0, end);
        try {
            Packet packet = decoder.decode(in);
            ends.merge(packet == null ? End.NEED_MORE : End.PACKET, 1, Integer::sum);
            if (packet == null && in.readerIndex() != 0) {
                fail("%d bytes consumed of %s", in.readerIndex(), ByteBufUtil.hexDump(bytes));
            }
        } catch (ProtocolViolation violation) {
            ends.merge(End.VIOLATION, 1, Integer::sum);
        } catch (RuntimeException e) {
            fail("decoding " + ByteBufUtil.hexDump(bytes), e);
        }
    }

    /// The size that the fixed header declares, all there is if it declares none.
    private static int declaredSize(byte[] bytes) {
        int length = 0;
        for (int i = 1; i < bytes.length && i < 5; i++) {
            length |= (bytes[i] & 0x7F) << (7 * (i - 1));
            if (bytes[i] >= 0) {
                return 1 + i + length;
            }
        }
        return bytes.length;
    }

    private PacketDecoder decoder(ProtocolVersion version, boolean fromClient, boolean connected) {
        if (!fromClient) {
            return PacketDecoder.ofClient(version, LIMITS, topics);
        }
        PacketDecoder decoder = PacketDecoder.ofServer(LIMITS, topics);
        if (connected) {
            decoder.decode(Unpooled.wrappedBuffer(CONNECTS.get(version)));
        }
        return decoder;
    }

    private static final Map<ProtocolVersion, byte[]> CONNECTS =
            new EnumMap<>(ProtocolVersion.class);

    static {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            PacketGenerator generator =
                    new PacketGenerator(Seeds.of(version.level()), version, true);
            byte[] bytes;
            do {
                bytes = bytes(generator.connect(), version);
            } while (bytes.length > 100);
            CONNECTS.put(version, bytes);
        }
    }

    private static byte[] hostile(
            Seeds seeds, ProtocolVersion version, boolean fromClient, boolean connected) {
        if (seeds.chance(0.2)) {
            return random(seeds, fromClient, connected);
        }
        PacketGenerator generator = new PacketGenerator(seeds, version, fromClient);
        byte[] valid = bytes(connected ? generator.packet() : generator.connect(), version);
        return switch (seeds.below(8)) {
            case 0 -> valid;
            case 1 -> Arrays.copyOf(valid, seeds.below(valid.length + 1));
            case 2 -> cutInside(seeds, valid);
            case 3 -> spliced(seeds, valid);
            default -> mutated(seeds, valid);
        };
    }

    /// Bytes by chance, mostly behind a fixed header that says how many they are.
    private static byte[] random(Seeds seeds, boolean fromClient, boolean connected) {
        byte[] bytes = seeds.bytes(seeds.below(40));
        if (bytes.length >= 2 && seeds.chance(0.8)) {
            bytes[0] = (byte) (connected ? bytes[0] & (fromClient ? 0xF2 : 0xF0) : 0x10);
            bytes[1] = (byte) (bytes.length - 2);
        }
        return bytes;
    }

    /// A packet that says it is as short as it was cut.
    private static byte[] cutInside(Seeds seeds, byte[] valid) {
        int headerLength = valid.length < 130 ? 2 : 3;
        byte[] cut =
                Arrays.copyOf(valid, headerLength + seeds.below(valid.length - headerLength + 1));
        return withLength(cut, headerLength);
    }

    /// A packet with some bytes twice or left out, and a length that knows of it.
    private static byte[] spliced(Seeds seeds, byte[] valid) {
        int headerLength = valid.length < 130 ? 2 : 3;
        int from = headerLength + seeds.below(valid.length - headerLength + 1);
        int to = headerLength + seeds.below(valid.length - headerLength + 1);
        byte[] spliced = Arrays.copyOf(valid, from + valid.length - to);
        System.arraycopy(valid, to, spliced, from, valid.length - to);
        return withLength(spliced, headerLength);
    }

    private static byte[] withLength(byte[] bytes, int headerLength) {
        int length = bytes.length - headerLength;
        if (headerLength == 2 && length < 128) {
            bytes[1] = (byte) length;
        } else if (headerLength == 3 && length < 16_384) {
            bytes[1] = (byte) (length | 0x80);
            bytes[2] = (byte) (length >>> 7);
        }
        return bytes;
    }

    /// A packet with one to four bytes changed: bits, lengths, extremes.
    private static byte[] mutated(Seeds seeds, byte[] valid) {
        byte[] mutated = valid.clone();
        int changes = 1 + seeds.below(4);
        for (int i = 0; i < changes; i++) {
            int at =
                    seeds.chance(0.3)
                            ? seeds.below(Math.min(mutated.length, 12))
                            : seeds.below(mutated.length);
            mutated[at] =
                    switch (seeds.below(5)) {
                        case 0 -> (byte) (mutated[at] ^ (1 << seeds.below(8)));
                        case 1 -> (byte) (mutated[at] + 1);
                        case 2 -> (byte) (mutated[at] - 1);
                        case 3 -> (byte) 0xFF;
                        default -> seeds.bytes(1)[0];
                    };
        }
        return mutated;
    }

    private static byte[] bytes(Packet packet, ProtocolVersion version) {
        ByteBuf out = Unpooled.buffer();
        PacketEncoder.encode(packet, version, out);
        return ByteBufUtil.getBytes(out);
    }
}
