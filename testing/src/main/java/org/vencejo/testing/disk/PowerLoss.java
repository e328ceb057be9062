package org.vencejo.testing.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.testing.Seeds;

/// The power goes: takes from the files of a [FaultyDisk], whose process was killed, what was not
/// synced. Confined to one thread, used once.
///
/// The strict one leaves nothing that POSIX does not promise: each file ends where its last sync
/// ended, and each change of a name that no sync of the folder followed is undone. One of bytes
/// alone leaves every name, as a file system does that writes names long before bytes: a new file
/// may be empty. The seeded one leaves what a real disk might have written in time: of the bytes
/// behind the last sync some, torn anywhere or with sectors of zeroes; of the names those of the
/// first changes.
public final class PowerLoss {
    private static final int SECTOR = 512;

    /// What it took, in words; for the failure of a test.
    public record Report(
            int namesUndone, int filesCut, long bytesLost, int rangesRestored, List<String> lines) {
        /// Whether the loss was one.
        public boolean tookNothing() {
            return lines.isEmpty();
        }

        @Override
        public String toString() {
            return namesUndone
                    + " names undone, "
                    + filesCut
                    + " files cut by "
                    + bytesLost
                    + " bytes, "
                    + rangesRestored
                    + " overwritten ranges restored"
                    + lines.stream().map(line -> "\n  " + line).reduce("", String::concat);
        }
    }

    private final FaultyDisk disk;
    private final @Nullable Seeds seeds; // null: none of the bytes stay
    private final boolean ofBytesAlone;
    private final List<String> lines = new ArrayList<>();
    private int namesUndone;
    private int filesCut;
    private long bytesLost;
    private int rangesRestored;

    private PowerLoss(FaultyDisk disk, @Nullable Seeds seeds, boolean ofBytesAlone) {
        this.disk = disk;
        this.seeds = seeds;
        this.ofBytesAlone = ofBytesAlone;
    }

    /// Takes all that was not synced. What is left is on the disk, as after a start of the machine.
    public static Report strict(FaultyDisk disk) throws IOException {
        return new PowerLoss(disk, null, false).happen();
    }

    /// Takes all bytes that were not synced, and no name.
    public static Report ofBytes(FaultyDisk disk) throws IOException {
        return new PowerLoss(disk, null, true).happen();
    }

    /// Takes some of what was not synced.
    public static Report seeded(FaultyDisk disk, Seeds seeds) throws IOException {
        return new PowerLoss(disk, seeds, false).happen();
    }

    private Report happen() throws IOException {
        DiskHistory history = DiskHistory.of(disk.journal());
        if (!ofBytesAlone) {
            undoNames(history.unsyncedChanges());
        }
        for (Path file : files(disk.root())) {
            FileHistory known = history.file(inode(file));
            if (known != null) {
                cut(file, known);
            }
        }
        forget();
        return new Report(namesUndone, filesCut, bytesLost, rangesRestored, List.copyOf(lines));
    }

    private void forget() throws IOException {
        Files.deleteIfExists(disk.journal());
        for (Path saved : files(disk.shadow())) {
            Files.delete(saved);
        }
    }

    // ---- names
    // -----------------------------------------------------------------------------------

    /// The last first, so that each finds what it left. A disk that keeps a change has kept those
    /// before it: file systems write them in order.
    private void undoNames(List<JournalLine.NameChange> changes) throws IOException {
        int kept = 0;
        if (seeds != null) {
            kept =
                    switch (seeds.below(3)) {
                        case 0 -> 0;
                        case 1 -> changes.size();
                        default -> seeds.below(changes.size() + 1);
                    };
        }
        for (JournalLine.NameChange change : changes.subList(kept, changes.size()).reversed()) {
            if (undo(change)) {
                namesUndone++;
                lines.add("undone: " + change);
            }
        }
    }

