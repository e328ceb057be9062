package org.vencejo.testing.hostile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.vencejo.testing.Seeds;

/// What is done to a valid conversation: each kind spoils something that a decoder, or the rules
/// behind it, hang on.
enum Damage {
    FLIPPED_BITS {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            byte[] packet = any(packets, seeds);
            int count = 1 + seeds.below(4);
            for (int i = 0; i < count; i++) {
                packet[seeds.below(packet.length)] ^= (byte) (1 << seeds.below(8));
            }
        }
    },
    EXTREME_BYTES {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            byte[] packet = any(packets, seeds);
            packet[seeds.below(packet.length)] = seeds.pick(EXTREMES);
        }
    },
    /// Two bytes that may well be a length are off by a little or by much.
    WRONG_LENGTH_INSIDE {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            byte[] packet = any(packets, seeds);
            if (packet.length < 4) {
                return;
            }
            int at = 2 + seeds.below(Math.min(packet.length - 3, 24));
            int old = (packet[at] & 0xFF) << 8 | (packet[at + 1] & 0xFF);
            int length = seeds.chance(0.3) ? 0xFFFF : old + seeds.below(9) - 4;
            packet[at] = (byte) (length >>> 8);
            packet[at + 1] = (byte) length;
        }
    },
    WRONG_REMAINING_LENGTH {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            int index = seeds.below(packets.size());
            byte[] body = Frame.body(packets.get(index));
            long length =
                    switch (seeds.below(4)) {
                        case 0 -> Math.max(0, body.length + seeds.below(9) - 4);
                        case 1 -> seeds.below(300);
                        case 2 -> seeds.below(1 << 21);
                        default -> 268_435_455;
                    };
            packets.set(index, Frame.of(packets.get(index)[0], length, body));
        }
    },
    OVERLONG_REMAINING_LENGTH {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            int index = seeds.below(packets.size());
            byte[] old = packets.get(index);
            packets.set(index, Frame.overlong(old[0], Frame.body(old), 2 + seeds.below(4)));
        }
    },
    /// A packet that ends too early and declares that it does.
    CUT_PACKET {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            int index = seeds.below(packets.size());
            byte[] body = Frame.body(packets.get(index));
            byte[] less = Arrays.copyOf(body, seeds.below(body.length + 1));
            packets.set(index, Frame.of(packets.get(index)[0], less));
        }
    },
    /// Bytes of a packet that stand in it twice, or not at all; its length knows of it.
    SPLICED_PACKET {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            int index = seeds.below(packets.size());
            byte[] body = Frame.body(packets.get(index));
            int from = seeds.below(body.length + 1);
            int to = seeds.below(body.length + 1);
            byte[] spliced =
                    Frame.joined(
                            Arrays.copyOf(body, from), Arrays.copyOfRange(body, to, body.length));
            packets.set(index, Frame.of(packets.get(index)[0], spliced));
        }
    },
    INSERTED_IN_PACKET {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            int index = seeds.below(packets.size());
            byte[] body = Frame.body(packets.get(index));
            int at = seeds.below(body.length + 1);
            byte[] more =
                    Frame.joined(
                            Arrays.copyOf(body, at),
                            seeds.bytes(1 + seeds.below(12)),
                            Arrays.copyOfRange(body, at, body.length));
            packets.set(index, Frame.of(packets.get(index)[0], more));
        }
    },
    INSERTED_BETWEEN {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            packets.add(seeds.below(packets.size() + 1), seeds.bytes(1 + seeds.below(40)));
        }
    },
    REPEATED {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            byte[] packet = any(packets, seeds).clone();
            if (seeds.chance(0.3)) {
                packet[0] |= 8; // DUP, where it means that
            }
            packets.add(seeds.below(packets.size() + 1), packet);
        }
    },
    SWAPPED {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            Collections.swap(packets, seeds.below(packets.size()), seeds.below(packets.size()));
        }
    },
    LEFT_OUT {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            if (packets.size() > 1) {
                packets.remove(seeds.below(packets.size()));
            }
        }
    },
    /// The rest of another conversation, mostly of another version, from some packet on.
    SPLICED_CONVERSATIONS {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            List<byte[]> other = Conversation.of(seeds).packets();
            packets.subList(1 + seeds.below(packets.size()), packets.size()).clear();
            packets.addAll(copies(other.subList(seeds.below(other.size()), other.size())));
        }
    },
    /// The property length of a 5.0 packet, where it most likely stands, says something else.
    WRONG_PROPERTY_LENGTH {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            int index = seeds.below(packets.size());
            byte[] body = Frame.body(packets.get(index));
            int at = propertyLengthAt(packets.get(index)[0], body);
            if (at < body.length) {
                body[at] =
                        (byte)
                                (seeds.chance(0.3)
                                        ? seeds.below(256)
                                        : body[at] + seeds.below(7) - 3);
                packets.set(index, Frame.of(packets.get(index)[0], body));
            }
        }
    },
    /// A property more than there was: unknown, in the wrong packet, or twice.
    ONE_PROPERTY_MORE {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            int index = seeds.below(packets.size());
            byte[] body = Frame.body(packets.get(index));
            int at = propertyLengthAt(packets.get(index)[0], body);
            if (at < body.length && body[at] >= 0 && body[at] < 100) {
                byte[] property = seeds.bytes(1 + seeds.below(7));
                property[0] = (byte) seeds.below(48);
                body[at] += (byte) property.length;
                packets.set(
                        index,
                        Frame.of(
                                packets.get(index)[0],
                                Frame.joined(
                                        Arrays.copyOf(body, at + 1),
                                        property,
                                        Arrays.copyOfRange(body, at + 1, body.length))));
            }
        }
    },
    /// Letters that are no UTF-8, or U+0000, or a surrogate.
    INVALID_UTF_8 {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            byte[] packet = any(packets, seeds);
            byte[] bad = seeds.pick(NOT_UTF_8);
            if (packet.length > bad.length) {
                int at = seeds.below(packet.length - bad.length);
                System.arraycopy(bad, 0, packet, at, bad.length);
            }
        }
    },
    RESERVED_FLAGS {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            any(packets, seeds)[0] ^= (byte) (1 + seeds.below(15));
        }
    },
    OTHER_TYPE {
        @Override
        void apply(List<byte[]> packets, Seeds seeds) {
            byte[] packet = any(packets, seeds);
            packet[0] = (byte) (seeds.below(16) << 4 | (packet[0] & 15));
        }
    };

    private static final List<Byte> EXTREMES =
            List.of((byte) 0, (byte) 1, (byte) 0x7F, (byte) 0x80, (byte) 0xFF);
    private static final List<byte[]> NOT_UTF_8 =
            List.of(
                    new byte[] {0},
                    new byte[] {(byte) 0xFF},
                    new byte[] {(byte) 0xC0, (byte) 0x80},
                    new byte[] {(byte) 0xED, (byte) 0xA0, (byte) 0x80},
                    new byte[] {(byte) 0xF4, (byte) 0x90, (byte) 0x80, (byte) 0x80});

    /// Spoils `packets`, which are this method's to change.
    abstract void apply(List<byte[]> packets, Seeds seeds);

    /// Copies of `packets` with one to three kinds of damage.
    static List<byte[]> applied(List<byte[]> packets, Seeds seeds) {
        List<byte[]> damaged = new ArrayList<>(copies(packets));
        int count = seeds.chance(0.6) ? 1 : 2 + seeds.below(2);
        for (int i = 0; i < count; i++) {
            values()[seeds.below(values().length)].apply(damaged, seeds);
        }
        return damaged;
    }

    private static List<byte[]> copies(List<byte[]> packets) {
        return packets.stream().map(byte[]::clone).toList();
    }

    private static byte[] any(List<byte[]> packets, Seeds seeds) {
        return packets.get(seeds.below(packets.size()));
    }

    private static int propertyLengthAt(byte first, byte[] body) {
        return switch ((first & 0xFF) >>> 4) {
            case 1 -> 10;
            case 3 -> {
                int name = body.length < 2 ? 0 : (body[0] & 0xFF) << 8 | (body[1] & 0xFF);
                yield 2 + name + ((first & 6) == 0 ? 0 : 2);
            }
            case 4, 5, 6, 7 -> 3;
            case 8, 10 -> 2;
            default -> 1;
        };
    }
}
