package org.vencejo.protocol;

import io.netty.buffer.ByteBuf;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// The Topic Names that were seen lately, found by their bytes, so that a repeated one costs no
/// memory. Confined to one thread (an event loop) and shared by its decoders.
///
/// Each name has two neighbouring slots to be in; a new one pushes the older of them out. So the
/// cache is bounded without lists, and names chosen to collide only miss it. A name is kept when it
/// comes for the second time: some thousand names that are new each time would all be alive
/// whenever garbage is collected. Names longer than [#LENGTH_MAX] are not kept.
public final class TopicCache {
    /// The longest name that is kept, in bytes.
    public static final int LENGTH_MAX = 512;

    private static final int SLOTS = 8_192;
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    /// For each slot it remembers so many names that came once: two bytes for each.
    private static final int PLACES_PER_SLOT = 4;

    private final @Nullable TopicName[] slots;
    private final Doorkeeper doorkeeper;
    private final byte[] wanted = new byte[LENGTH_MAX]; // the name that is looked for

    /// A cache for some thousand topics.
    public TopicCache() {
        this(SLOTS);
    }

    /// A cache for `slots` topics, a power of two.
    public TopicCache(int slots) {
        if (slots < 2 || Integer.bitCount(slots) != 1) {
            throw new IllegalArgumentException(
                    "slots is a power of two from 2 on, given was " + slots);
        }
        this.slots = new @Nullable TopicName[slots];
        this.doorkeeper = new Doorkeeper(slots * PLACES_PER_SLOT);
    }

    /// The name that lies in `length` bytes of `in` from `offset`, sent by a peer that speaks
    /// `version`.
    ///
    /// @throws ProtocolViolation if the bytes are no Topic Name
    public TopicName get(ByteBuf in, int offset, int length, ProtocolVersion version) {
        if (length > LENGTH_MAX) {
            return read(in, offset, length, version);
        }
        // Copied at once: an array is compared by one instruction for many bytes, a buffer is not.
        in.getBytes(offset, wanted, 0, length);
        int hash = hash(wanted, length);
        int slot = hash & (slots.length - 1);
        TopicName first = slots[slot];
        if (first != null && isWanted(first, length)) {
            return first;
        }
        TopicName second = slots[slot ^ 1];
        if (second != null && isWanted(second, length)) {
            return second;
        }
        TopicName name = read(in, offset, length, version);
        if (!doorkeeper.cameBefore(hash)) {
            return name;
        }
        if (first != null) {
            slots[slot ^ 1] = first;
        }
        slots[slot] = name;
        return name;
    }

    private boolean isWanted(TopicName name, int length) {
        byte[] utf8 = name.utf8();
        return Arrays.equals(utf8, 0, utf8.length, wanted, 0, length);
    }

    private static TopicName read(ByteBuf in, int offset, int length, ProtocolVersion version) {
        Utf8.validate(in, offset, offset + length, "a Topic Name", version);
        byte[] utf8 = new byte[length];
        in.getBytes(offset, utf8);
        return TopicName.ofUtf8(utf8, version);
    }

    /// Eight bytes at a time; the last eight may overlap those before.
    private static int hash(byte[] name, int length) {
        long hash = length;
        if (length < Long.BYTES) {
            for (int i = 0; i < length; i++) {
                hash = (hash << 8) | (name[i] & 0xFF);
            }
            return spread(hash);
        }
        int last = length - Long.BYTES;
        for (int i = 0; i < last; i += Long.BYTES) {
            hash = (hash ^ (long) LONGS.get(name, i)) * 0x9E37_79B9_7F4A_7C15L;
            hash ^= hash >>> 32;
        }
        return spread(hash ^ (long) LONGS.get(name, last));
    }

    // A product carries only upwards, and the last letters of a name, in which the names of a fleet
    // differ, are the highest bits: they have to come down twice to reach those that choose a slot.
    private static int spread(long hash) {
        long mixed = (hash ^ (hash >>> 32)) * 0x9E37_79B9_7F4A_7C15L;
        return (int) (((mixed ^ (mixed >>> 32)) * 0x9E37_79B9_7F4A_7C15L) >>> 32);
    }
}
