package org.vencejo.cli;

import java.util.ArrayList;
import java.util.List;
import org.vencejo.broker.config.ConfigurationException;
import picocli.CommandLine.Option;

/// The options with which values are given to keys of the configuration.
final class ConfigurationOptions {
    /// EX_CONFIG of sysexits.
    static final int WRONG_CONFIGURATION = 78;

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "Give a key of the configuration a value, before file and environment. Repeatable.")
    List<String> assignments = new ArrayList<>();

    /// Tells all mistakes on standard error; the answer is the exit code.
    static int tell(ConfigurationException wrong) {
        wrong.mistakes().forEach(System.err::println);
        int count = wrong.mistakes().size();
        System.err.println(
                "vencejo: %d %s in the configuration"
                        .formatted(count, count == 1 ? "mistake" : "mistakes"));
        return WRONG_CONFIGURATION;
    }
}
