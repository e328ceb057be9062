package org.vencejo.cli;

import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.Broker;
import org.vencejo.broker.Visible;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.ConfigurationException;
import org.vencejo.broker.config.Machine;
import org.vencejo.cli.mosquitto.MosquittoImport;
import org.vencejo.cli.mosquitto.MosquittoImport.Imported;
import org.vencejo.cli.mosquitto.Note;
import org.vencejo.storage.OwnerOnly;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `vencejo import`: a configuration of ours from Mosquitto's. Confined to the thread of the
/// command.
@Command(
        name = "import",
        description = {
            "Write a configuration from a mosquitto.conf, and name each line that is not carried over.",
            "",
            "Password and ACL files stay in use as they are. What is written to a file is checked as by"
                    + " check-config; a listener that would let in more than before is left out.",
            ""
        },
        footer = {
            "",
            "Exit codes: 0 written, 1 written, not all is carried over, and --strict was given, 2 nothing was"
                    + " written, 64 wrong use, 78 written, and has mistakes."
        },
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class ImportCommand implements Callable<Integer> {
    private static final int NOT_ALL = 1;
    private static final int NOTHING = 2;

    @Parameters(index = "0", paramLabel = "FILE", description = "The mosquitto.conf.")
    private Path from = Path.of("");

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FILE",
            description = "Write to this file instead of standard output.")
    private @Nullable Path to;

    @Option(names = "--force", description = "Replace what is in that file.")
    private boolean force;

    @Option(names = "--strict", description = "End with 1 if not all is carried over as it was.")
    private boolean strict;

    @Option(
            names = "--mosquitto",
            paramLabel = "1|2",
            description =
                    "Whose defaults hold: 1 for those before 2.0, when everybody came in unless something was said. Default: 2.")
    private int version = 2;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Override
    public Integer call() {
        if (version != 1 && version != 2) {
            throw new ParameterException(
                    spec.commandLine(), "--mosquitto is 1 or 2, given was " + version);
        }
        Path rules = to == null ? null : rulesBeside(to);
        Imported imported;
        try {
            imported = MosquittoImport.read(new MosquittoImport.Request(from, rules, version == 1));
        } catch (IOException e) {
            return failed(FileTrouble.sentence(from, e));
        }
        int written = to == null ? print(imported) : write(imported, to);
        if (written != 0) {
            return written;
        }
        imported.notes().forEach(System.err::println);
        if (to != null) {
            int checked = check(to, imported);
            if (checked != 0) {
                return checked;
            }
        }
        return strict && imported.notes().stream().anyMatch(Note::isLoss) ? NOT_ALL : 0;
    }

    private static int print(Imported imported) {
        System.out.print(imported.yaml());
        return 0;
    }

    private int write(Imported imported, Path file) {
        Map<Path, String> files = new LinkedHashMap<>();
        files.put(file, imported.yaml());
        String rules = imported.rules();
        if (rules != null) {
            files.put(rulesBeside(file), rules);
        }
        for (Path each : files.keySet()) {
            if (!force && Files.exists(each, LinkOption.NOFOLLOW_LINKS)) {
                return failed(isThere(each));
            }
        }
        for (var each : files.entrySet()) {
            try {
                write(each.getKey(), each.getValue());
            } catch (FileAlreadyExistsException e) {
                return failed(isThere(each.getKey()));
            } catch (IOException e) {
                return failed(FileTrouble.sentence(each.getKey(), e));
            }
        }
        return 0;
    }

    // A new file is for its owner alone, as it tells how the broker is guarded, and what of the old
    // one was not understood. Without --force nothing is written through a link.
    private void write(Path file, String text) throws IOException {
        Set<StandardOpenOption> options =
                force
                        ? Set.of(
                                StandardOpenOption.WRITE,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING)
                        : Set.of(StandardOpenOption.WRITE, StandardOpenOption.CREATE_NEW);
        try (var to = FileChannel.open(file, options, OwnerOnly.file(file));
                var out = Channels.newOutputStream(to)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
    }

    private static String isThere(Path file) {
        return file + ": is there already; allowed: another file, or --force";
    }

    private int check(Path file, Imported imported) {
        long losses = imported.notes().stream().filter(Note::isLoss).count();
        System.out.println(
                file
                        + " is written; "
                        + (losses == 0
                                ? "all is carried over"
                                : "what is not carried over, or differs, stands at its end"));
        Configuration.Request request = new Configuration.Request(file, Map.of(), List.of(), null);
        try {
            Configuration configuration = Configuration.read(request, Machine.here());
            Broker.check(configuration);
            configuration
                    .broker()
                    .warnings()
                    .forEach(warning -> System.err.println("warning: " + warning));
            return 0;
        } catch (ConfigurationException e) {
            return ConfigurationOptions.tell(e);
        }
    }

    // Absolute, as the broker may be started in another folder.
    private static Path rulesBeside(Path file) {
        String name = String.valueOf(file.getFileName()).replaceFirst("\\.ya?ml$", "");
        return file.toAbsolutePath().normalize().resolveSibling(name + "-rules.yaml");
    }

    private static int failed(String why) {
        System.err.println("vencejo import: " + Visible.text(why));
        return NOTHING;
    }
}
