package org.vencejo.broker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.vencejo.storage.Backup;
import org.vencejo.storage.OwnerOnly;
import org.vencejo.storage.SalvageReport;
import org.vencejo.storage.StoreCheck;
import org.vencejo.storage.StoreException;
import org.vencejo.storage.StoreReport;
import org.vencejo.storage.StoreSalvage;

/// The store of a data folder that no broker uses, nor can use as long as this is open. Confined to
/// one thread.
public final class StoppedStore implements AutoCloseable {
    /// Where a salvage leaves its list.
    public static final String SALVAGE_LIST = "salvage.txt";

    private final DataFolder dataFolder;

    private StoppedStore(DataFolder dataFolder) {
        this.dataFolder = dataFolder;
    }

    /// Takes a data folder that is there, or throws a [StartException].
    public static StoppedStore open(Path dataFolder) {
        requireFolder(dataFolder);
        return new StoppedStore(DataFolder.open(dataFolder));
    }

    /// Takes a data folder, which is made if it is missing, or throws a [StartException].
    public static StoppedStore openOrMake(Path dataFolder) {
        return new StoppedStore(DataFolder.open(dataFolder));
    }

    private static void requireFolder(Path dataFolder) {
        if (!Files.isDirectory(dataFolder)) {
            throw new StartException("there is no data folder '" + dataFolder + "'");
        }
    }

    private Path store() {
        return dataFolder.folder().resolve(Backup.STORE);
    }

    /// Looks at all that is in the store; changes nothing.
    public StoreReport check() {
        return StoreCheck.of(store());
    }

    /// Makes a new store of all that can be read, in a folder that is made, or is there and empty,
    /// with a list of what cannot.
    public SalvageReport salvage(Path to) {
        Backup.prepare(to);
        SalvageReport report = StoreSalvage.salvage(store(), to.resolve(Backup.STORE));
        try {
            // The folder may be one that others can enter, and the list names clients.
            Path list = Files.createFile(to.resolve(SALVAGE_LIST), OwnerOnly.file(to));
            Files.write(list, report.lines().stream().map(Visible::text).toList());
        } catch (IOException e) {
            throw new StoreException(
                    "the store is salvaged in '%s', but the list cannot be written: %s"
                            .formatted(to, e.getMessage()),
                    e);
        }
        return report;
    }

    /// Brings back a backup; a store that is there is moved aside if `force`.
    public Backup.Restored restore(Path backup, boolean force) {
        return Backup.restore(backup, dataFolder.folder(), force);
    }

    /// Copies the store of `dataFolder` into a folder that is made, or is there and empty: by the
    /// broker that runs on it, or here if none does. Answers what was done.
    public static String backup(Path dataFolder, Path to) {
        requireFolder(dataFolder);
        DataFolder free = DataFolder.openIfFree(dataFolder);
        if (free == null) {
            return ControlClient.ask(
                    dataFolder, ControlSocket.BACKUP + to.toAbsolutePath().normalize());
        }
        try (free) {
            Backup.make(dataFolder.resolve(Backup.STORE), to);
            return "a copy of the store is in '" + to + "'";
        }
    }

    /// Lets a broker have the folder.
    @Override
    public void close() {
        dataFolder.close();
    }
}
