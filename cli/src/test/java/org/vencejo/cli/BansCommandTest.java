package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.vencejo.broker.passwords.HashKind;

/// `vencejo bans` and `vencejo bans lift`: their lines and exit codes, without a broker and with
/// one.
@Timeout(60)
class BansCommandTest {
    @RegisterExtension final Console console = new Console();

    @TempDir private Path folder;

    @Test
    void whoIsBannedIsListedAndHeardAgainWhenThatIsLifted() throws IOException {
        try (RunningBroker broker = guarded()) {
            String data = folder.resolve("data").toString();
            assertThat(console.run("bans", "--data-folder", data)).isZero();
            assertThat(console.out()).isEmpty();
            assertThat(console.err()).isEqualTo("vencejo: nobody is banned\n");

            assertThat(pub(broker, "mal\u001Bo", "x")).isEqualTo(1);
            assertThat(pub(broker, "mal\u001Bo", "x")).isEqualTo(1);
            assertThat(pub(broker, "ana", "clave")).as("her address is banned").isEqualTo(1);

            assertThat(console.run("bans", "--data-folder", data)).isZero();
            assertThat(console.err()).isEmpty();
            assertThat(console.out())
                    .matches(
                            """
                            address 127\\.0\\.0\\.1 for (3600|35\\d\\d) s
                            user mal\\\\u001Bo for (3600|35\\d\\d) s
                            """);

            assertThat(console.run("bans", "lift", "192.0.2.1", "127.0.0.1", "--data-folder", data))
                    .isEqualTo(1);
            assertThat(console.out()).isEqualTo("127.0.0.1 is banned no more\n");
            assertThat(console.err()).isEqualTo("vencejo: 192.0.2.1 is not banned\n");
            assertThat(pub(broker, "ana", "clave")).isZero();
            assertThat(console.run("bans", "--data-folder", data)).isZero();
            assertThat(console.out()).startsWith("user ").hasLineCount(1);

            // The folder may stand before the word as well.
            assertThat(console.run("bans", "--data-folder", data, "lift", "--user", "mal\u001Bo"))
                    .isZero();
            assertThat(console.out()).isEqualTo("user mal\\u001Bo is banned no more\n");
            assertThat(console.run("bans", "lift", "--user", "ana", "--data-folder", data))
                    .isEqualTo(1);
            assertThat(console.err()).isEqualTo("vencejo: user ana is not banned\n");
            assertThat(console.run("bans", "--data-folder", data)).isZero();
            assertThat(console.out()).isEmpty();
        }
    }

    /// The longest that MQTT allows, and the shortest.
    @ParameterizedTest
    @CsvSource({"é, 32767", "a, 65535", "'', 0"})
    void aNameOfAnyLengthIsHeardAgain(String letter, int times) throws IOException {
        String user = letter.repeat(times);
        try (RunningBroker broker = guarded()) {
            String data = folder.resolve("data").toString();
            assertThat(pub(broker, user, "x")).isEqualTo(1);
            assertThat(pub(broker, user, "x")).isEqualTo(1);
            assertThat(console.run("bans", "--data-folder", data)).isZero();
            assertThat(console.out()).hasLineCount(2);

            assertThat(console.run("bans", "lift", "--user", user, "--data-folder", data)).isZero();
            assertThat(console.out()).isEqualTo("user " + user + " is banned no more\n");
            assertThat(console.run("bans", "--data-folder", data)).isZero();
            assertThat(console.out()).startsWith("address ").hasLineCount(1);
        }
    }

    @Test
    void wrongUseAndNoBrokerAreTold() throws IOException {
        String free = Files.createDirectory(folder.resolve("free")).toString();
        assertThat(console.run("bans", "--data-folder", free)).isEqualTo(2);
        assertThat(console.err())
                .isEqualTo("vencejo: no broker runs on the data folder '" + free + "'\n");
        assertThat(console.run("bans", "lift", "192.0.2.7", "--data-folder", free)).isEqualTo(2);
        assertThat(console.err())
                .isEqualTo("vencejo: no broker runs on the data folder '" + free + "'\n");
        assertThat(console.run("bans", "--data-folder", free + "/none")).isEqualTo(2);
        assertThat(console.err()).startsWith("vencejo: there is no data folder '");

        assertThat(console.run("bans", "lift", "--data-folder", free)).isEqualTo(64);
        assertThat(console.err())
                .startsWith("vencejo bans lift: an ADDRESS is missing, or --user with a name\n");
        assertThat(console.run("bans", "lift", "192.0.2.7", "alice", "--data-folder", free))
                .isEqualTo(64);
        assertThat(console.err())
                .startsWith(
                        "vencejo bans lift: expected an IP address, given was 'alice'; a user name stands behind --user\n");

        Path wrong = Files.writeString(folder.resolve("wrong.yaml"), "data-foldr: x\n");
        assertThat(console.run("bans", "--config", wrong.toString())).isEqualTo(78);
        assertThat(console.run("bans", "lift", "::1", "--config", wrong.toString())).isEqualTo(78);
        assertThat(console.run("bans", "lift", "--help")).isZero();
        assertThat(console.out()).contains("vencejo bans lift --user alice");
    }

    /// A broker that bans whoever fails twice, on this machine as well.
    private RunningBroker guarded() throws IOException {
        Path passwords =
                Files.writeString(
                        folder.resolve("passwords"),
                        "ana:"
                                + HashKind.SCRAM_SHA_256
                                        .hash(
                                                "clave".getBytes(StandardCharsets.UTF_8),
                                                new SecureRandom())
                                        .text()
                                + "\n");
        return RunningBroker.start(
                folder,
                1,
                "durability=memory",
                "limits.authentication-failures-max=2",
                "limits.authentication-ban-time=1h",
                "limits.authentication-ban-loopback=true",
                "limits.authentication-ban-users=true",
                "authentication=[{file: '%s'}]".formatted(passwords));
    }

    private int pub(RunningBroker broker, String user, String password) {
        return console.run(
                "pub",
                "-h",
                "127.0.0.1",
                "-p",
                "" + broker.port(),
                "-t",
                "a",
                "-m",
                "x",
                "-q",
                "1",
                "-u",
                user,
                "-P",
                password);
    }
}
