package org.vencejo.transport;

import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.GroupPrincipal;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/// A Unix socket to listen on: its file, and who may connect, which is who may write to that.
/// Immutable.
///
/// Null for the owner or the group that the process has.
public record UnixSocket(
        Path path,
        Set<PosixFilePermission> mode,
        @Nullable UserPrincipal owner,
        @Nullable GroupPrincipal group) {
    /// What the operating system takes for the path of a socket.
    private static final int PATH_BYTES_MAX = 107;

    /// What the path of the cell adds to that of the folder.
    private static final int CELL_BYTES = "/.xxxxxxxx/s".length();

    private static final Set<PosixFilePermission> OURS_ALONE =
            PosixFilePermissions.fromString("rwx------");

    public UnixSocket {
        path = path.toAbsolutePath().normalize();
        mode = Set.copyOf(mode);
    }

    /// What is wrong with the path wherever it is, or null.
    public static @Nullable String troubleWith(Path path) {
        Path whole = path.toAbsolutePath().normalize();
        Path folder = whole.getParent();
        if (folder == null) {
            return "it is no file";
        }
        int bytes = Math.max(length(whole), length(folder) + CELL_BYTES);
        return bytes > PATH_BYTES_MAX
                ? "it is too long for a socket by %d bytes".formatted(bytes - PATH_BYTES_MAX)
                : null;
    }

    private static int length(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    /// A folder that nobody else may enter, in which the socket is made: there is no moment at
    /// which others may connect than those who are to. Confined to one thread.
    final class Cell implements AutoCloseable {
        private final Path folder =
                folder().resolve(".%08x".formatted(ThreadLocalRandom.current().nextInt()));

        /// Where to bind.
        final Path hidden = folder.resolve("s");

        /// @throws IOException if somebody listens already, or what is there is no socket
        Cell() throws IOException {
            if (!Files.isDirectory(folder())) {
                throw new IOException("there is no folder " + folder());
            }
            requireNobody();
            Files.createDirectory(folder, PosixFilePermissions.asFileAttribute(OURS_ALONE));
        }

        /// Gives the socket to whom it is for, and puts it in its place; returns what tells it from
        /// others that may come there.
        Object open() throws IOException {
            PosixFileAttributeView file =
                    Files.getFileAttributeView(hidden, PosixFileAttributeView.class);
            if (group != null) {
                file.setGroup(group);
            }
            if (owner != null) {
                file.setOwner(owner);
            }
            file.setPermissions(mode);
            Object key = key(hidden);
            Files.move(hidden, path, StandardCopyOption.ATOMIC_MOVE);
            return key;
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(hidden);
            Files.deleteIfExists(folder);
        }
    }

    /// Removes the file, unless another took its place.
    void remove(Object key) throws IOException {
        try {
            if (key(path).equals(key)) {
                Files.delete(path);
            }
        } catch (NoSuchFileException gone) {
            // that is as well
        }
    }

    private Path folder() {
        return Objects.requireNonNull(path.getParent(), "a file is in a folder");
    }

    private static Object key(Path file) throws IOException {
        return Objects.requireNonNull(attributes(file).fileKey(), "Unix has such a key");
    }

    private static BasicFileAttributes attributes(Path file) throws IOException {
        return Files.readAttributes(file, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    }

    /// A socket that a dead process has left may be replaced, anything else not.
    private void requireNobody() throws IOException {
        try {
            // A pipe or a device refuses to be connected to, too, and must not be replaced.
            int mode = (int) Files.getAttribute(path, "unix:mode", LinkOption.NOFOLLOW_LINKS);
            if ((mode & 0170000) != 0140000) {
                throw new IOException("there is a file that is no socket");
            }
        } catch (NoSuchFileException free) {
            return;
        }
        try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
            channel.configureBlocking(false); // one whose queue is full would let us wait
            channel.connect(UnixDomainSocketAddress.of(path));
        } catch (ConnectException dead) {
            return;
        } catch (IOException unknown) {
            throw new IOException("whether somebody listens there cannot be found out", unknown);
        }
        throw new IOException("somebody listens there already");
    }

    /// What failed, in words for people.
    static String reason(IOException failed) {
        return failed instanceof FileSystemException it
                ? it.getFile()
                        + ": "
                        + (it.getReason() == null ? it.getClass().getSimpleName() : it.getReason())
                : String.valueOf(failed.getMessage());
    }
}
