package org.vencejo.cli;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.StartException;
import org.vencejo.broker.Visible;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.ConfigurationException;
import org.vencejo.broker.config.Machine;
import org.vencejo.storage.StoreException;
import picocli.CommandLine.Option;

/// The options that say which data folder is meant: by its name, or by the configuration of the
/// broker that uses it.
final class DataFolderOptions {
    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Take data-folder from this YAML file, as the broker does.")
    private @Nullable Path file;

    @Option(
            names = "--data-folder",
            paramLabel = "DIR",
            description =
                    "The data folder; then no configuration is read. Without both: VENCEJO_DATA_FOLDER, else data.")
    private @Nullable Path folder;

    /// Whether any was given.
    boolean isGiven() {
        return file != null || folder != null;
    }

    /// What a command does with a data folder, or asks of the broker on it; the answer is the exit
    /// code.
    interface Action {
        int on(Path dataFolder);
    }

    /// Does that, and says what went wrong; the answer is the exit code, `failed` if it could not
    /// be done.
    int run(int failed, Action action) {
        try {
            return action.on(dataFolder());
        } catch (ConfigurationException e) {
            return ConfigurationOptions.tell(e);
        } catch (StartException | StoreException e) {
            System.err.println("vencejo: " + Visible.text(String.valueOf(e.getMessage())));
            return failed;
        }
    }

    /// The data folder, or a [ConfigurationException].
    Path dataFolder() {
        if (folder != null) {
            return folder;
        }
        return Configuration.read(
                        new Configuration.Request(file, System.getenv(), List.of(), null),
                        Machine.here())
                .broker()
                .dataFolder();
    }

    /// The same option, for a command that the operator is to type next.
    static String of(Path dataFolder) {
        return "--data-folder " + quoted(dataFolder);
    }

    static String quoted(Path path) {
        String name = path.toString();
        return name.matches("[\\w./-]+") ? name : "'" + name.replace("'", "'\\''") + "'";
    }
}
