package org.vencejo.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// What keeps everybody but the owner out of folders and files that we make. Stateless.
///
/// It is said when they are made, so that there is no moment at which others come in. Where a file
/// system knows no modes, nothing is said.
public final class OwnerOnly {
    private static final Set<PosixFilePermission> FOLDER =
            PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE =
            PosixFilePermissions.fromString("rw-------");

    private OwnerOnly() {}

    /// With what a folder at `place` is made.
    public static FileAttribute<?>[] folder(Path place) {
        return attributes(place, FOLDER);
    }

    /// With what a file at `place` is made.
    public static FileAttribute<?>[] file(Path place) {
        return attributes(place, FILE);
    }

    /// Closes a folder that another has made, where nobody could look.
    static void close(Path folder) throws IOException {
        if (hasModes(folder)) {
            Files.setPosixFilePermissions(folder, FOLDER);
        }
    }

    private static FileAttribute<?>[] attributes(Path place, Set<PosixFilePermission> mode) {
        return hasModes(place)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(mode)}
                : new FileAttribute<?>[0];
    }

    private static boolean hasModes(Path place) {
        return place.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
