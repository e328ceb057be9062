package org.vencejo.testing.mutation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/// A deliberate mistake in the core, kept as a patch of its sources. What it does and which rule it
/// breaks stands above the diff. Immutable.
record Mutant(String name, String mistake, String breaks, Path patch) {
    private static final String EXTENSION = ".patch";
    private static final String BREAKS = "Breaks: ";

    /// All of them, by name.
    static List<Mutant> all(Path root) {
        Path folder =
                root.resolve(Path.of("testing", "src", "test", "resources"))
                        .resolve(Mutant.class.getPackageName().replace('.', '/'));
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(EXTENSION))
                    .sorted()
                    .map(Mutant::read)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Mutant read(Path patch) {
        String fileName = "" + patch.getFileName();
        String name = fileName.substring(0, fileName.length() - EXTENSION.length());
        try {
            List<String> lines = Files.readAllLines(patch);
            if (lines.size() < 3
                    || !lines.get(1).startsWith(BREAKS)
                    || !lines.get(2).isEmpty()
                    || lines.get(0).contains("|")) {
                throw new IllegalStateException(
                        patch + ": a sentence, \"Breaks: ...\", an empty line and a diff expected");
            }
            return new Mutant(name, lines.get(0), lines.get(1).substring(BREAKS.length()), patch);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public String toString() {
        return name;
    }
}
