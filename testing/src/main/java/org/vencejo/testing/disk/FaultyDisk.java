package org.vencejo.testing.disk;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/// The disk of a process of its own: what is below one folder is held, refused or failed as a test
/// says, while the process runs. Thread-safe; closed by the test that made it, after the process.
///
/// The process prints a line that starts with [#SAYS] when a sync is held and at the first failure
/// of each kind, which is the event that a test waits for.
public final class FaultyDisk implements AutoCloseable {
    /// How lines of the library begin, on the standard error of the process.
    public static final String SAYS = "faultydisk: ";

    private static final VarHandle WORD = ValueLayout.JAVA_LONG.varHandle();
    private static final int NAME_BYTES = 64;

    /// The words of the control file, in the order of `struct control`.
    private enum Word {
        HOLD_SYNCS,
        LET_THROUGH,
        SYNC_ERROR,
        WRITE_ERROR,
        READ_ERROR,
        CHANGE_ERROR,
        SPACE,
        TOLD,
        SEQUENCE,
        HELD,
        SYNCS,
        SYNCS_FAILED,
        WRITES,
        BYTES,
        WRITES_FAILED,
        READS_FAILED,
        CHANGES_FAILED,
        ATTACHED
    }

    /// What the process did below the folder since the disk was made.
    public record Counts(
            long syncs,
            long syncsFailed,
            long writes,
            long bytes,
            long writesFailed,
            long readsFailed,
            long changesFailed) {}

    private final Path root;
    private final Path folder;
    private final Arena arena = Arena.ofShared();
    private final MemorySegment control;

    /// The disk of `root`, which is there; its own files are in `folder`, on the same file system.
    public FaultyDisk(Path root, Path folder) throws IOException {
        this.root = root.toRealPath();
        this.folder = Files.createDirectories(folder).toRealPath();
        if (this.folder.startsWith(this.root)) {
            throw new IllegalArgumentException(folder + " would be part of the disk " + root);
        }
        Files.createDirectories(shadow());
        long bytes = Word.values().length * 8L + NAME_BYTES;
        try (var file = new RandomAccessFile(this.folder.resolve("control").toFile(), "rw")) {
            file.setLength(bytes);
            control = file.getChannel().map(FileChannel.MapMode.READ_WRITE, 0, bytes, arena);
        }
        heal();
    }

    Path root() {
        return root;
    }

    Path journal() {
        return folder.resolve("journal");
    }

    Path shadow() {
        return folder.resolve("shadow");
    }

    /// What to add to the environment of a process so that this is its disk.
    public Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD", FaultyDiskLibrary.built().file().toString(),
                "FAULTYDISK", folder.toString(),
                "FAULTYDISK_ROOT", root.toString());
    }

    /// Whether a process really runs on it, without which no test proves anything.
    public boolean isAttached() {
        return get(Word.ATTACHED) > 0;
    }

    // ---- what is done to it
    // ----------------------------------------------------------------------

    /// No trouble any more, and no sync is held.
    public void heal() {
        concerning("");
        set(Word.SYNC_ERROR, 0);
        set(Word.WRITE_ERROR, 0);
        set(Word.READ_ERROR, 0);
        set(Word.CHANGE_ERROR, 0);
        set(Word.SPACE, -1);
        set(Word.TOLD, 0);
        releaseSyncs();
    }

    /// Limits what follows to files whose name contains `part`; empty for all files.
    public void concerning(String part) {
        byte[] name = part.getBytes(StandardCharsets.UTF_8);
        if (name.length >= NAME_BYTES) {
            throw new IllegalArgumentException(part + " has more than 63 bytes");
        }
        MemorySegment field = control.asSlice(Word.values().length * 8L, NAME_BYTES);
        field.fill((byte) 0);
        field.copyFrom(MemorySegment.ofArray(name));
    }

    /// From now on each sync waits.
    public void holdSyncs() {
        set(Word.LET_THROUGH, 0);
        set(Word.HOLD_SYNCS, 1);
    }

    /// So many of the syncs that wait, or of the next ones, go on.
    public void letThrough(int syncs) {
        WORD.getAndAdd(control, offset(Word.LET_THROUGH), (long) syncs);
    }

    /// Lets all syncs go on, and holds no other.
    public void releaseSyncs() {
        set(Word.HOLD_SYNCS, 0);
        set(Word.LET_THROUGH, 0);
    }

    /// Each sync fails, and what it should have kept is lost with the power even if a later one
    /// works.
    public void failSyncs(Trouble trouble) {
        fail(Word.SYNC_ERROR, trouble);
    }

    public void failWrites(Trouble trouble) {
        fail(Word.WRITE_ERROR, trouble);
    }

    public void failReads(Trouble trouble) {
        fail(Word.READ_ERROR, trouble);
    }

    /// Nothing can be opened to write, written, made, renamed or removed.
    public void makeReadOnly() {
        fail(Word.CHANGE_ERROR, Trouble.READ_ONLY);
    }

    /// There is room for so many bytes more; the one after them finds none.
    public void leaveSpace(long bytes) {
        set(Word.TOLD, 0);
        set(Word.SPACE, bytes);
    }

    private void fail(Word word, Trouble trouble) {
        set(Word.TOLD, 0);
        set(word, trouble.errno());
    }

    // ---- what happened
    // ---------------------------------------------------------------------------

    /// Syncs that wait at this moment.
    public long held() {
        return get(Word.HELD);
    }

    public Counts counts() {
        return new Counts(
                get(Word.SYNCS),
                get(Word.SYNCS_FAILED),
                get(Word.WRITES),
                get(Word.BYTES),
                get(Word.WRITES_FAILED),
                get(Word.READS_FAILED),
                get(Word.CHANGES_FAILED));
    }

    private long get(Word word) {
        return (long) WORD.getVolatile(control, offset(word));
    }

    private void set(Word word, long value) {
        WORD.setVolatile(control, offset(word), value);
    }

    private static long offset(Word word) {
        return word.ordinal() * 8L;
    }

    @Override
    public void close() {
        arena.close();
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "disk %s, %d syncs held, %s", root, held(), counts());
    }
}
