package org.vencejo.testing.crash;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.function.Consumer;

/// The notes of a run in a file that is mapped into memory: what was noted is there however this
/// process ends. Confined to the tester's thread.
final class Notes implements AutoCloseable {
    private static final int WINDOW_BYTES = Note.BYTES << 20;

    /// Fifty million notes: a run that makes more has lost its way.
    private static final int WINDOWS_MAX = 48;

    private final FileChannel file;
    private MappedByteBuffer window;
    private int windows = 1;
    private int at;

    /// Notes in a new file.
    Notes(Path path) {
        try {
            file =
                    FileChannel.open(
                            path,
                            StandardOpenOption.CREATE_NEW,
                            StandardOpenOption.READ,
                            StandardOpenOption.WRITE);
            window = file.map(MapMode.READ_WRITE, 0, WINDOW_BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void add(Note note) {
        if (at == WINDOW_BYTES) {
            next();
        }
        note.writeTo(window, at);
        at += Note.BYTES;
    }

    private void next() {
        if (windows == WINDOWS_MAX) {
            throw new IllegalStateException("a run has at most " + count() + " notes");
        }
        try {
            window = file.map(MapMode.READ_WRITE, (long) windows * WINDOW_BYTES, WINDOW_BYTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        windows++;
        at = 0;
    }

    /// How many there are.
    long count() {
        return ((long) (windows - 1) * WINDOW_BYTES + at) / Note.BYTES;
    }

    /// Hands out the notes of a file, perhaps of a process that was killed.
    static void read(Path path, Consumer<Note> reader) {
        try (FileChannel file = FileChannel.open(path, StandardOpenOption.READ)) {
            for (long from = 0; from < file.size(); from += WINDOW_BYTES) {
                MappedByteBuffer window = file.map(MapMode.READ_ONLY, from, WINDOW_BYTES);
                for (int at = 0; at < WINDOW_BYTES; at += Note.BYTES) {
                    if (window.get(at) == 0) {
                        return;
                    }
                    reader.accept(Note.read(window, at));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        try {
            file.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
