package org.vencejo.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.vencejo.broker.StoppedStore;
import org.vencejo.broker.Visible;
import org.vencejo.storage.Backup;
import org.vencejo.storage.SalvageReport;
import org.vencejo.storage.StoreReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `vencejo store`: what an operator does with the store on disk beside running a broker on it.
@Command(
        name = "store",
        description = {"Check, salvage, back up or restore what a broker keeps on disk.", ""},
        subcommands = {
            StoreCommand.Check.class,
            StoreCommand.Salvage.class,
            StoreCommand.MakeBackup.class,
            StoreCommand.Restore.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class StoreCommand implements Runnable {
    private static final int FAILED = 1;
    private static final int NOTHING = 2;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public void run() {
        throw new ParameterException(
                spec.commandLine(), "a command is missing: check, salvage, backup or restore");
    }

    /// `vencejo store check`.
    @Command(
            name = "check",
            description = {
                "Look at all that the store has, and change nothing: whether everything is there that was on disk, can be read and adds up.",
                "",
                "The broker must be stopped.",
                ""
            },
            footer = {
                "",
                "Exit codes: 0 sound, 1 damaged, 2 cannot look, 64 wrong use, 78 mistakes in the configuration."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    static final class Check implements Callable<Integer> {
        @Mixin private final DataFolderOptions options = new DataFolderOptions();

        @Override
        public Integer call() {
            return options.run(
                    NOTHING,
                    dataFolder -> {
                        StoreReport report;
                        try (StoppedStore store = StoppedStore.open(dataFolder)) {
                            report = store.check();
                        }
                        report.lines().forEach(line -> System.out.println(Visible.text(line)));
                        if (report.isSound()) {
                            System.out.println(
                                    "the store in '"
                                            + dataFolder
                                            + "' is sound: all is there and adds up");
                            return 0;
                        }
                        System.out.println(
                                "the store in '%s' is damaged; `vencejo store salvage %s --to NEW_FOLDER` keeps all that can be read"
                                        .formatted(dataFolder, DataFolderOptions.of(dataFolder)));
                        return FAILED;
                    });
        }
    }

    /// `vencejo store salvage`.
    @Command(
            name = "salvage",
            description = {
                "Make a new store of all that can be read of a damaged one, and list what cannot. The damaged one is left as it is.",
                "",
                "The broker must be stopped. The list is also left in DIR/salvage.txt.",
                ""
            },
            footer = {
                "",
                "Exit codes: 0 all was kept, 1 something is lost, 2 nothing was salvaged, 64 wrong use, 78 mistakes in the configuration."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    static final class Salvage implements Callable<Integer> {
        @Mixin private final DataFolderOptions options = new DataFolderOptions();

        @Option(
                names = "--to",
                required = true,
                paramLabel = "DIR",
                description = "Make the new store in this folder, which is new or empty.")
        private Path to = Path.of("");

        @Override
        public Integer call() {
            return options.run(
                    NOTHING,
                    dataFolder -> {
                        SalvageReport report;
                        try (StoppedStore store = StoppedStore.open(dataFolder)) {
                            report = store.salvage(to);
                        }
                        report.lines().forEach(line -> System.out.println(Visible.text(line)));
                        if (report.isNothing()) {
                            System.err.println("vencejo: nothing in the store can be read");
                            return NOTHING;
                        }
                        System.out.println(
                                "to go on with it, and keep the damaged store aside: `vencejo store restore %s --force %s`"
                                        .formatted(
                                                DataFolderOptions.quoted(to),
                                                DataFolderOptions.of(dataFolder)));
                        return report.isComplete() ? 0 : FAILED;
                    });
        }
    }

    /// `vencejo store backup`.
    @Command(
            name = "backup",
            description = {
                "Copy the store, while the broker runs or while it does not. The copy has all that was acknowledged when the command began.",
                "",
                "On the same file system files are linked, not copied: take the folder elsewhere.",
                ""
            },
            footer = {
                "",
                "Exit codes: 0 done, 1 not done, 64 wrong use, 78 mistakes in the configuration."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    static final class MakeBackup implements Callable<Integer> {
        @Mixin private final DataFolderOptions options = new DataFolderOptions();

        @Parameters(paramLabel = "DIR", description = "The folder for it, which is new or empty.")
        private Path to = Path.of("");

        @Override
        public Integer call() {
            return options.run(
                    FAILED,
                    dataFolder -> {
                        System.out.println(StoppedStore.backup(dataFolder, to));
                        return 0;
                    });
        }
    }

    /// `vencejo store restore`.
    @Command(
            name = "restore",
            description = {
                "Put a backup, or what was salvaged, in the place of the store. It is checked before, and copied.",
                "",
                "The broker must be stopped.",
                ""
            },
            footer = {
                "",
                "Exit codes: 0 done, 1 not done, 64 wrong use, 78 mistakes in the configuration."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    static final class Restore implements Callable<Integer> {
        @Mixin private final DataFolderOptions options = new DataFolderOptions();

        @Parameters(
                paramLabel = "DIR",
                description = "The folder that `backup` or `salvage` has made.")
        private Path from = Path.of("");

        @Option(
                names = "--force",
                description = "Move a store that is there aside, into another folder beside it.")
        private boolean forced;

        @Override
        public Integer call() {
            return options.run(
                    FAILED,
                    dataFolder -> {
                        Backup.Restored restored;
                        try (StoppedStore store = StoppedStore.openOrMake(dataFolder)) {
                            restored = store.restore(from, forced);
                        }
                        System.out.println("restored: " + restored.holds().line());
                        if (restored.replaced() != null) {
                            System.out.println(
                                    "the store that was there is now '"
                                            + restored.replaced()
                                            + "'");
                        }
                        return 0;
                    });
        }
    }
}
