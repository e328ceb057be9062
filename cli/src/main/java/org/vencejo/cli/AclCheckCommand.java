package org.vencejo.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.Acquaintances;
import org.vencejo.broker.StartException;
import org.vencejo.broker.Visible;
import org.vencejo.broker.access.RuleMistake;
import org.vencejo.broker.access.RulesComparison;
import org.vencejo.broker.access.RulesComparison.Known;
import org.vencejo.broker.access.RulesComparison.Outcome;
import org.vencejo.broker.access.RulesFile;
import org.vencejo.broker.config.ConfigurationException;
import org.vencejo.core.AccessRules;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.TopicName;
import org.vencejo.storage.StoreException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `vencejo acl check`: what a change of access rules would newly allow or deny. Confined to the
/// thread of the command.
@Command(
        name = "check",
        description = {
            "List what a file of access rules allows or denies otherwise than another.",
            "",
            "Asked about are the clients and topics that the rules tell apart, those that are given, and with"
                    + " --config or --data-folder those that the broker knows that runs there.",
            ""
        },
        footer = {
            "",
            "Each line: who, what, topic: the decision before -> the decision after, with the rules' places.",
            "",
            "Exit codes: 0 no difference, 1 differences, 2 cannot ask the broker, 3 no difference, but there are"
                    + " too many clients and topics to ask about all of them, 64 wrong use, 78 mistakes in a"
                    + " file."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class AclCheckCommand implements Callable<Integer> {
    private static final int DIFFERENCES = 1;
    private static final int NOTHING = 2;
    private static final int NOT_ALL = 3;

    @Parameters(index = "0", paramLabel = "FILE", description = "The rules as they are to be.")
    private Path file = Path.of("");

    @Option(
            names = "--against",
            required = true,
            paramLabel = "FILE2",
            description = "The rules as they are.")
    private Path against = Path.of("");

    @Option(
            names = "--users",
            split = ",",
            paramLabel = "NAME",
            description = "User names to ask about, with commas between them.")
    private List<String> users = List.of();

    @Option(
            names = "--clients",
            split = ",",
            paramLabel = "ID",
            description = "Client Identifiers to ask about.")
    private List<String> clients = List.of();

    @Option(
            names = "--topics",
            split = ",",
            paramLabel = "TOPIC",
            description = "Topic Names, and Topic Filters to subscribe to, to ask about.")
    private List<String> topics = List.of();

    @Option(
            names = "--most",
            paramLabel = "N",
            description = "Print so many lines at most. Default: 1000.")
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
        for (String topic : topics) {
            if (!TopicFilter.of(topic).isValid()) {
                throw new ParameterException(
                        spec.commandLine(),
                        "'" + topic + "' is no Topic Filter: " + TopicFilter.of(topic).fault());
            }
        }
        List<String> mistakes = new ArrayList<>();
        AccessRules before = rules(against, mistakes);
        AccessRules after = rules(file, mistakes);
        if (before == null || after == null || !mistakes.isEmpty()) {
            mistakes.forEach(mistake -> System.err.println(Visible.text(mistake)));
            return ConfigurationOptions.WRONG_CONFIGURATION;
        }
        Acquaintances broker = null;
        if (options.isGiven()) {
            try {
                broker = Acquaintances.ofBrokerOn(options.dataFolder());
            } catch (ConfigurationException e) {
                return ConfigurationOptions.tell(e);
            } catch (StartException | StoreException e) {
                System.err.println("vencejo: " + Visible.text(String.valueOf(e.getMessage())));
                return NOTHING;
            }
        }
        return tell(RulesComparison.of(before, after, known(broker)), broker);
    }

    private Known known(@Nullable Acquaintances broker) {
        List<String> all = new ArrayList<>(topics);
        if (broker != null) {
            broker.topics().stream().map(TopicName::toString).forEach(all::add);
        }
        return new Known(broker == null ? List.of() : broker.clients(), users, clients, all);
    }

    private int tell(Outcome outcome, @Nullable Acquaintances broker) {
        int count = outcome.differences().size();
        outcome.differences().stream()
                .limit(most)
                .forEach(difference -> System.out.println(Visible.text(difference.toString())));
        if (count > most) {
            System.err.printf(
                    "vencejo: %d more lines were left out; --most=%d prints all%n",
                    count - most, count);
        }
        boolean all = outcome.complete() && (broker == null || broker.complete());
        if (!all) {
            System.err.println(
                    "vencejo: there are too many clients and topics to ask about all of them");
        }
        if (count == 0) {
            System.err.println("vencejo: no difference was found");
            return all ? 0 : NOT_ALL;
        }
        return DIFFERENCES;
    }

    private static @Nullable AccessRules rules(Path file, List<String> mistakes) {
        try {
            List<RuleMistake> wrong = new ArrayList<>();
            AccessRules rules = RulesFile.read(file.toString(), Files.readString(file), wrong);
            wrong.forEach(mistake -> mistakes.add(file + ":" + mistake));
            return rules;
        } catch (IOException e) {
            mistakes.add(FileTrouble.sentence(file, e));
            return null;
        }
    }
}
