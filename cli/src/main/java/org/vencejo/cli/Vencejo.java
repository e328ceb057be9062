package org.vencejo.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.vencejo.broker.Visible;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.UnmatchedArgumentException;

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
        COMMANDS.put("acl", AclCommand::new);
        COMMANDS.put("bans", BansCommand::new);
        COMMANDS.put("broker", BrokerCommand::new);
        COMMANDS.put("check-config", CheckConfig::new);
        COMMANDS.put("conformance", ConformanceCommand::new);
        COMMANDS.put("import", ImportCommand::new);
        COMMANDS.put("passwd", PasswdCommand::new);
        COMMANDS.put("pub", PubCommand::new);
        COMMANDS.put("sessions", SessionsCommand::new);
        COMMANDS.put("store", StoreCommand::new);
        COMMANDS.put("sub", SubCommand::new);
        // No reference to a constructor of a class that the JDK leaves out of its ahead-of-time
        // cache, as it does this one for picocli's old interface: the JDK ends in a guarantee then.
        COMMANDS.put("version", () -> new Version());
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
        return run(vencejo, arguments);
    }

    /// Runs `command` with these exit codes and words for what is wrong.
    static int run(CommandLine command, String... arguments) {
        withExitCodes(command);
        command.setExpandAtFiles(false); // a Topic Name or a Client Identifier may begin so
        return command.setParameterExceptionHandler(Vencejo::misused).execute(arguments);
    }

    private static void withExitCodes(CommandLine command) {
        command.getCommandSpec()
                .exitCodeOnInvalidInput(WRONG_USE)
                .exitCodeOnExecutionException(OUR_FAULT);
        command.getSubcommands().values().forEach(Vencejo::withExitCodes);
    }

    // One line for what is wrong, as the screenful of all flags would push it away.
    private static int misused(ParameterException wrong, String[] arguments) {
        CommandLine command = wrong.getCommandLine();
        String name = command.getCommandSpec().qualifiedName();
        PrintWriter err = command.getErr();
        // picocli begins some of its sentences so
        String why = String.valueOf(wrong.getMessage()).replaceFirst("^Error: ", "");
        err.println(name + ": " + Visible.text(why));
        if (arguments.length == 0) {
            command.usage(err);
        } else {
            UnmatchedArgumentException.printSuggestions(wrong, err);
            err.println(name + " --help shows how it is used");
        }
        return WRONG_USE;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }
}
