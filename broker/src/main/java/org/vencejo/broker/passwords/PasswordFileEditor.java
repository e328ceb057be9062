package org.vencejo.broker.passwords;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vencejo.transport.FileStamp;

/// Changes a password file line by line, so that comments and lines of others stay as they are, and
/// so does what others change: they wait until it is closed.
///
/// Confined to one thread. A broker that reads meanwhile sees the file before or after, never
/// between, as [#store] exchanges it.
public final class PasswordFileEditor implements AutoCloseable {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");

    /// A lock of a file is of the whole process.
    private static final Semaphore ONE_OF_US = new Semaphore(1);

    private final Path file;
    private final FileChannel held;
    private final List<String> lines;
    private boolean isOurs;

    private PasswordFileEditor(Path file, FileChannel held, List<String> lines, boolean isOurs) {
        this.file = file;
        this.held = held;
        this.lines = lines;
        this.isOurs = isOurs;
    }

    /// Begins with what is in `file`, or with nothing if there is none; waits while another changes
    /// it.
    public static PasswordFileEditor open(Path file) throws IOException {
        ONE_OF_US.acquireUninterruptibly();
        PasswordFileEditor editor = null;
        try {
            while (editor == null) {
                editor = openIfItStays(file);
            }
            return editor;
        } finally {
            if (editor == null) {
                ONE_OF_US.release();
            }
        }
    }

    // Null if it was exchanged before it could be held.
    private static @Nullable PasswordFileEditor openIfItStays(Path named) throws IOException {
        Path file = named;
        boolean isOurs = false;
        try {
            file = named.toRealPath();
        } catch (NoSuchFileException none) {
            try {
                Files.createFile(named, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
                isOurs = true;
            } catch (FileAlreadyExistsException other) {
                if (Files.isSymbolicLink(named)) { // to nothing
                    throw none;
                }
                return null;
            }
        }
        FileStamp before = FileStamp.of(file);
        PasswordFileEditor editor = null;
        FileChannel channel = channel(file);
        try {
            var _ = channel.lock();
            if (before != null && before.equals(FileStamp.of(file))) {
                // Another may have filled what we made before we held it.
                boolean isStillOurs = isOurs && channel.size() == 0;
                editor = new PasswordFileEditor(file, channel, lines(channel), isStillOurs);
            }
            return editor;
        } finally {
            if (editor == null) {
                channel.close();
            }
        }
    }

    // What its owner may not write, it may replace.
    private static FileChannel channel(Path file) throws IOException {
        try {
            return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } catch (AccessDeniedException denied) {
            Set<PosixFilePermission> more = EnumSet.of(PosixFilePermission.OWNER_WRITE);
            try {
                more.addAll(Files.getPosixFilePermissions(file));
                Files.setPosixFilePermissions(file, more);
            } catch (IOException notOurs) {
                denied.addSuppressed(notOurs);
                throw denied;
            }
            return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        }
    }

    // By the channel that holds it: to close another would end the lock.
    private static List<String> lines(FileChannel channel) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(Math.toIntExact(channel.size()));
        while (bytes.hasRemaining() && channel.read(bytes) >= 0) {}
        String text = StandardCharsets.UTF_8.newDecoder().decode(bytes.flip()).toString();
        return new ArrayList<>(text.lines().toList());
    }

    /// Lets others change it. A file that was made for nothing is none.
    @Override
    public void close() throws IOException {
        try (held) {
            if (isOurs) {
                Files.deleteIfExists(file);
            }
        } finally {
            ONE_OF_US.release();
        }
    }

    /// Why `name` cannot be a user name in a file, or null.
    public static @Nullable String faultOf(String name) {
        if (name.isBlank() || !name.equals(name.strip())) {
            return "a user name is not empty and neither begins nor ends with a space";
        }
        if (name.contains(":") || name.startsWith("#")) {
            return "a user name has no colon and does not begin with #, which mean something else in the file";
        }
        return name.chars().anyMatch(Character::isISOControl)
                ? "a user name has no control characters"
                : null;
    }

    /// Gives `name` this hash; returns whether it was there before.
    public boolean set(String name, PasswordHash hash) {
        String line = name + ":" + hash.text();
        for (int i = 0; i < lines.size(); i++) {
            if (isOf(name, lines.get(i))) {
                lines.set(i, line);
                return true;
            }
        }
        lines.add(line);
        return false;
    }

    /// Takes `name` away; returns whether it was there.
    public boolean remove(String name) {
        return lines.removeIf(line -> isOf(name, line));
    }

    /// Hashes every password that stands in the file as it is; returns how many. What begins with
    /// `$` or `SCRAM-SHA-256$` is a hash, of a known form or not, and stays.
    ///
    /// @throws IllegalArgumentException naming the line with a password that cannot be one of this
    ///   kind; what was hashed before it is not to be stored then
    public int hashPlain(HashKind kind, SecureRandom random) {
        int hashed = 0;
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            int colon = line.indexOf(':');
            if (PasswordFile.isNoUser(line) || colon < 0) {
                continue;
            }
            String plain = line.substring(colon + 1);
            boolean isHash =
                    plain.strip().startsWith("$") || plain.strip().startsWith(ScramSha256.PREFIX);
            if (!plain.isBlank() && !isHash) {
                byte[] password = plain.getBytes(StandardCharsets.UTF_8);
                String fault = kind.faultOf(password);
                if (fault != null) {
                    throw new IllegalArgumentException("line %d: %s".formatted(i + 1, fault));
                }
                lines.set(i, line.substring(0, colon + 1) + kind.hash(password, random).text());
                hashed++;
            }
        }
        return hashed;
    }

    private static boolean isOf(String name, String line) {
        return !PasswordFile.isNoUser(line)
                && line.contains(":")
                && PasswordFile.nameIn(line).equals(name);
    }

    /// Writes all of it in place of the file, with its owner, readable by who could read it except
    /// by all; a new file is for its owner alone.
    public void store() throws IOException {
        Path folder = file.toAbsolutePath().getParent();
        Path newer =
                Files.createTempFile(
                        folder,
                        ".passwords",
                        ".new",
                        PosixFilePermissions.asFileAttribute(OWNER_ONLY));
        try {
            byte[] text =
                    lines.stream()
                            .map(line -> line + "\n")
                            .collect(Collectors.joining())
                            .getBytes(StandardCharsets.UTF_8);
            try (FileChannel channel = FileChannel.open(newer, StandardOpenOption.WRITE)) {
                ByteBuffer left = ByteBuffer.wrap(text);
                while (left.hasRemaining()) {
                    channel.write(left);
                }
                channel.force(true);
            }
            takeOver(newer);
            Files.move(
                    newer,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            isOurs = false;
        } finally {
            Files.deleteIfExists(newer);
        }
    }

    private void takeOver(Path newer) throws IOException {
        PosixFileAttributes before = Files.readAttributes(file, PosixFileAttributes.class);
        PosixFileAttributeView view =
                Files.getFileAttributeView(newer, PosixFileAttributeView.class);
        PosixFileAttributes now = view.readAttributes();
        if (!before.owner().equals(now.owner())) {
            view.setOwner(before.owner());
        }
        if (!before.group().equals(now.group())) {
            view.setGroup(before.group());
        }
        Set<PosixFilePermission> permissions = EnumSet.copyOf(OWNER_ONLY);
        if (before.permissions().contains(PosixFilePermission.GROUP_READ)) {
            permissions.add(PosixFilePermission.GROUP_READ);
        }
        view.setPermissions(permissions);
    }
}
