package org.vencejo.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/// `vencejo version`: which Vencejo this is and which Java runs it.
@Command(
        name = "version",
        description = "Print the version and the Java that runs it",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class)
final class Version implements Callable<Integer>, IVersionProvider {
    @Override
    public Integer call() {
        System.out.println(line());
        return 0;
    }

    @Override
    public String[] getVersion() {
        return new String[] {line()};
    }

    static String line() {
        return "vencejo " + number() + " (Java " + Runtime.version() + ")";
    }

    /// The version that the build wrote into the jar.
    static String number() {
        var properties = new Properties();
        try (var stream = Version.class.getResourceAsStream("version.properties")) {
            if (stream == null) {
                throw new IllegalStateException("version.properties is missing beside Version");
            }
            properties.load(stream);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "unknown");
    }
}
