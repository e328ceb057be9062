package org.vencejo.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.Visible;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.ConfigurationException;
import picocli.CommandLine.Option;

/// The options with which values are given to keys of the configuration.
final class ConfigurationOptions {
    /// EX_CONFIG of sysexits.
    static final int WRONG_CONFIGURATION = 78;

    @Option(
            names = {"-c", "--config"},
            paramLabel = "FILE",
            description = "Read this YAML file.")
    @Nullable Path file;

    @Option(
            names = {"-p", "--port"},
            paramLabel = "PORT",
            description = "Listen on this port; 0 takes a free one.")
    private @Nullable String port;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Give a key of the configuration a value, before file and environment. Repeatable.")
    private List<String> assignments = new ArrayList<>();

    /// What is to be read: all that was given, and the environment.
    Configuration.Request request() {
        return new Configuration.Request(file, System.getenv(), assignments, port);
    }

    /// Tells all mistakes on standard error; the answer is the exit code.
    static int tell(ConfigurationException wrong) {
        wrong.mistakes().forEach(mistake -> System.err.println(Visible.text(mistake.toString())));
        int count = wrong.mistakes().size();
        System.err.println(
                "vencejo: %d %s in the configuration"
                        .formatted(count, count == 1 ? "mistake" : "mistakes"));
        return WRONG_CONFIGURATION;
    }
}
