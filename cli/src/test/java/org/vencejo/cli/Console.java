package org.vencejo.cli;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import picocli.CommandLine;

/// Runs commands in this process and keeps what they say, until the next one.
///
/// Standard output and standard error are given back when the test is over.
final class Console implements AfterEachCallback {
    private final PrintStream standardOut = System.out;
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    /// Runs `vencejo` with these arguments; answers its exit code.
    int run(String... arguments) {
        listen();
        return Vencejo.run(arguments);
    }

    /// Runs one command of it.
    int runCommand(Object command, String... arguments) {
        listen(); // first: a command line keeps the streams that it finds
        return Vencejo.run(new CommandLine(command), arguments);
    }

    String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    private void listen() {
        out.reset();
        err.reset();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
    }

    @Override
    public void afterEach(ExtensionContext context) {
        System.setOut(standardOut);
        System.setErr(standardError);
    }
}
