package org.vencejo.cli.mosquitto;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/// Where the files are that a `mosquitto.conf` names. Confined to one thread.
///
/// Mosquitto takes them relative to the folder that it is started in, which nobody knows any more:
/// such a file is looked for beside the configuration first, then in our own folder. What is
/// written is absolute, as our broker has a folder that it is started in, too.
final class ConfPaths {
    private final Path folder;
    private final List<Note> notes;

    ConfPaths(Path configuration, List<Note> notes) {
        Path parent = configuration.toAbsolutePath().normalize().getParent();
        this.folder = parent == null ? Path.of("/") : parent;
        this.notes = notes;
    }

    /// The file that `line` names, as it is to be written.
    String of(ConfLine line) {
        return of(line, line.rest());
    }

    /// The same for a name that is only a part of what it gives.
    String of(ConfLine line, String given) {
        Path path;
        try {
            path = Path.of(given);
        } catch (InvalidPathException e) {
            notes.add(line.note(Note.Kind.LOST, "'" + given + "' cannot be a file's name"));
            return given;
        }
        if (path.isAbsolute()) {
            return given;
        }
        Path beside = folder.resolve(path).normalize();
        Path here = path.toAbsolutePath().normalize();
        Path found = !Files.exists(beside) && Files.exists(here) ? here : beside;
        notes.add(
                line.note(
                        Note.Kind.DIFFERS,
                        "'%s' is relative to where Mosquitto is started; taken for %s"
                                .formatted(given, found)));
        return found.toString();
    }
}
