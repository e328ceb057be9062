package org.vencejo.broker.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.config.Configuration.Request;

/// Configurations as tests give them, read on one and the same machine.
final class Readings {
    static final Machine MACHINE = new Machine(2, 1L << 30, 20_000, true);

    private Readings() {}

    static Path file(Path folder, String yaml) {
        try {
            return Files.writeString(folder.resolve("f.yaml"), yaml);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Configuration read(
            @Nullable Path file,
            Map<String, String> variables,
            List<String> assignments,
            @Nullable String port) {
        return Configuration.read(new Request(file, variables, assignments, port), MACHINE);
    }

    /// The mistakes as operators read them, without the folder of the file.
    static List<String> lines(
            @Nullable Path file,
            Map<String, String> variables,
            List<String> assignments,
            @Nullable String port) {
        List<String> lines = new ArrayList<>();
        try {
            read(file, variables, assignments, port);
        } catch (ConfigurationException e) {
            for (Mistake mistake : e.mistakes()) {
                lines.add(
                        file == null
                                ? mistake.toString()
                                : mistake.toString().replace(file.getParent() + "/", ""));
            }
        }
        return lines;
    }
}
