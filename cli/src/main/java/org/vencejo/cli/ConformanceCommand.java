package org.vencejo.cli;

import java.io.Console;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.Visible;
import org.vencejo.conformance.Ability;
import org.vencejo.conformance.Catalogue;
import org.vencejo.conformance.Credentials;
import org.vencejo.conformance.Examination;
import org.vencejo.conformance.Outcome;
import org.vencejo.conformance.RemotePlace;
import org.vencejo.conformance.Report;
import org.vencejo.conformance.ReportJson;
import org.vencejo.conformance.ReportText;
import org.vencejo.conformance.Suite;
import org.vencejo.conformance.Trial;
import org.vencejo.protocol.ProtocolVersion;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `vencejo conformance`: plays the conformance suite at a server and reports what it found.
/// Confined to its thread.
///
/// Exit code 0 when no statement was broken, 1 when one was or not all was played, 69 when nothing
/// could be played.
@Command(
        name = "conformance",
        description = {
            "Play the scenarios of the conformance suite at any MQTT server, and report which",
            "statements of the standards it breaks.",
            "",
            "Scenarios use random names of their own. What they leave behind under these, retained",
            "messages and sessions, is removed as far as the server lets us.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 nothing broken, 1 a statement broken or the run cut short,",
            "64 wrong use, 69 nobody there, or nobody who lets us in."
        },
        sortOptions = false)
final class ConformanceCommand implements Callable<Integer> {
    static final int UNAVAILABLE = 69;

    private static final long WAIT_SECONDS_MAX = 3_600;
    private static final int PORT_MAX = 65_535;
    private static final String STANDARD_OUTPUT = "-";

    @Option(
            names = {"-h", "--host"},
            paramLabel = "NAME",
            defaultValue = "localhost",
            description = "The server (localhost).")
    private String host = "localhost";

    @Option(
            names = {"-p", "--port"},
            paramLabel = "N",
            defaultValue = "1883",
            description = "Its port (1883).")
    private int port;

    @Option(
            names = {"-V", "--protocol-version", "--version"},
            paramLabel = "V",
            converter = VersionFlag.class,
            description = "31, 311 or 5; may be repeated (all three).")
    private List<ProtocolVersion> versions = new ArrayList<>();

    @Option(
            names = "--only",
            paramLabel = "ID",
            description = {
                "Play only what proves this statement, as MQTT-3.3.4-1, or what has this",
                "in its name; may be repeated."
            })
    private List<String> only = new ArrayList<>();

    @Option(
            names = {"-u", "--username"},
            paramLabel = "NAME",
            description = "The user name that every CONNECT gives.")
    private @Nullable String userName;

