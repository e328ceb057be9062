package org.vencejo.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Warns of files that others than their owner should not read or write, and may. Stateless.
final class FileModes {
    private static final Logger log = LoggerFactory.getLogger(FileModes.class);

    private static final Set<PosixFilePermission> WRITABLE =
            Set.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

    private FileModes() {}

    static void warn(Path secret) {
        try {
            warnings(Files.getPosixFilePermissions(secret))
                    .forEach(warning -> log.warn("{} {}", secret, warning));
        } catch (IOException | UnsupportedOperationException e) {
            // A file system without modes, or a file that went away: who reads it tells that.
            log.debug("the mode of {} is not known", secret, e);
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
}
