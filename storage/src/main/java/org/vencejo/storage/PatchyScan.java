package org.vencejo.storage;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import org.jspecify.annotations.Nullable;
import org.rocksdb.Range;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.SizeApproximationFlag;
import org.rocksdb.Slice;

/// All of a family that can be read, in the order of keys: where a block of a table cannot, what
/// other tables have there is shown instead, marked as old. Confined to one thread.
///
/// A block has no name: only the keys before and behind it tell where it is. The next one begins
/// where RocksDB's estimate of sizes, which reads indexes alone, makes a step.
final class PatchyScan {
    /// Keys that agree in so many bytes are not told apart to find the next block.
    private static final int KEY_BYTES_MAX = 512;

    /// Without the table that cannot be read there; then without any that is damaged.
    private static final int DEPTH_MAX = 2;

    private final Scratch scratch;
    private final Family family;
    private final Visitor visitor;
    private final Findings gaps;

    /// The first key behind the last gap.
    private byte @Nullable [] firstReadable;

    private PatchyScan(Scratch scratch, Family family, Visitor visitor, Findings gaps) {
        this.scratch = scratch;
        this.family = family;
        this.visitor = visitor;
        this.gaps = gaps;
    }

    /// Who is shown what there is. `old` is a record that may since have been changed or removed.
    interface Visitor {
        void take(byte[] key, byte[] value, boolean old) throws RocksDBException;
    }

    /// Shows all of `family`, and adds a sentence to `gaps` for each part that cannot be read.
    static void forEach(Scratch scratch, Family family, Findings gaps, Visitor visitor)
            throws RocksDBException {
        new PatchyScan(scratch, family, visitor, gaps).read(Set.of(), 0, new byte[0], null);
    }

    /// Shows what is from `from` on and below `to`.
    private void read(Set<Long> without, int depth, byte[] from, byte @Nullable [] to)
            throws RocksDBException {
        byte[] next = from;
        while (next != null) {
            Database view = scratch.view(depth, without);
            byte[][] last = {null};
            RocksDBException trouble = readOn(view, next, to, depth > 0, last);
            if (trouble == null) {
                return;
            }
            byte[] begin = last[0] == null ? next : successor(last[0]);
            byte[] end = readableAfter(view, begin, to);
            if (depth < DEPTH_MAX) {
                if (depth == 0) {
                    tell(last[0], end == null ? null : firstReadable, trouble);
                }
                Set<Long> fewer = new HashSet<>(without);
                fewer.addAll(depth == 0 ? tableOf(trouble) : scratch.damaged());
                read(fewer, depth + 1, begin, end == null ? to : end);
            }
            next = end;
        }
    }

    /// Shows what is until the end or until something cannot be read; returns that trouble.
    private @Nullable RocksDBException readOn(
            Database view, byte[] from, byte @Nullable [] to, boolean old, byte[][] last)
            throws RocksDBException {
        try (ReadOptions options = new ReadOptions().setFillCache(false);
                RocksIterator all = view.rocks.newIterator(view.family(family), options)) {
            for (all.seek(from); all.isValid(); all.next()) {
                byte[] key = all.key();
                if (to != null && Arrays.compareUnsigned(key, to) >= 0) {
                    return null;
                }
                last[0] = key;
                visitor.take(key, all.value(), old);
            }
            return statusOf(all);
        }
    }

    private static @Nullable RocksDBException statusOf(RocksIterator iterator) {
        try {
            iterator.status();
            return null;
        } catch (RocksDBException e) {
            return e;
        }
    }

    private Set<Long> tableOf(RocksDBException trouble) {
        Matcher name = Tables.TABLE.matcher(String.valueOf(trouble.getMessage()));
        return name.find() ? Set.of(Long.parseLong(name.group(1))) : scratch.damaged();
    }

    private void tell(byte @Nullable [] last, byte @Nullable [] end, RocksDBException trouble) {
        gaps.add(
                "%s: what is between %s and %s cannot be read (%s)"
                        .formatted(
                                KeyText.of(family),
                                last == null ? "the begin" : KeyText.of(family, last),
                                end == null ? "the end" : KeyText.of(family, end),
                                Tables.words(trouble)));
    }

    // ---- where it goes on
    // -------------------------------------------------------------------------

    /// The first key behind `begin` from which on can be read; null if there is none below `to`.
    private byte @Nullable [] readableAfter(Database view, byte[] begin, byte @Nullable [] to) {
        byte[] at = begin;
        try (ReadOptions options = new ReadOptions().setFillCache(false);
                RocksIterator probe = view.rocks.newIterator(view.family(family), options)) {
            while (true) {
                at = blockAfter(view, at);
                if (at == null || (to != null && Arrays.compareUnsigned(at, to) >= 0)) {
                    return null;
                }
                probe.seek(at);
                if (probe.isValid() || statusOf(probe) == null) {
                    firstReadable = probe.isValid() ? probe.key() : null;
                    return at;
                }
            }
        }
    }

    /// The first key behind `from` that is in another block of some table; null if there is none.
    private byte @Nullable [] blockAfter(Database view, byte[] from) {
        byte[] highest = new byte[KEY_BYTES_MAX];
        Arrays.fill(highest, (byte) 0xFF);
        if (!isStep(view, from, highest)) {
            return null;
        }
        // The highest key that is still in the same block, byte by byte.
        byte[] same = new byte[0];
        while (same.length < KEY_BYTES_MAX) {
            int low = -1;
            int high = 0x100;
            while (high - low > 1) {
                int middle = (low + high) >>> 1;
                if (isStep(view, from, with(same, middle))) {
                    high = middle;
                } else {
                    low = middle;
                }
            }
            if (low < 0) {
                break;
            }
            same = with(same, low);
        }
        return successor(same);
    }

    private boolean isStep(Database view, byte[] from, byte[] to) {
        if (Arrays.compareUnsigned(to, from) <= 0) {
            return false;
        }
        try (Slice begin = new Slice(from);
                Slice end = new Slice(to)) {
            long[] bytes =
                    view.rocks.getApproximateSizes(
                            view.family(family),
                            List.of(new Range(begin, end)),
                            SizeApproximationFlag.INCLUDE_FILES);
            return bytes[0] > 0;
        }
    }

    private static byte[] with(byte[] key, int next) {
        byte[] longer = Arrays.copyOf(key, key.length + 1);
        longer[key.length] = (byte) next;
        return longer;
    }

    /// The key that follows at once.
    private static byte[] successor(byte[] key) {
        return with(key, 0);
    }
}
