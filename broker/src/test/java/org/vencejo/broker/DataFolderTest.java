package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
