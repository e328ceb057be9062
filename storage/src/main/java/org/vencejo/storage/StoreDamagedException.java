package org.vencejo.storage;

import java.nio.file.Path;

/// What was acknowledged is not all there. Nothing was changed or removed: that is for a human to
/// decide.
public final class StoreDamagedException extends StoreException {
    private static final long serialVersionUID = 1L;

    StoreDamagedException(Path folder, String damage) {
        super(text(folder, damage));
    }

    StoreDamagedException(Path folder, String damage, Throwable cause) {
        super(text(folder, damage), cause);
    }

    private static String text(Path folder, String damage) {
        return "the store '"
                + folder
                + "' is damaged: "
                + damage
                + ". Nothing was changed. `vencejo store check` says what is lost, `vencejo store salvage` keeps all that can be read; or restore a backup";
    }
}
