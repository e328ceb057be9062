package org.vencejo.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.vencejo.broker.Bans;
import org.vencejo.broker.Visible;
import org.vencejo.broker.passwords.Guessers.Banned;
import org.vencejo.broker.passwords.Guessers.Kind;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `vencejo bans`: whom the running broker has banned, and the end of that. Confined to the thread
/// of the command.
@Command(
        name = "bans",
        description = {
            "List the addresses and user names that the running broker has banned, as too many attempts failed.",
            "",
            "User names are banned only with limits.authentication-ban-users.",
            ""
        },
        footer = {
            "",
            "Each line: address or user, which one, and how long its ban still lasts.",
            "",
            "Examples:",
            "  vencejo bans --config vencejo.yaml",
            "  vencejo bans lift 192.0.2.66 --config vencejo.yaml",
            "",
            "Exit codes: 0 told, 2 cannot ask the broker, 64 wrong use, 78 mistakes in the configuration."
        },
        subcommands = BansCommand.Lift.class,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class BansCommand implements Callable<Integer> {
    private static final int NOT_BANNED = 1;
    private static final int NOTHING = 2;

    @Mixin private final DataFolderOptions options = new DataFolderOptions();

    @Override
    public Integer call() {
        return options.run(NOTHING, BansCommand::list);
    }

    private static int list(Path dataFolder) {
        Bans bans = Bans.ofBrokerOn(dataFolder);
        bans.banned().forEach(banned -> System.out.println(line(banned)));
        if (bans.banned().isEmpty()) {
            System.err.println("vencejo: nobody is banned");
        }
        if (!bans.complete()) {
            System.err.println("vencejo: there are too many to list all of them");
        }
        return 0;
    }

    // A ban that has begun to end still lasts a second.
    private static String line(Banned banned) {
        long seconds = TimeUnit.NANOSECONDS.toSeconds(banned.leftNanos()) + 1;
        String kind = banned.kind() == Kind.ADDRESS ? "address" : "user";
        return "%s %s for %d s".formatted(kind, Visible.text(banned.name()), seconds);
    }

    /// `vencejo bans lift`.
    @Command(
            name = "lift",
            description = {
                "End bans, and forgive the failed attempts of those who were banned.",
                "",
                "Of an IPv6 address all that begin with the same 64 bits are banned, and heard again.",
                ""
            },
            footer = {
                "",
                "Examples:",
                "  vencejo bans lift 192.0.2.66 2001:db8:1:2::7 --config vencejo.yaml",
                "  vencejo bans lift --user alice --data-folder /var/lib/vencejo",
                "",
                "Exit codes: 0 all were lifted, 1 some were not banned, 2 cannot ask the broker, 64 wrong use, 78"
                        + " mistakes in the configuration."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    static final class Lift implements Callable<Integer> {
        @Parameters(arity = "0..*", paramLabel = "ADDRESS", description = "An IP address.")
        private List<String> addresses = new ArrayList<>();

        @Option(
                names = "--user",
                paramLabel = "NAME",
                description = "A user name; as often as needed.")
        private List<String> users = new ArrayList<>();

        @Mixin private final DataFolderOptions options = new DataFolderOptions();

        @ParentCommand private BansCommand bans = new BansCommand();

        @Spec private CommandSpec spec = CommandSpec.create();

        @Override
        public Integer call() {
            for (String address : addresses) {
                if (Bans.address(address) == null) {
                    throw new ParameterException(
                            spec.commandLine(),
                            "expected an IP address, given was '"
                                    + address
                                    + "'; a user name stands behind --user");
                }
            }
            if (addresses.isEmpty() && users.isEmpty()) {
                throw new ParameterException(
                        spec.commandLine(), "an ADDRESS is missing, or --user with a name");
            }
            return (options.isGiven() ? options : bans.options).run(NOTHING, this::lift);
        }

        private int lift(Path dataFolder) {
            boolean all = true;
            for (String address : addresses) {
                all &= lift(dataFolder, Kind.ADDRESS, address, address);
            }
            for (String user : users) {
                all &= lift(dataFolder, Kind.USER, user, "user " + Visible.text(user));
            }
            return all ? 0 : NOT_BANNED;
        }

        private static boolean lift(Path dataFolder, Kind kind, String name, String words) {
            boolean lifted = Bans.lift(dataFolder, kind, name);
            if (lifted) {
                System.out.println(words + " is banned no more");
            } else {
                System.err.println("vencejo: " + words + " is not banned");
            }
            return lifted;
        }
    }
}
