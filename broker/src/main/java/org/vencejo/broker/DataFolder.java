package org.vencejo.broker;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.SecureRandom;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.vencejo.broker.passwords.NameKeys;
import org.vencejo.storage.OwnerOnly;

/// The folder of a broker's files, held by this process alone while it is open.
///
/// The operating system takes the lock back when the process dies, however it dies. The file stays:
/// removing it would let two brokers lock two files of one name.
final class DataFolder implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Broker.class);
    private static final String LOCK = "vencejo.lock";

    private final Path folder;
    private final FileChannel lock;

    private DataFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /// Makes the folder, for its owner alone, if it is missing and takes its lock, or throws a
    /// [StartException].
    static DataFolder open(Path folder) {
        DataFolder open = openIfFree(folder);
        if (open == null) {
            throw new StartException(
                    "the data folder '%s' is in use by process %s; stop that broker, or give another data-folder"
                            .formatted(folder, holder(folder)));
        }
        return open;
    }

    /// The same for a broker, which warns of a folder that others can enter or write: also if that
    /// may be why it cannot be had.
    static DataFolder openToServe(Path folder) {
        try {
            return open(folder);
        } finally {
            FileModes.warnOfFolder(folder);
        }
    }

    /// The same as [#open]; null if it is in use.
    static @Nullable DataFolder openIfFree(Path folder) {
        @Nullable FileChannel channel = null;
        try {
            Files.createDirectories(folder, OwnerOnly.folder(folder));
            // Who can read the file can lock it.
            channel =
                    FileChannel.open(
                            folder.resolve(LOCK),
                            Set.of(
                                    StandardOpenOption.CREATE,
                                    StandardOpenOption.READ,
                                    StandardOpenOption.WRITE),
                            OwnerOnly.file(folder));
            if (!isLocked(channel)) {
                channel.close();
                return null;
            }
            write(channel, Long.toString(ProcessHandle.current().pid()));
            return new DataFolder(folder, channel);
        } catch (IOException e) {
            closeQuietly(channel, e);
            throw new StartException(
                    "the data folder '" + folder + "' cannot be used: " + reason(e), e);
        }
    }

    Path folder() {
        return folder;
    }

    /// A secret that stays the same as long as the folder does; made if there is none. One that
    /// cannot be kept is told, and another for this process alone.
    byte[] secret(String name) {
        Path file = folder.resolve(name);
        byte[] made = new byte[NameKeys.SECRET_BYTES];
        new SecureRandom().nextBytes(made);
        try {
            if (Files.notExists(file)) {
                keep(file, made);
            }
            byte[] kept = Files.readAllBytes(file);
            if (kept.length == made.length) {
                return kept;
            }
            log.warn(
                    "'{}' holds {} bytes, which is no secret; remove it, and another is made",
                    file,
                    kept.length);
        } catch (IOException e) {
            log.warn("the secret '{}' cannot be kept: {}", file, reason(e));
        }
        return made;
    }

    // All of it or nothing, for its owner alone.
    private void keep(Path file, byte[] secret) throws IOException {
        Path newer = Files.createTempFile(folder, "secret", ".new", OwnerOnly.file(folder));
        try {
            try (FileChannel channel = FileChannel.open(newer, StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(secret));
                channel.force(true);
            }
            Files.move(newer, file, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(newer);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException ours) {
            return false;
        }
    }

    /// The process that has the lock of a folder that is in use.
    static String holder(Path folder) {
        try {
            String holder = Files.readString(folder.resolve(LOCK)).strip();
            return holder.isEmpty() ? "(unknown)" : holder;
        } catch (IOException e) {
            return "(unknown)";
        }
    }

    private static void write(FileChannel channel, String text) throws IOException {
        channel.truncate(0);
        channel.write(StandardCharsets.US_ASCII.encode(text + "\n"), 0);
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException denied -> "access to '" + denied.getFile() + "' is denied";
            case FileAlreadyExistsException exists -> "'" + exists.getFile() + "' is not a folder";
            case FileSystemException other when other.getReason() != null ->
                    "'" + other.getFile() + "': " + other.getReason();
            default -> String.valueOf(e.getMessage());
        };
    }

    private static void closeQuietly(@Nullable FileChannel channel, IOException because) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException e) {
                because.addSuppressed(e);
            }
        }
    }

    /// Lets others have the folder, whatever its disk says to that.
    @Override
    public void close() {
        try (lock) {
            lock.truncate(0);
        } catch (IOException e) {
            log.warn("the file of the data folder's lock was not emptied: {}", reason(e));
        }
    }
}
