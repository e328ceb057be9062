package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/// Exit codes and words of the commands that end by themselves.
class VencejoTest {
    @RegisterExtension final Console console = new Console();

    @TempDir private Path folder;

    @Test
    void withoutACommandTheHelpNamesThem() {
        assertThat(console.run()).isEqualTo(64);
        assertThat(console.err())
                .startsWith("vencejo: a command is missing")
                .contains("broker", "check-config", "version");
        assertThat(console.run("--help")).isEqualTo(0);
        assertThat(console.out()).contains("broker", "check-config", "version");
    }

    @Test
    void wrongUseIsOneLineAndWhereTheHelpIs() {
        assertThat(console.run("pub", "-t", "a", "-q", "7")).isEqualTo(64);
        assertThat(console.err().lines())
                .hasSize(2)
                .endsWith("vencejo pub --help shows how it is used")
                .first()
                .asString()
                .startsWith("vencejo pub: ")
                .endsWith("QoS is 0, 1 or 2, given was 7");
        assertThat(console.run("pub", "-t", "a")).isEqualTo(64);
        assertThat(console.err())
                .startsWith("vencejo pub: Missing required argument")
                .hasLineCount(2);
        assertThat(console.run("broker", "--prot", "1")).isEqualTo(64);
        assertThat(console.err())
                .startsWith("vencejo broker: Unknown option")
                .endsWith("vencejo broker --help shows how it is used\n");
        assertThat(console.run("brocker")).isEqualTo(64);
        assertThat(console.err())
                .startsWith("vencejo: Unmatched argument")
                .contains("vencejo broker");
    }

    @Test
    void eachCommandHasTheHelpThatWrongUsePointsTo() {
        for (String command :
                List.of(
                        "acl",
                        "bans",
                        "broker",
                        "check-config",
                        "conformance",
                        "import",
                        "passwd",
                        "pub",
                        "sessions",
                        "store",
                        "sub",
                        "version")) {
            assertThat(console.run(command, "--help")).as(command).isZero();
            assertThat(console.out()).startsWith("Usage: vencejo " + command).contains("--help");
        }
    }

    @Test
    void checkConfigReadsPasswordFiles() throws IOException {
        Path passwords = Files.writeString(folder.resolve("passwords"), "alice:geheim\nbob\n");
        Path file =
                Files.writeString(
                        folder.resolve("f.yaml"),
                        "authentication: [{file: %s}]".formatted(passwords));
        assertThat(console.run("check-config", file.toString())).isEqualTo(78);
        assertThat(console.err())
                .contains(passwords + ":1:7: alice: not a hash of a known form")
                .contains(passwords + ":2:1: no colon")
                .doesNotContain("geheim");
        Files.writeString(passwords, "# nobody yet\n");
        assertThat(console.run("check-config", file.toString())).isZero();
    }

    @Test
    void anExplanationSaysWhatItTookForGranted() throws IOException {
        Path rules =
                Files.writeString(
                        folder.resolve("r.yaml"),
                        """
                        rules:
                          - {deny: subscribe, topics: a/secret}
                          - {allow: publish, topics: a, users: bob, listeners: in, addresses: 10.0.0.0/8}
                          - {allow: subscribe, topics: "a/#"}
                        """);
        String[] bob = {"acl", "explain", "--set", "access-rules=" + rules, "--user", "bob"};
        assertThat(console.run(with(bob, "publish", "a"))).isZero();
        assertThat(console.err())
                .isEqualTo(
                        """
                        vencejo: without --listener, rules with listeners are taken to fit if they allow, and not if they deny
                        vencejo: without --address, rules with addresses are taken to fit if they allow, and not if they deny
                        """);
        String[] known = with(bob, "--listener", "in", "--address", "10.1.2.3");
        assertThat(console.run(with(known, "publish", "a"))).isZero();
        assertThat(console.err()).isEmpty();
        assertThat(console.run("acl", "explain", "--set", "access-rules=" + rules, "publish", "a"))
                .as("no such rule is about who is not bob")
                .isEqualTo(1);
        assertThat(console.err()).isEmpty();

        assertThat(console.run(with(known, "subscribe", "a/+"))).isZero();
        assertThat(console.err())
                .isEqualTo(
                        "vencejo: it is granted, and what of it may not be received is held back: "
                                + rules
                                + ":2: deny: subscribe, topics: a/secret\n");
        assertThat(console.run(with(known, "subscribe", "a/b/#"))).isZero();
        assertThat(console.err()).isEmpty();
        assertThat(console.run(with(known, "subscribe", "#"))).isZero();
        assertThat(console.err()).contains("held back");

        assertThat(console.run(with(bob, "publish", "a", "--address", "10.1.2.300"))).isEqualTo(64);
        assertThat(console.err()).contains("expected an IP address behind --address");
        assertThat(console.run(with(bob, "publish", "a", "--address", "10.0.0.0/8"))).isEqualTo(64);
        assertThat(console.run(with(bob, "publish", "a", "--address", "::1"))).isEqualTo(1);
        assertThat(console.run(with(known, "publish", "a", "--retain"))).isZero();
        assertThat(console.run(with(known, "subscribe", "a", "--retain"))).isEqualTo(64);
        assertThat(console.run(with(known, "receive", "a", "--shared"))).isZero();
        assertThat(console.run(with(known, "publish", "a", "--shared"))).isEqualTo(64);
    }

