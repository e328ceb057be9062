package org.vencejo.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/// What a killed process leaves: copies of the files of a store that is still open.
final class Copies {
    private Copies() {}

    /// Copies a store as it is at this moment.
    static Path of(Path store, Path copy) throws IOException {
        Files.createDirectories(copy);
        for (Path each : files(store)) {
            Files.copy(each, copy.resolve(each.getFileName()));
        }
        return copy;
    }

    static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.sorted().toList();
        }
    }

    /// The newest file whose name ends so.
    static Path newest(Path folder, String end) throws IOException {
        return files(folder).stream()
                .filter(file -> file.getFileName().toString().endsWith(end))
                .max(Comparator.naturalOrder())
                .orElseThrow();
    }

    /// All files, with what they hold.
    static Map<String, List<Byte>> contents(Path folder) throws IOException {
        Map<String, List<Byte>> contents = new TreeMap<>();
        for (Path each : files(folder)) {
            contents.put(each.getFileName().toString(), bytes(each));
        }
        return contents;
    }

    private static List<Byte> bytes(Path file) {
        try {
            byte[] bytes = Files.readAllBytes(file);
            Byte[] boxed = new Byte[bytes.length];
            for (int i = 0; i < bytes.length; i++) {
                boxed[i] = bytes[i];
            }
            return List.of(boxed);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
