package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Of which modes of a file with a secret, and of a data folder, is warned.
class FileModesTest {
    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "rw-------, ''",
        "rw-r-----, ''",
        "r--r-x--x, ''",
        "rw-rw----, can be written by others than its owner: chmod go-w",
        "rw-r---w-, can be written by others than its owner: chmod go-w",
        "rw-r--r--, can be read by everybody on this machine: chmod o-r",
        "rw-rw-rw-, can be written by others than its owner: chmod go-w; can be read by everybody on this machine: chmod o-r",
    })
    void itIsWarnedOfWhatOthersMayDo(String mode, String warnings) {
        assertThat(FileModes.warnings(PosixFilePermissions.fromString(mode)))
                .isEqualTo(warnings.isEmpty() ? List.of() : List.of(warnings.split("; ")));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource({
        "rwx------, ''",
        "rwxr-x---, ''",
        "rwxr-xr--, ''",
        "rwxrwx---, can be written by others than its owner: chmod go-w",
        "rwx-----x, can be entered by everybody on this machine: chmod o-rwx",
        "rwxr-xr-x, can be entered by everybody on this machine: chmod o-rwx",
        "rwxrwxrwx, can be written by others than its owner: chmod go-w; can be entered by everybody on this machine: chmod o-rwx",
    })
    void itIsWarnedOfAFolderThatOthersMayEnter(String mode, String warnings) {
        assertThat(FileModes.warningsOfFolder(PosixFilePermissions.fromString(mode)))
                .isEqualTo(warnings.isEmpty() ? List.of() : List.of(warnings.split("; ")));
    }
}