    @Test
    void anExplanationSaysWhichNameIsInTheWay() throws IOException {
        Path rules = Files.writeString(folder.resolve("acl"), "pattern read %c/#\n");
        String[] explain = {
            "acl", "explain", "--set", "access-rules=" + rules, "receive", "$SYS/a", "--client"
        };
        assertThat(console.run(with(explain, "$SYS"))).isEqualTo(1);
        assertThat(console.out()).isEqualTo("denied: no rule speaks of it\n");
        assertThat(console.err())
                .isEqualTo(
                        "vencejo: passed over: %s:1: pattern read %%c/#: the names in it would have it begin with $SYS\n"
                                .formatted(rules));
        assertThat(console.run(with(explain, "c"))).isEqualTo(1);
        assertThat(console.err()).isEmpty();
    }

    @Test
    void accessRulesAreExplained() throws IOException {
        Path rules =
                Files.writeString(
                        folder.resolve("r.yaml"),
                        """
                        rules:
                          - {deny: publish, topics: a/secret}
                          - {allow: [publish, subscribe], topics: "a/#", users: bob, listeners: in}
                          - {allow: publish, topics: g, groups: staff, certificates: "CN=x*"}
                        """);
        String given = "access-rules=" + rules;
        assertThat(
                        console.run(
                                "acl",
                                "explain",
                                "--set",
                                given,
                                "publish",
                                "a/secret",
                                "--user",
                                "bob"))
                .isEqualTo(1);
        assertThat(console.out())
                .isEqualTo("denied: " + rules + ":2: deny: publish, topics: a/secret\n");
        String[] bob = {
            "acl", "explain", "--set", given, "--client", "c", "--user", "bob", "--listener", "in"
        };
        assertThat(console.run(with(bob, "subscribe", "a/+", "-q", "1"))).isZero();
        assertThat(console.out())
                .isEqualTo(
                        "allowed: "
                                + rules
                                + ":3: allow: [publish, subscribe], topics: a/#, users: bob,"
                                + " listeners: in\n");
        assertThat(console.run(with(bob, "receive", "b"))).isEqualTo(1);
        assertThat(console.out()).isEqualTo("denied: no rule speaks of it\n");
        String[] member = with(bob, "publish", "g", "--group", "guests", "--group", "staff");
        assertThat(console.run(with(member, "--certificate", "CN=x7"))).isZero();
        assertThat(console.run(with(member, "--certificate", "DNS:x7"))).isEqualTo(1);
        assertThat(console.run(member)).isEqualTo(1);
        assertThat(console.run(with(bob, "publish", "g", "--certificate", "CN=x7"))).isEqualTo(1);
        assertThat(console.run("acl", "explain", "publish", "b")).isZero();
        assertThat(console.out()).isEqualTo("allowed: there are no access rules\n");

        assertThat(console.run(with(bob, "subscribe", "a/#/b"))).isEqualTo(64);
        assertThat(console.err()).startsWith("vencejo acl explain: 'a/#/b' is no Topic Filter: ");
        assertThat(console.run(with(bob, "publish", "a/+"))).isEqualTo(64);
        assertThat(console.run(with(bob, "fly", "a"))).isEqualTo(64);
        assertThat(console.err()).contains("expected publish, subscribe or receive, given was fly");
        assertThat(console.run("acl")).isEqualTo(64);
        Files.writeString(rules, "rules: [{allow: fly}]");
        assertThat(console.run(with(bob, "publish", "a"))).isEqualTo(78);
        assertThat(console.err()).startsWith(rules + ":1:17: allow: given 'fly'");
    }

