package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// `vencejo acl check`: its lines and exit codes, without a broker and with one.
@Timeout(60)
class AclCheckTest {
    private final PrintStream standardOut = System.out;
    private final PrintStream standardError = System.err;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @TempDir private Path folder;
    private Path old = Path.of("");
    private Path other = Path.of("");

    @BeforeEach
    void writeRules() throws IOException {
        old = Files.writeString(folder.resolve("acl"), "pattern readwrite de/%c/#\n");
        other =
                Files.writeString(
                        folder.resolve("new.yaml"),
                        "rules: [{allow: [publish, subscribe], topics: de/%c/+}]");
    }

    @AfterEach
    void giveBack() {
        System.setOut(standardOut);
        System.setErr(standardError);
    }

    @Test
    void endsAsDiffDoes() throws IOException {
        assertThat(check(old, old)).isZero();
        assertThat(text(err)).isEqualTo("vencejo: no difference was found\n");
        assertThat(text(out)).isEmpty();

        assertThat(check(other, old, "--clients", "c1")).isEqualTo(1);
        assertThat(text(out).lines())
                .contains(
                        "anonymous, client c1: publish de/c1: allowed, %s:1: pattern readwrite de/%%c/# -> denied, no rule speaks of it"
                                .formatted(old));
        long lines = text(out).lines().count();
        assertThat(check(other, old, "--clients", "c1", "--most", "2")).isEqualTo(1);
        assertThat(text(out)).hasLineCount(2);
        assertThat(text(err))
                .isEqualTo(
                        "vencejo: %d more lines were left out; --most=%d prints all\n"
                                .formatted(lines - 2, lines));
        assertThat(check(other, old, "--clients", "c1", "--most", "-1")).isEqualTo(64);
        assertThat(check(other, old, "--clients", "c1", "--most", "" + lines)).isEqualTo(1);
        assertThat(text(err)).isEmpty();

        Files.writeString(other, "rules: [{allow: fly}]");
        assertThat(check(other, old)).isEqualTo(78);
        assertThat(text(err)).startsWith(other + ":1:17: allow: given 'fly'");
        assertThat(check(old, folder.resolve("none"))).isEqualTo(78);
        assertThat(text(err)).isEqualTo(folder.resolve("none") + ": there is no such file\n");
        assertThat(check(old, old, "--topics", "a/#/b")).isEqualTo(64);
        assertThat(check(old, old, "--data-folder", folder.toString())).isEqualTo(2);
        assertThat(text(err)).contains("no broker runs on the data folder");
    }

    @Test
    void asksTheBrokerThatRunsWhomAndWhatItKnows() {
        try (RunningBroker broker = RunningBroker.start(folder, 1)) {
            String port = "" + broker.port();
            assertThat(run("sub", "-p", port, "-i", "visor 1", "-c", "-E", "-t", "de/visor 1/a/b"))
                    .isZero();
            assertThat(run("pub", "-p", port, "-t", "de/visor 1/x/y/z", "-m", "1", "-r", "-q", "1"))
                    .isZero();
            String data = folder.resolve("data").toString();
            assertThat(check(other, old, "--data-folder", data)).isEqualTo(1);
            assertThat(text(out).lines())
                    .anyMatch(line ->
                            line.startsWith(
                                    "anonymous, client visor 1: subscribe de/visor 1/a/b: allowed, "
                                            + old))
                    .anyMatch(line ->
                            line.startsWith(
                                    "anonymous, client visor 1: receive de/visor 1/x/y/z: allowed, "));
            // Not so without the broker.
            assertThat(check(other, old)).isEqualTo(1);
            assertThat(text(out)).doesNotContain("visor").contains("de/(another)");
        }
    }

    private int check(Path file, Path against, String... more) {
        String[] words = new String[5 + more.length];
        System.arraycopy(
                new String[] {"acl", "check", file.toString(), "--against", against.toString()},
                0,
                words,
                0,
                5);
        System.arraycopy(more, 0, words, 5, more.length);
        return run(words);
    }

    private int run(String... arguments) {
        out.reset();
        err.reset();
        System.setOut(new PrintStream(out, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(err, true, StandardCharsets.UTF_8));
        return Vencejo.run(arguments);
    }

    private static String text(ByteArrayOutputStream stream) {
        return stream.toString(StandardCharsets.UTF_8);
    }
}
