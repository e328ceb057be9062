package org.vencejo.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.SessionList;
import org.vencejo.broker.Visible;
import org.vencejo.core.AccessRules.Subject;
import org.vencejo.core.Limits;
import org.vencejo.core.Roster.Entry;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/// `vencejo sessions`: who has a session at the running broker, and the end of that. Confined to
/// the thread of the command.
@Command(
        name = "sessions",
        description = {
            "List the sessions that the running broker has, of clients that are connected and of those that are away.",
            ""
        },
        footer = {
            "",
            "Each line, with a tab between: Client Identifier; user; whether it is connected, from where and at which"
                    + " listener, or away; subscriptions; messages queued; messages in flight; how long it lasts.",
            "",
            "Examples:",
            "  vencejo sessions --config vencejo.yaml",
            "  vencejo sessions --away --user alice --most 10 --config vencejo.yaml",
            "  vencejo sessions end sensor-7 --config vencejo.yaml",
            "",
            "Exit codes: 0 told, 2 cannot ask the broker, 64 wrong use, 78 mistakes in the configuration."
        },
        subcommands = SessionsCommand.End.class,
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class SessionsCommand implements Callable<Integer> {
    private static final int NOT_THERE = 1;
    private static final int NOTHING = 2;

    @Option(
            names = "--prefix",
            paramLabel = "P",
            description = "Those whose Client Identifier begins so.")
    private String prefix = "";

    @Option(names = "--user", paramLabel = "NAME", description = "Those of this user.")
    private @Nullable String user;

    @Option(names = "--connected", description = "Those of clients that are connected.")
    private boolean connected;

    @Option(names = "--away", description = "Those of clients that are not connected.")
    private boolean away;

    @Option(
            names = "--most",
            paramLabel = "N",
            description = "List so many at most; 100000 can be had. Default: 1000.")
    private int most = 1_000;

    @Mixin private final DataFolderOptions options = new DataFolderOptions();

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (most < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "expected a number of lines behind --most, given was " + most);
        }
        if (connected && away) {
            throw new ParameterException(
                    spec.commandLine(), "--connected and --away exclude each other");
        }
        return options.run(NOTHING, this::list);
    }

    private int list(Path dataFolder) {
        Boolean state = connected == away ? null : (Boolean) connected; // null for both
        SessionList sessions =
                SessionList.ofBrokerOn(
                        dataFolder, new SessionList.Which(most, state, prefix, user));
        sessions.entries().forEach(entry -> System.out.println(line(entry)));
        if (!sessions.complete()) {
            System.err.printf(
                    "vencejo: there are more than these %d; %s--prefix, --user, --connected and --away choose%n",
                    sessions.entries().size(),
                    sessions.entries().size() == most ? "--most lists more, " : "");
        } else if (sessions.entries().isEmpty()) {
            System.err.println("vencejo: there is no such session");
        }
        return 0;
    }

    // A tab in a name is written out, so that it begins no column.
    private static String line(Entry entry) {
        Subject subject = entry.subject();
        String userName = subject.identity().userName();
        return String.join(
                "\t",
                Visible.text(subject.clientIdentifier()),
                userName == null ? "no user" : "user " + Visible.text(userName),
                entry.connected()
                        ? "connected from %s at %s"
                                .formatted(
                                        Visible.text(String.valueOf(subject.remoteAddress())),
                                        Visible.text(String.valueOf(subject.listener())))
                        : "away",
                "subscriptions " + entry.subscriptions(),
                "queued " + entry.queued(),
                "in flight " + entry.inFlight(),
                end(entry));
    }

    private static String end(Entry entry) {
        long seconds = entry.expirySeconds();
        if (seconds == Limits.NEVER_SECONDS) {
            return "does not expire";
        }
        if (!entry.connected()) {
            return "expires in " + seconds + " s";
        }
        return seconds == 0
                ? "ends with its connection"
                : "expires " + seconds + " s after its connection";
    }

    /// `vencejo sessions end`.
    @Command(
            name = "end",
            description = {
                "End the sessions of clients: their connections are closed, their Wills published, and their"
                        + " subscriptions and queues are gone.",
                "",
                "Who may connect may make a new one. When this ends, it is on disk.",
                ""
            },
            footer = {
                "",
                "Examples:",
                "  vencejo sessions end sensor-7 sensor-8 --config vencejo.yaml",
                "  vencejo sessions end --config vencejo.yaml -- --help      # what a client is called, behind --",
                "",
                "Exit codes: 0 all have ended, 1 some were not there, 2 cannot ask the broker, 64 wrong use, 78"
                        + " mistakes in the configuration."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    static final class End implements Callable<Integer> {
        @Parameters(
                arity = "1..*",
                paramLabel = "CLIENT",
                description = "A Client Identifier, also as it stands in the list.")
        private List<String> clients = new ArrayList<>();

        @Mixin private final DataFolderOptions options = new DataFolderOptions();

        @ParentCommand private SessionsCommand sessions = new SessionsCommand();

        @Override
        public Integer call() {
            return (options.isGiven() ? options : sessions.options).run(NOTHING, this::end);
        }

        private int end(Path dataFolder) {
            boolean all = true;
            for (String client : clients) {
                all &= end(dataFolder, client);
            }
            return all ? 0 : NOT_THERE;
        }

        // One that is called as another is shown goes first.
        private static boolean end(Path dataFolder, String client) {
            String original = Visible.original(client);
            boolean ended =
                    SessionList.end(dataFolder, client)
                            || (!original.equals(client) && SessionList.end(dataFolder, original));
            if (ended) {
                System.out.println("the session of " + Visible.text(client) + " has ended");
            } else {
                System.err.println("vencejo: " + Visible.text(client) + " has no session");
            }
            return ended;
        }
    }
}
