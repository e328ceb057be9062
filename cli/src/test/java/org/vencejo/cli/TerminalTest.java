package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Where standard output leads to, with `script` for a terminal and without it for a pipe.
@Timeout(60)
class TerminalTest {
    /// Says on standard error what it found.
    static final class Asked {
        public static void main(String[] none) {
            System.err.println("terminal: " + Terminal.isStandardOutput());
        }
    }

    @Test
    void aPipeIsNone() throws IOException {
        assertThat(said(List.of("sh", "-c", asked() + " 2>&1 >/dev/null | cat")))
                .contains("terminal: false");
    }

    /// Standard input may be something else.
    @Test
    void aTerminalIsFoundWhateverStandardInputIs() throws IOException {
        assumeFalse(
                said(List.of("sh", "-c", "command -v script")).isEmpty(),
                "terminals: script not installed");
        for (String input : List.of("", " </dev/null")) {
            assertThat(said(List.of("script", "-qec", asked() + input, "/dev/null")))
                    .contains("terminal: true");
            assertThat(said(List.of("script", "-qec", asked() + input + " | cat", "/dev/null")))
                    .contains("terminal: false");
        }
    }

    private static String asked() {
        return "'%s' -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -cp '%s' '%s'"
                .formatted(
                        ProcessHandle.current().info().command().orElseThrow(),
                        System.getProperty("java.class.path"),
                        Asked.class.getName());
    }

    private static String said(List<String> command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        process.getOutputStream().close();
        return process.inputReader().readAllAsString();
    }
}