    @Mixin private PasswordFlags password = new PasswordFlags();

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            defaultValue = "5",
            description = "Wait so long at most for each packet that is expected (5).")
    private long waitSeconds;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Write the report to this file as JSON; with - in place of the text.")
    private @Nullable String json;

    @Option(
            names = "--list",
            description = "List the scenarios with what they prove; ask no server.")
    private boolean list;

    @Option(
            names = {"-v", "--verbose"},
            description = "Name each scenario on standard error as it is played.")
    private boolean verbose;

    @SuppressWarnings("unused") // that it is there makes the help
    @Option(names = "--help", usageHelp = true, description = "Print this and exit.")
    private boolean help;

    @Spec private @Nullable CommandSpec spec;

    private final BiConsumer<String, Runnable> signals;
    private final AtomicBoolean toldToStop = new AtomicBoolean();

    ConformanceCommand() {
        this(Signals::on);
    }

    /// `signals` has an action run when a signal of that name comes.
    ConformanceCommand(BiConsumer<String, Runnable> signals) {
        this.signals = signals;
    }

    @Override
    public Integer call() {
        if (waitSeconds < 1 || waitSeconds > WAIT_SECONDS_MAX) {
            throw misuse("--wait is 1 to " + WAIT_SECONDS_MAX + ", given was " + waitSeconds);
        }
        if (port < 1 || port > PORT_MAX) {
            throw misuse("-p is 1 to " + PORT_MAX + ", given was " + port);
        }
        Set<ProtocolVersion> wanted =
                versions.isEmpty()
                        ? EnumSet.allOf(ProtocolVersion.class)
                        : EnumSet.copyOf(versions);
        List<Trial> trials =
                Suite.read().trials().stream()
                        .filter(trial -> wanted.contains(trial.version()))
                        .filter(this::isAskedFor)
                        .toList();
        if (trials.isEmpty()) {
            throw misuse("no scenario is about " + String.join(" or ", only));
        }
        if (list) {
            trials.forEach(trial -> System.out.println(listed(trial)));
            return 0;
        }
        return examine(trials, List.copyOf(wanted));
    }

    private boolean isAskedFor(Trial trial) {
        return only.isEmpty() || only.stream().anyMatch(one -> Suite.only(one).test(trial));
    }

    private static String listed(Trial trial) {
        String needs =
                trial.needs().stream().map(Ability::toString).collect(Collectors.joining(" and "));
        return trial
                + "  "
                + String.join(" ", trial.ids())
                + (needs.isEmpty() ? "" : "  (not played: needs " + needs + ")");
    }

    private int examine(List<Trial> trials, List<ProtocolVersion> wanted) {
        InetSocketAddress server = new InetSocketAddress(host, port);
        if (server.isUnresolved()) {
            return unavailable("nobody knows the host " + host);
        }
        RemotePlace place = new RemotePlace(server, Duration.ofSeconds(waitSeconds), credentials());
        Catalogue catalogue = Catalogue.read();
        Examination examination = new Examination(place, catalogue, wanted);
        Optional<String> refusal = examination.refusal();
        if (refusal.isPresent()) {
            return unavailable("the server at " + host + " port " + port + ": " + refusal.get());
        }
        signals.accept("INT", this::stop);
        signals.accept("TERM", this::stop);
        Progress progress = new Progress(trials.size());
        Report report = examination.play(trials, toldToStop::get, progress::tell);
        progress.clear();
        return tell(report, catalogue);
    }

    private Optional<Credentials> credentials() {
        byte[] secret = secret();
        if (userName == null) {
            if (secret != null) {
                throw misuse("a password needs a user name: -u NAME");
            }
            return Optional.empty();
        }
        return Optional.of(new Credentials(userName.getBytes(StandardCharsets.UTF_8), secret));
    }

    private byte @Nullable [] secret() {
        try {
            return password.password();
        } catch (IllegalArgumentException wrong) {
            throw misuse(String.valueOf(wrong.getMessage()));
        }
    }

    // The scenario under way comes to its end, and what there is by then is reported; when told
    // again, the process ends at once.
    private void stop() {
        if (toldToStop.getAndSet(true)) {
            Runtime.getRuntime().halt(1);
        }
    }

    // ---- what is told ----

    private int tell(Report report, Catalogue catalogue) {
        if (!STANDARD_OUTPUT.equals(json)) {
            String again = "vencejo conformance -h %s -p %d".formatted(host, port);
            // A server says what it likes.
            ReportText.lines(report, catalogue, again)
                    .forEach(line -> System.out.println(Visible.text(line)));
        }
        if (json != null) {
            String text = ReportJson.text(report, catalogue, Version.number());
            if (json.equals(STANDARD_OUTPUT)) {
                System.out.print(text);
            } else {
                try {
                    Files.writeString(Path.of(json), text);
                } catch (IOException trouble) {
                    System.err.println(
                            name() + ": cannot write " + json + ": " + trouble.getMessage());
                    return Vencejo.OUR_FAULT;
                }
            }
        }
        return report.isGood() ? 0 : 1;
    }

    /// What is shown on standard error while scenarios are played: each by name if asked for, else
    /// how far it is, if somebody looks. Confined to the thread of the command.
    private final class Progress {
        private static final String TO_THE_START = "\r\u001b[K";

        private final int all;
        private final boolean isWatched;
        private int played;

        Progress(int all) {
            this.all = all;
            this.isWatched = !verbose && isTerminal();
        }

        @SuppressWarnings("SystemConsoleNull") // since JDK 25 it may be null again
        private static boolean isTerminal() {
            Console console = System.console();
            return console != null && console.isTerminal();
        }

        void tell(Outcome outcome) {
            played++;
            if (verbose) {
                System.err.println(outcome.word() + "  " + outcome.trial());
            } else if (isWatched) {
                System.err.print(
                        TO_THE_START
                                + "%d of %d, %s"
                                        .formatted(
                                                played, all, outcome.trial().scenario().chapter()));
            }
        }

        void clear() {
            if (isWatched) {
                System.err.print(TO_THE_START);
            }
        }
    }

    private int unavailable(String sentence) {
        System.err.println(name() + ": " + sentence);
        return UNAVAILABLE;
    }

    private ParameterException misuse(String sentence) {
        return new ParameterException(Objects.requireNonNull(spec).commandLine(), sentence);
    }

    private String name() {
        return Objects.requireNonNull(spec).qualifiedName();
    }
}
