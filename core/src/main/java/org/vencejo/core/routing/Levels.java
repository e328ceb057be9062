package org.vencejo.core.routing;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A Topic Name or Topic Filter cut into its levels, each in the form in which a tree compares it.
///
/// Owned by whoever made it; cutting again overwrites it.
///
/// A level of up to eight bytes is its `head`, a number; a longer one is that of its first eight
/// bytes, and a tail. The head needs no length beside it, as no MQTT string has U+0000
/// [MQTT-1.5.4-2].
final class Levels {
    static final int HEAD_BYTES = Long.BYTES;

    private final long seed;
    private byte[] utf8;
    private int count;
    private int[] starts;
    private int[] ends;
    private long[] heads;
    private long[] digests;

    /// `seed` goes into the digest of long levels, so that nobody can name many with the same one.
    Levels(long seed) {
        this.seed = seed;
        this.utf8 = new byte[0];
        this.starts = new int[8];
        this.ends = new int[8];
        this.heads = new long[8];
        this.digests = new long[8];
    }

    private Levels(Levels original) {
        this.seed = original.seed;
        this.utf8 = original.utf8;
        this.count = original.count;
        this.starts = Arrays.copyOf(original.starts, count);
        this.ends = Arrays.copyOf(original.ends, count);
        this.heads = Arrays.copyOf(original.heads, count);
        this.digests = Arrays.copyOf(original.digests, count);
    }

    /// The same levels, for who needs them beyond the next cut.
    Levels kept() {
        return new Levels(this);
    }

    /// Cuts `bytes` from `from` to their end at each `/`.
    void cut(byte[] bytes, int from) {
        utf8 = bytes;
        count = 0;
        int start = from;
        long head = 0;
        for (int i = from; i < bytes.length; i++) {
            byte b = bytes[i];
            if (b == '/') {
                add(start, i, head);
                start = i + 1;
                head = 0;
            } else if (i - start < HEAD_BYTES) {
                head |= (b & 0xFFL) << (Byte.SIZE * (i - start));
            }
        }
        add(start, bytes.length, head);
    }

    private void add(int start, int end, long head) {
        if (count == starts.length) {
            starts = Arrays.copyOf(starts, 2 * count);
            ends = Arrays.copyOf(ends, 2 * count);
            heads = Arrays.copyOf(heads, 2 * count);
            digests = Arrays.copyOf(digests, 2 * count);
        }
        starts[count] = start;
        ends[count] = end;
        heads[count] = head;
        digests[count] = end - start <= HEAD_BYTES ? head : digest(start + HEAD_BYTES, end, head);
        count++;
    }

    private long digest(int from, int to, long head) {
        long digest = mix(head ^ seed);
        for (int i = from; i < to; i += HEAD_BYTES) {
            long chunk = 0;
            for (int j = i; j < Math.min(i + HEAD_BYTES, to); j++) {
                chunk |= (utf8[j] & 0xFFL) << (Byte.SIZE * (j - i));
            }
            digest = mix(digest ^ chunk);
        }
        return digest;
    }

    int count() {
        return count;
    }

    long head(int level) {
        return heads[level];
    }

    /// A number that differs for different levels, but for rare long ones.
    long digest(int level) {
        return digests[level];
    }

    boolean isSingleLevelWildcard(int level) {
        return heads[level] == '+';
    }

    boolean lastIsMultiLevelWildcard() {
        return heads[count - 1] == '#';
    }

    /// Whether a level of a valid filter is `+` or `#`: both stand alone in their level.
    boolean isWildcard(int level) {
        return heads[level] == '+' || heads[level] == '#';
    }

    /// The bytes of a level behind its head, or null if there are none.
    byte @Nullable [] tail(int level) {
        int from = starts[level] + HEAD_BYTES;
        return from >= ends[level] ? null : Arrays.copyOfRange(utf8, from, ends[level]);
    }

    boolean hasTail(int level, byte @Nullable [] tail) {
        int from = starts[level] + HEAD_BYTES;
        int to = ends[level];
        return tail == null
                ? from >= to
                : from < to && Arrays.equals(tail, 0, tail.length, utf8, from, to);
    }

    /// A number in which each bit depends on all bits of `value`.
    static long mix(long value) {
        long mixed = (value ^ (value >>> 32)) * 0xD6E8_FEB8_6659_FD93L;
        mixed = (mixed ^ (mixed >>> 32)) * 0xD6E8_FEB8_6659_FD93L;
        return mixed ^ (mixed >>> 32);
    }
}
