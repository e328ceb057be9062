package org.vencejo.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Warns of files and folders that others than their owner should not read, enter or write, and
/// may. Stateless.
final class FileModes {
    private static final Logger log = LoggerFactory.getLogger(FileModes.class);

    private static final Set<PosixFilePermission> WRITABLE =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private FileModes() {}

    static void warn(Path secret) {
        warn(secret, FileModes::warnings);
    }

    /// The same of a folder of which nothing is for others.
    static void warnOfFolder(Path folder) {
        warn(folder, FileModes::warningsOfFolder);
    }

    private static void warn(
            Path path, Function<Set<PosixFilePermission>, List<String>> warningsOf) {
        try {
            warningsOf
                    .apply(Files.getPosixFilePermissions(path))
                    .forEach(warning -> log.warn("{} {}", path, warning));
        } catch (IOException | UnsupportedOperationException e) {
            // A file system without modes, or a file that went away: who reads it tells that.
            log.debug("the mode of {} is not known", path, e);
        }
    }

    static List<String> warnings(Set<PosixFilePermission> permissions) {
        List<String> warnings = new ArrayList<>();
        if (permissions.stream().anyMatch(WRITABLE::contains)) {
            warnings.add("can be written by others than its owner: chmod go-w");
        }
        if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
            warnings.add("can be read by everybody on this machine: chmod o-r");
        }
        return warnings;
    }

    static List<String> warningsOfFolder(Set<PosixFilePermission> permissions) {
        List<String> warnings = new ArrayList<>();
        if (permissions.stream().anyMatch(WRITABLE::contains)) {
            warnings.add("can be written by others than its owner: chmod go-w");
        }
        // Who may not list its names may still open those that are known.
        if (permissions.contains(PosixFilePermission.OTHERS_EXECUTE)) {
            warnings.add("can be entered by everybody on this machine: chmod o-rwx");
        }
        return warnings;
    }
}
