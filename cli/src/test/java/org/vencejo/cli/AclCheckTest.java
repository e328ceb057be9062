package org.vencejo.cli;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// `vencejo acl check`: its lines and exit codes, without a broker and with one.
@Timeout(60)
class AclCheckTest {
    @RegisterExtension final Console console = new Console();

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

    @Test
    void endsAsDiffDoes() throws IOException {
        assertThat(check(old, old)).isZero();
        assertThat(console.err()).isEqualTo("vencejo: no difference was found\n");
        assertThat(console.out()).isEmpty();

        assertThat(check(other, old, "--clients", "c1")).isEqualTo(1);
        assertThat(console.out().lines())
                .contains(
                        "anonymous, client c1: publish de/c1: allowed, %s:1: pattern readwrite de/%%c/# -> denied, no rule speaks of it"
                                .formatted(old));
        long lines = console.out().lines().count();
        assertThat(check(other, old, "--clients", "c1", "--most", "2")).isEqualTo(1);
        assertThat(console.out()).hasLineCount(2);
        assertThat(console.err())
                .isEqualTo(
                        "vencejo: %d more lines were left out; --most=%d prints all\n"
                                .formatted(lines - 2, lines));
        assertThat(check(other, old, "--clients", "c1", "--most", "-1")).isEqualTo(64);
        assertThat(check(other, old, "--clients", "c1", "--most", "" + lines)).isEqualTo(1);
        assertThat(console.err()).isEmpty();

        Files.writeString(other, "rules: [{allow: fly}]");
        assertThat(check(other, old)).isEqualTo(78);
        assertThat(console.err()).startsWith(other + ":1:17: allow: given 'fly'");
        assertThat(check(old, folder.resolve("none"))).isEqualTo(78);
        assertThat(console.err()).isEqualTo(folder.resolve("none") + ": there is no such file\n");
        assertThat(check(old, old, "--topics", "a/#/b")).isEqualTo(64);
        assertThat(check(old, old, "--data-folder", folder.toString())).isEqualTo(2);
        assertThat(console.err()).contains("no broker runs on the data folder");
    }

    /// Who reads the exit code alone must not take that for all.
    @Test
    void hasAnExitCodeOfItsOwnWhereNotAllCouldBeAskedAbout() {
        String tooMany =
                "vencejo: there are too many clients and topics to ask about all of them\n";
        String[] many = {"--users", names("u", 101), "--clients", names("c", 101)};
        assertThat(check(old, old, many)).isEqualTo(3);
        assertThat(console.err()).isEqualTo(tooMany + "vencejo: no difference was found\n");
        assertThat(check(other, old, many)).isEqualTo(1);
        assertThat(console.err()).endsWith(tooMany);

        assertThat(check(old, old, "--users", names("u", 9), "--clients", names("c", 101)))
                .isZero();
        assertThat(console.err()).isEqualTo("vencejo: no difference was found\n");
    }

    private static String names(String first, int count) {
        return IntStream.range(0, count).mapToObj(i -> first + i).collect(joining(","));
    }

    @Test
    void asksTheBrokerThatRunsWhomAndWhatItKnows() {
        try (RunningBroker broker = RunningBroker.start(folder, 1)) {
            String port = "" + broker.port();
            assertThat(
                            console.run(
                                    "sub",
                                    "-p",
                                    port,
                                    "-i",
                                    "visor 1",
                                    "-c",
                                    "-E",
                                    "-t",
                                    "de/visor 1/a/b"))
                    .isZero();
            assertThat(
                            console.run(
                                    "pub",
                                    "-p",
                                    port,
                                    "-t",
                                    "de/visor 1/x/y/z",
                                    "-m",
                                    "1",
                                    "-r",
                                    "-q",
                                    "1"))
                    .isZero();
            String data = folder.resolve("data").toString();
            assertThat(check(other, old, "--data-folder", data)).isEqualTo(1);
            assertThat(console.out().lines())
                    .anyMatch(line ->
                            line.startsWith(
                                    "anonymous, client visor 1: subscribe de/visor 1/a/b: allowed, "
                                            + old))
                    .anyMatch(line ->
                            line.startsWith(
                                    "anonymous, client visor 1: receive de/visor 1/x/y/z: allowed, "));
            // Not so without the broker.
            assertThat(check(other, old)).isEqualTo(1);
            assertThat(console.out()).doesNotContain("visor").contains("de/(another client)");
        }
    }

    /// A Client Identifier and topics that would clear the screen and add a line of their own.
    @Test
    void whatClientsChoseIsShownAndNotObeyed() {
        String client = "mal\u001B[2J\u0007\nanonymous: all is well";
        try (RunningBroker broker = RunningBroker.start(folder, 1)) {
            String port = "" + broker.port();
            assertThat(
                            console.run(
                                    "sub",
                                    "-p",
                                    port,
                                    "-i",
                                    client,
                                    "-c",
                                    "-E",
                                    "-t",
                                    "de/" + client + "/a/b"))
                    .isZero();
            String data = folder.resolve("data").toString();

            assertThat(check(other, old, "--data-folder", data)).isEqualTo(1);

            assertThat(console.out().replace("\n", "")).doesNotContainPattern("\\p{Cntrl}");
            assertThat(console.out().lines())
                    .noneMatch(line -> line.startsWith("anonymous: all is well"))
                    .anyMatch(line ->
                            line.startsWith(
                                    "anonymous, client mal\\u001B[2J\\u0007\\u000Aanonymous: all is well:"
                                            + " subscribe de/mal\\u001B[2J\\u0007\\u000Aanonymous: all is well/a/b: allowed, "));
        }
    }

    @Test
    void anExplanationIsShownAndNotObeyedEither() throws IOException {
        Files.writeString(other, "rules: [{allow: publish, topics: \"a\\e[2J/#\"}]");
        String rules = "access-rules=" + other;
        assertThat(console.run("acl", "explain", "publish", "a\u001B[2J/b", "--set", rules))
                .isZero();
        assertThat(console.out())
                .startsWith("allowed: ")
                .contains("a\\u001B[2J/#")
                .doesNotContain("\u001B");
        assertThat(console.run("acl", "explain", "subscribe", "a\u001B/#/b", "--set", rules))
                .isEqualTo(64);
        assertThat(console.err()).contains("'a\\u001B/#/b' is no").doesNotContain("\u001B");

        Files.writeString(other, "rules: [{allow: subscribe, topics: \"%c/#\"}]");
        String client = "$a\u001B[2J";
        assertThat(
                        console.run(
                                "acl",
                                "explain",
                                "--client",
                                client,
                                "subscribe",
                                client + "/b",
                                "--set",
                                rules))
                .isEqualTo(1);
        assertThat(console.err()).contains("passed over").doesNotContain("\u001B");
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
        return console.run(words);
    }
}
