package org.vencejo.cli.mosquitto;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Reads a `mosquitto.conf` and the folders that it includes into one list of lines. Confined to
/// one thread.
final class ConfReader {
    private static final String INCLUDE = "include_dir";

    /// As Mosquitto sorts them: `A`, `a`, `B`, `b`.
    private static final Comparator<String> ORDER =
            String.CASE_INSENSITIVE_ORDER.thenComparing(Comparator.naturalOrder());

    private final ConfPaths paths;
    private final List<Note> notes;
    private final List<ConfLine> lines = new ArrayList<>();
    private int readings;

    ConfReader(ConfPaths paths, List<Note> notes) {
        this.paths = paths;
        this.notes = notes;
    }

    /// All lines in the order in which Mosquitto reads them, but for comments and `include_dir`.
    List<ConfLine> read(Path main) throws IOException {
        file(main.toString(), main, true);
        return lines;
    }

    private void file(String name, Path file, boolean isMain) throws IOException {
        int reading = readings++;
        int number = 0;
        for (String line : Files.readString(file).lines().toList()) {
            number++;
            if (line.isBlank() || line.stripLeading().startsWith("#")) {
                continue;
            }
            String[] parts = line.strip().split("[ \t]+", 2);
            ConfLine read =
                    new ConfLine(
                            reading,
                            name,
                            number,
                            parts[0],
                            parts.length < 2 ? "" : parts[1].strip());
            if (!read.option().equals(INCLUDE)) {
                lines.add(read);
            } else if (isMain) {
                include(read);
            } else {
                notes.add(
                        read.note(
                                Note.Kind.LOST,
                                "Mosquitto takes it in its main file alone, and does not start with this"));
            }
        }
    }

    private void include(ConfLine line) {
        Path folder = Path.of(paths.of(line));
        List<String> names;
        try (Stream<Path> files = Files.list(folder)) {
            names =
                    files.map(file -> String.valueOf(file.getFileName()))
                            .filter(name -> name.endsWith(".conf"))
                            .sorted(ORDER)
                            .toList();
            for (String name : names) {
                Path file = folder.resolve(name);
                file(file.toString(), file, false);
            }
        } catch (IOException e) {
            notes.add(line.note(Note.Kind.LOST, "cannot be read: " + e.getMessage()));
        }
    }
}
