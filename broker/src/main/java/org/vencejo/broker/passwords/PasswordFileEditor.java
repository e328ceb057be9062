package org.vencejo.broker.passwords;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
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
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Changes a password file line by line, so that comments and lines of others stay as they are.
///
/// Confined to one thread. A broker that reads meanwhile sees the file before or after, never
/// between, as [#store] exchanges it.
public final class PasswordFileEditor {
    private static final Set<PosixFilePermission> OWNER_ONLY =
            PosixFilePermissions.fromString("rw-------");

    private final Path file;
    private final List<String> lines;

    private PasswordFileEditor(Path file, List<String> lines) {
        this.file = file;
        this.lines = lines;
    }

    /// Begins with what is in `file`, or with nothing if there is none.
    public static PasswordFileEditor open(Path file) throws IOException {
        try {
            return new PasswordFileEditor(
                    file.toRealPath(), new ArrayList<>(Files.readAllLines(file)));
        } catch (NoSuchFileException e) {
            return new PasswordFileEditor(file, new ArrayList<>());
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
            if (Files.exists(file)) {
                takeOver(newer);
            }
            Files.move(
                    newer,
                    file,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
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