    /// False for a change that was announced and then not made, as the kill came first.
    private boolean undo(JournalLine.NameChange change) throws IOException {
        return switch (change) {
            case JournalLine.Create it -> Files.deleteIfExists(it.name());
            case JournalLine.Link it -> Files.deleteIfExists(it.name());
            case JournalLine.MakeFolder it -> deleteAll(it.name());
            case JournalLine.RemoveFolder it -> {
                boolean gone = !Files.exists(it.name());
                Files.createDirectories(it.name());
                yield gone;
            }
            case JournalLine.Unlink it -> {
                boolean gone = !Files.exists(it.name(), LinkOption.NOFOLLOW_LINKS);
                if (gone) {
                    restore(it.saved(), it.name());
                }
                yield gone;
            }
            case JournalLine.Rename it -> {
                boolean made = Files.exists(it.name()) && inode(it.name()) == it.inode();
                if (made) {
                    Files.move(it.name(), it.from());
                    restore(it.saved(), it.name());
                }
                yield made;
            }
        };
    }

    private void restore(String saved, Path name) throws IOException {
        if (!saved.equals("-")) {
            Files.createLink(name, disk.shadow().resolve(saved));
        }
    }

    private static boolean deleteAll(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return false;
        }
        Files.walkFileTree(
                folder,
                new SimpleFileVisitor<>() {
                    @Override
                    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                            throws IOException {
                        Files.delete(file);
                        return FileVisitResult.CONTINUE;
                    }

                    @Override
                    public FileVisitResult postVisitDirectory(Path it, @Nullable IOException e)
                            throws IOException {
                        Files.delete(it);
                        return FileVisitResult.CONTINUE;
                    }
                });
        return true;
    }

    // ---- bytes
    // -----------------------------------------------------------------------------------

    private void cut(Path file, FileHistory known) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            for (JournalLine.Overwrite it : known.unsyncedOverwrites().reversed()) {
                if (seeds == null || seeds.chance(0.5)) {
                    channel.write(ByteBuffer.wrap(it.old()), it.from());
                    rangesRestored++;
                    lines.add("restored: " + it.old().length + " bytes of " + name(file));
                }
            }
            for (FileHistory.Range it : known.lost()) {
                zero(channel, it.from(), Math.min(it.to(), channel.size()));
                lines.add("never written: " + it + " of " + name(file));
            }
            long synced = known.syncedLength();
            long length = channel.size();
            if (length > synced) {
                long left = seeds == null ? synced : tear(channel, synced, length, seeds);
                channel.truncate(left);
                filesCut++;
                bytesLost += length - left;
                lines.add(
                        "cut: "
                                + name(file)
                                + " from "
                                + length
                                + " to "
                                + left
                                + ", synced "
                                + synced);
            }
        }
    }

    /// Leaves some of the bytes behind the last sync; returns the length that the file gets.
    private static long tear(FileChannel channel, long synced, long length, Seeds seeds)
            throws IOException {
        int choice = seeds.below(4);
        if (choice == 0) {
            return synced;
        }
        long more = length - synced;
        long left = choice == 1 ? length : synced + (long) (more * (seeds.below(1_000) / 1_000.0));
        if (choice != 2) { // Some sectors came to the disk and others, which may come before them,
            // not.
            for (long at = synced; at < left; at = (at / SECTOR + 1) * SECTOR) {
                if (seeds.chance(0.3)) {
                    zero(channel, at, Math.min(left, (at / SECTOR + 1) * SECTOR));
                }
            }
        }
        return left;
    }

    private static void zero(FileChannel channel, long from, long to) throws IOException {
        for (long at = from; at < to; at += SECTOR) {
            channel.write(ByteBuffer.allocate((int) Math.min(SECTOR, to - at)), at);
        }
    }

    private Path name(Path file) {
        return disk.root().relativize(file);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static long inode(Path file) throws IOException {
        return (long) Files.getAttribute(file, "unix:ino");
    }
}
