package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a server says is shown by `pub` and `sub`, and not obeyed by the terminal.
@Timeout(60)
class ServersWordsTest {
    /// CONNACK with Not authorized and a Reason String: `no`, what clears the screen, a line feed
    /// and `ok`.
    private static final String REFUSES = "20 0F 00 87 0C 1F 0009 6E6F 1B5B324A 0A 6F6B";

    @RegisterExtension final Console console = new Console();

    @ParameterizedTest
    @ValueSource(strings = {"pub", "sub", "sub -d"})
    void aReasonStringIsShownAndNotObeyed(String command) throws IOException {
        try (StubServer server = StubServer.start("", REFUSES)) {
            List<String> words =
                    List.of(
                            (command
                                            + " -h 127.0.0.1 -t a -p "
                                            + server.port()
                                            + (command.equals("pub") ? " -m x" : ""))
                                    .split(" "));
            assertThat(console.run(words.toArray(String[]::new))).isEqualTo(1);
        }
        assertThat(console.err())
                .contains("(0x87), no\\u001B[2J\\u000Aok")
                .doesNotContain("\u001B", "\nok");
    }
}
