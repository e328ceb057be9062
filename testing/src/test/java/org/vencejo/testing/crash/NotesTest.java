package org.vencejo.testing.crash;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotesTest {
    @TempDir private Path folder;

    @Test
    void notesAreThereWithoutAnybodyHavingClosedTheirFile() {
        Path path = folder.resolve("notes");
        Notes notes = new Notes(path);
        List<Note> written = new ArrayList<>();
        for (Note.What what : Note.What.values()) {
            written.add(new Note(what, 1_000, 70_000, Integer.MAX_VALUE, 7));
            written.add(new Note(what, 0, 0, 0, 0));
        }
        written.forEach(notes::add);

        List<Note> read = new ArrayList<>();
        Notes.read(path, read::add);
        assertThat(read).isEqualTo(written);
        notes.close();
    }

    @Test
    void aFileGrowsWhenItIsFull() {
        Path path = folder.resolve("notes");
        int count = (1 << 20) + 1;
        try (Notes notes = new Notes(path)) {
            for (int i = 0; i < count; i++) {
                notes.add(new Note(Note.What.SENT, 1, 2, i, 0));
            }
            assertThat(notes.count()).isEqualTo(count);
        }
        int[] read = {0};
        Notes.read(path, note -> assertThat(note.number()).isEqualTo(read[0]++));
        assertThat(read[0]).isEqualTo(count);
    }
}
