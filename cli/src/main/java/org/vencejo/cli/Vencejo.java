package org.vencejo.cli;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/// The one executable: picks the subcommand, and its exit code is the process's.
@Command(
        name = "vencejo",
        description = "MQTT broker and clients for 3.1, 3.1.1 and 5.0",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        subcommands = Version.class)
public final class Vencejo {
    private Vencejo() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new Vencejo()).execute(arguments));
    }
}
