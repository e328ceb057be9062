package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One broker to a folder, and clear words when it cannot be had.
class DataFolderTest {
    @TempDir private Path temporary;

    @Test
    void aFolderIsMadeHeldByOneAndCanBeHadAgain() {
        Path folder = temporary.resolve("a/b");
        DataFolder held = DataFolder.open(folder);

        assertThatThrownBy(() -> DataFolder.open(folder))
                .isInstanceOf(StartException.class)
                .hasMessage(
                        "the data folder '%s' is in use by process %d; stop that broker, or give another data-folder"
                                .formatted(folder, ProcessHandle.current().pid()));

        held.close();
        DataFolder.open(folder).close();
        assertThat(folder.resolve("vencejo.lock")).isEmptyFile();
    }

    /// Who can read the lock's file can lock it, and keep the broker from starting.
    @Test
    void whatIsMadeIsForItsOwnerAloneAndWhatIsThereStaysAsItIs() throws IOException {
        Path folder = temporary.resolve("a/b");
        DataFolder.open(folder).close();
        assertThat(mode(temporary.resolve("a"))).isEqualTo("rwx------");
        assertThat(mode(folder)).isEqualTo("rwx------");
        assertThat(mode(folder.resolve("vencejo.lock"))).isEqualTo("rw-------");

        Path open = Files.createDirectory(temporary.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxr-xr-x"));
        DataFolder.open(open).close();
        assertThat(mode(open)).isEqualTo("rwxr-xr-x");
        assertThat(mode(open.resolve("vencejo.lock"))).isEqualTo("rw-------");
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    @Test
    void aSecretIsMadeOnceForItsOwnerAlone() throws IOException {
        Path folder = temporary.resolve("a");
        byte[] made;
        try (DataFolder held = DataFolder.open(folder)) {
            made = held.secret("s");
            assertThat(held.secret("another")).isNotEqualTo(made);
        }
        try (DataFolder held = DataFolder.open(folder)) {
            assertThat(held.secret("s")).isEqualTo(made).hasSize(32);
        }
        assertThat(mode(folder.resolve("s"))).isEqualTo("rw-------");
        try (var files = Files.list(folder)) {
            assertThat(files.map(each -> each.getFileName().toString()))
                    .containsExactlyInAnyOrder("vencejo.lock", "s", "another");
        }
    }

    /// A broker starts all the same; what an operator has there is not written over.
    @Test
    void whatIsNoSecretIsNotUsedAndStays() throws IOException {
        Files.createDirectory(temporary.resolve("folder"));
        for (String text : new String[] {"", "short", "x".repeat(33)}) {
            Files.writeString(temporary.resolve("s"), text);
            try (DataFolder held = DataFolder.open(temporary)) {
                assertThat(held.secret("s")).hasSize(32).isNotEqualTo(held.secret("s"));
                assertThat(held.secret("folder")).hasSize(32);
            }
            assertThat(temporary.resolve("s")).hasContent(text);
        }
    }

    @Test
    void whatIsNoFolderIsRefused() throws IOException {
        Path file = Files.createFile(temporary.resolve("file"));

        assertThatThrownBy(() -> DataFolder.open(file))
                .isInstanceOf(StartException.class)
                .hasMessage(
                        "the data folder '%s' cannot be used: '%s' is not a folder"
                                .formatted(file, file));
        assertThatThrownBy(() -> DataFolder.open(file.resolve("below")))
                .isInstanceOf(StartException.class)
                .hasMessageStartingWith(
                        "the data folder '%s' cannot be used: '".formatted(file.resolve("below")));
    }
}
