package org.vencejo.cli;

import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The one executable: picks the subcommand, and its exit code is the process's.
@Command(
        name = "vencejo",
        description = "MQTT broker and clients for 3.1, 3.1.1 and 5.0",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
public final class Vencejo implements Runnable {
    /// When the program began, as near as it can tell.
    static final long STARTED_NANOS = System.nanoTime();

    /// EX_USAGE and EX_SOFTWARE of sysexits.
    static final int WRONG_USE = 64;

    static final int OUR_FAULT = 70;

    /// In the order of the help. Only the one that was asked for is made: reading the annotations
    /// of all takes longer than a broker's start has.
    private static final SequencedMap<String, Supplier<Object>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("broker", BrokerCommand::new);
        COMMANDS.put("check-config", CheckConfig::new);
        COMMANDS.put("pub", PubCommand::new);
        COMMANDS.put("sub", SubCommand::new);
        COMMANDS.put("version", Version::new);
    }

    @Spec private CommandSpec spec = CommandSpec.create();

    private Vencejo() {}

    public static void main(String[] arguments) {
        int exitCode = run(arguments);
        Log.STANDARD_ERROR.flush(TimeUnit.SECONDS.toNanos(1));
        System.exit(exitCode);
    }

    /// Runs the command that `arguments` name; the answer is its exit code.
    static int run(String... arguments) {
        CommandLine vencejo = new CommandLine(new Vencejo());
        Supplier<Object> asked = arguments.length == 0 ? null : COMMANDS.get(arguments[0]);
        if (asked != null) {
            vencejo.addSubcommand(asked.get());
        } else {
            COMMANDS.values().forEach(command -> vencejo.addSubcommand(command.get()));
        }
        vencejo.getCommandSpec()
                .exitCodeOnInvalidInput(WRONG_USE)
                .exitCodeOnExecutionException(OUR_FAULT);
        vencejo.getSubcommands()
                .values()
                .forEach(command ->
                        command.getCommandSpec()
                                .exitCodeOnInvalidInput(WRONG_USE)
                                .exitCodeOnExecutionException(OUR_FAULT));
        return vencejo.execute(arguments);
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
