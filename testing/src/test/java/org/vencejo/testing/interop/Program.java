package org.vencejo.testing.interop;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Programs of the system.
final class Program {
    private Program() {}

    /// Where the program `name` is, or null. Servers may be in the `sbin` beside a folder of the
    /// path.
    static @Nullable Path find(String name) {
        for (String folder :
                System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            for (Path each : List.of(Path.of(folder), Path.of(folder).resolveSibling("sbin"))) {
                Path program = each.resolve(name);
                if (Files.isExecutable(program)) {
                    return program;
                }
            }
        }
        return null;
    }
}