    private static String[] with(String[] before, String... more) {
        return Stream.of(before, more).flatMap(Stream::of).toArray(String[]::new);
    }

    @Test
    void theHelpOfSubShowsWhatAFormatHas() {
        assertThat(console.run("sub", "--help")).isZero();
        assertThat(console.out()).contains("%t topic", "%% percent sign", "\\n \\t \\r \\\\.");
    }

    @Test
    void theVersionIsPrinted() {
        assertThat(console.run("version")).isEqualTo(0);
        assertThat(console.out()).startsWith("vencejo " + Version.number());
        assertThat(console.run("--version")).isEqualTo(0);
    }

    @Test
    void aConfigurationIsCheckedWithoutStartingAnything() throws IOException {
        Path good = Files.writeString(folder.resolve("good.yaml"), "io-threads: 1\n");
        Path bad = Files.writeString(folder.resolve("bad.yaml"), "io-threads: 0\nport: 1\n");

        assertThat(console.run("check-config", good.toString())).isEqualTo(0);
        assertThat(console.out()).isEqualTo(good + " has no mistakes\n");
        assertThat(console.run("check-config", bad.toString(), "--set", "sys-interval=1"))
                .isEqualTo(78);
        assertThat(console.err().lines())
                .containsExactly(
                        bad + ":1:13: io-threads: given '0'; allowed: a whole number from 1 to 64",
                        bad + ":2:1: port: unknown key; the nearest is listeners[].port",
                        "--set sys-interval: sys-interval: given '1', which has no unit; allowed: a time from 0"
                                + " to 1d, such as 60s (units: s, min, h, d)",
                        "vencejo: 3 mistakes in the configuration");
        assertThat(console.run("broker", "--config", bad.toString())).isEqualTo(78);
        assertThat(console.err()).endsWith("vencejo: 2 mistakes in the configuration\n");
    }

    @Test
    void whatIsCheckedIsGivenAsToTheBroker() throws IOException {
        Path good = Files.writeString(folder.resolve("good.yaml"), "listeners: [{port: 7}]\n");

        assertThat(console.run("check-config", "-c", good.toString(), "-p", "8", "--print"))
                .isEqualTo(0);
        assertThat(console.out().lines()).contains("listeners[0].port: 8");
        assertThat(console.run("check-config", good.toString(), "--print")).isEqualTo(0);
        assertThat(console.out().lines()).contains("listeners[0].port: 7");
        assertThat(console.run("check-config", "--port", "none", "--config", good.toString()))
                .isEqualTo(78);
        assertThat(console.run("check-config", "-c", good.toString(), good.toString()))
                .isEqualTo(64);
        assertThat(console.err()).startsWith("vencejo check-config: the file is given twice\n");
    }

    @Test
    void theConfigurationInEffectIsPrinted() {
        assertThat(console.run("check-config", "--print", "--set", "limits.window-max=7"))
                .isEqualTo(0);
        assertThat(console.out().lines()).contains("limits.window-max: 7", "durability: fsync");
    }

    @Test
    void aBrokerThatCannotStartSaysWhyInOneLine() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));

        assertThat(console.run("broker", "-p", "0", "--set", "data-folder=" + file)).isEqualTo(69);
        assertThat(console.err())
                .isEqualTo(
                        "vencejo: the data folder '%s' cannot be used: '%s' is not a folder\n"
                                .formatted(file, file));
    }

    @Test
    void aWarmUpIsATimeAsInAConfiguration() {
        for (String wrong : List.of("3", "2min", "-1s", "1.5s", "quickly")) {
            assertThat(console.run("broker", "--warm-up=" + wrong)).as(wrong).isEqualTo(64);
            assertThat(console.err())
                    .startsWith("vencejo broker: Invalid value for option '--warm-up'")
                    .contains("given '" + wrong + "'")
                    .contains("allowed: a time from 0 to 1min, such as 10s");
        }
        assertThat(console.run("broker", "--warm-up", "1min", "--set", "io-threads=0"))
                .as("mistakes are told first")
                .isEqualTo(78);
    }
}
