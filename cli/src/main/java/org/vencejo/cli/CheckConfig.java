package org.vencejo.cli;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.vencejo.broker.Broker;
import org.vencejo.broker.config.Configuration;
import org.vencejo.broker.config.ConfigurationException;
import org.vencejo.broker.config.Machine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `vencejo check-config`: tells all mistakes of a configuration and starts nothing.
@Command(
        name = "check-config",
        description = {"Check a configuration and tell all its mistakes; start nothing.", ""},
        footer = {"", "Exit codes: 0 good, 64 wrong use, 78 mistakes in the configuration."},
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class CheckConfig implements Callable<Integer> {
    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description =
                    "The YAML file, as with --config; without it, the environment and flags alone.")
    private @Nullable Path parameter;

    @Option(names = "--print", description = "Print every key with the value that is in effect.")
    private boolean printed;

    @Spec private CommandSpec spec = CommandSpec.create();

    @Mixin private final ConfigurationOptions options = new ConfigurationOptions();

    @Override
    public Integer call() {
        if (parameter != null && options.file != null) {
            throw new ParameterException(spec.commandLine(), "the file is given twice");
        }
        if (parameter != null) {
            options.file = parameter;
        }
        Path file = options.file;
        Configuration configuration;
        try {
            configuration = Configuration.read(options.request(), Machine.here());
            Broker.check(configuration);
        } catch (ConfigurationException e) {
            return ConfigurationOptions.tell(e);
        }
        configuration
                .broker()
                .warnings()
                .forEach(warning -> System.err.println("warning: " + warning));
        if (printed) {
            configuration.texts().forEach((key, value) -> System.out.println(key + ": " + value));
        } else {
            System.out.println((file == null ? "the configuration" : file) + " has no mistakes");
        }
        return 0;
    }
}
