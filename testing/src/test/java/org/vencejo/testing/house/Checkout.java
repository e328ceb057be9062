package org.vencejo.testing.house;

import java.nio.file.Files;
import java.nio.file.Path;

/// Where this checkout is. Stateless.
public final class Checkout {
    private Checkout() {}

    /// The folder that holds `./verify`, from the module's folder upwards.
    public static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.isExecutable(folder.resolve("verify"))) {
            folder = folder.getParent();
            if (folder == null) {
                throw new IllegalStateException("no folder above holds ./verify");
            }
        }
        return folder;
    }
}
