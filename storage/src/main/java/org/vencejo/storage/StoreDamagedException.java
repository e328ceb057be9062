package org.vencejo.storage;

import java.nio.file.Path;

/// What was acknowledged is not all there. Nothing was changed or removed: that is for a human to
/// decide.
public final class StoreDamagedException extends StoreException {
    private static final long serialVersionUID = 1L;

    private final String damage;

    StoreDamagedException(Path folder, String damage) {
        super(text(folder, damage));
        this.damage = damage;
    }

    StoreDamagedException(Path folder, String damage, Throwable cause) {
        super(text(folder, damage), cause);
        this.damage = damage;
    }

    /// What is damaged, without the rest of the message.
    String damage() {
        return damage;
    }

    private static String text(Path folder, String damage) {
        return "the store '"
                + folder
                + "' is damaged: "
                + damage
                + ". Nothing was changed. `vencejo store check"
                + here(folder)
                + "` says what is lost, `vencejo store salvage"
                + here(folder)
                + " --to NEW_FOLDER` keeps all that can be read; or bring back a backup by `vencejo store restore BACKUP --force"
                + here(folder)
                + "`";
    }

    // A store is in its data folder.
    private static String here(Path folder) {
        Path data = folder.getParent();
        if (data == null) {
            return "";
        }
        String name = data.toString();
        return " --data-folder "
                + (name.matches("[\\w./-]+") ? name : "'" + name.replace("'", "'\\''") + "'");
    }
}
