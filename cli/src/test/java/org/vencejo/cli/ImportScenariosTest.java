package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.cli.mosquitto.MosquittoOption;
import org.vencejo.cli.mosquitto.MosquittoOptions;
import org.vencejo.transport.Authority;

/// Set-ups of Mosquitto as people have them become configurations that are accepted, and each line
/// that does not is named.
///
/// With `-Dvencejo.documents=write` what is expected is written anew.
class ImportScenariosTest {
    @RegisterExtension final Console console = new Console();

    @TempDir private Path root;

    static List<ImportScenario> scenarios() throws IOException {
        return ImportScenario.all();
    }

    @ParameterizedTest
    @MethodSource("scenarios")
    void becomesWhatIsExpected(ImportScenario scenario) throws IOException {
        Path configuration = scenario.build(root);
        Path written = root.resolve("vencejo.yaml");
        List<String> words = new ArrayList<>(List.of("import", configuration.toString()));
        words.addAll(List.of("-o", written.toString()));
        words.addAll(scenario.flags());

        int exitCode = console.run(words.toArray(String[]::new));

        SequencedMap<String, String> outcome = new LinkedHashMap<>();
        outcome.put("written", withoutRoot(Files.readString(written)));
        Path rules = root.resolve("vencejo-rules.yaml");
        if (Files.exists(rules)) {
            outcome.put("rules", withoutRoot(Files.readString(rules)));
        }
        String said =
                withoutRoot(console.out() + console.err())
                        .lines()
                        // The notes are in the file, and looked for below.
                        .filter(line -> !outcome.get("written").contains("# " + line + "\n"))
                        .map(line -> line + "\n")
                        .collect(Collectors.joining());
        outcome.put("said", said + "exit code " + exitCode + "\n");
        if ("write".equals(System.getProperty("vencejo.documents"))) {
            scenario.expect(outcome);
        } else {
            for (Map.Entry<String, String> each : outcome.entrySet()) {
                assertThat(each.getValue())
                        .as("%s: %s", scenario, each.getKey())
                        .isEqualTo(scenario.expected(each.getKey()));
            }
        }
        String complained = withoutRoot(console.err());
        outcome.get("written")
                .lines()
                .filter(line -> line.startsWith("# /") || line.startsWith("# the default"))
                .forEach(line -> assertThat(complained.lines()).contains(line.substring(2)));
        assertThat(console.err() + Files.readString(written))
                .as("what a bridge and a plugin are told in secret")
                .doesNotContain("mariposa-17", "secreto-9");
    }

    @Test
    void everyOptionIsInSomeOfThem() throws IOException {
        String all =
                ImportScenario.all().stream()
                        .flatMap(scenario -> scenario.sections().values().stream())
                        .collect(Collectors.joining("\n"));
        List<String> missing =
                MosquittoOptions.ALL.stream()
                        .filter(option -> option.scope() != MosquittoOption.Scope.BRIDGE)
                        .map(MosquittoOption::name)
                        .filter(name -> !all.contains(name.replace("*", "")))
                        .toList();
        assertThat(missing).isEmpty();
        assertThat(ImportScenario.all()).hasSizeGreaterThanOrEqualTo(20);
    }

    @Test
    void aListenerWithMoreAuthoritiesThanOneTakesIsLeftOut() throws IOException {
        Path folder = Files.createDirectory(root.resolve("ca"));
        Authority authority = Authority.named("planta");
        authority.server("localhost").write(root, "server");
        Path file =
                conf(
                        """
                        allow_anonymous true
                        listener 8883
                        certfile %1$s/server.pem
                        keyfile %1$s/server.key
                        capath %1$s/ca
                        require_certificate true
                        listener 1883 127.0.0.1
                        """
                                .formatted(root));
        for (int i = 0; i < 256; i++) {
            Files.writeString(folder.resolve("%08x.0".formatted(i)), authority.pem());
        }
        String written = root.resolve("ours.yaml").toString();
        assertThat(console.run("import", "--force", file.toString(), "-o", written)).isZero();
        assertThat(Path.of(written)).content().contains("  - name: tls-8883\n", "/000000ff.0]");

        Files.writeString(folder.resolve("ffffffff.0"), authority.pem());
        assertThat(console.run("import", "--force", file.toString(), "-o", written)).isZero();
        assertThat(console.err())
                .contains(
                        "mosquitto.conf:5: capath: not carried over: OpenSSL finds 257 files in it, and tls.client-ca takes 256: put them into one, for cafile, so the listener is left out\n");
        assertThat(Path.of(written)).content().contains("  # - name: tls-8883\n");
    }

    @Test
    void strictEndsWithOneWhenSomethingIsNotAsItWas() throws IOException {
        Path file = conf("listener 1883 127.0.0.1\nallow_anonymous true\nlog_dest syslog\n");
        assertThat(console.run("import", "--strict", file.toString())).isEqualTo(1);
        assertThat(console.err()).contains("mosquitto.conf:3: log_dest: not carried over: ");
        assertThat(console.run("import", file.toString())).isZero();

        conf("listener 1883 127.0.0.1\nallow_anonymous true\npid_file mosquitto.pid\n");
        assertThat(console.run("import", "--strict", file.toString())).isZero();
        assertThat(console.err()).contains("mosquitto.conf:3: pid_file: not needed: ");
    }

    @Test
    void nothingIsOverwrittenUnlessTold() throws IOException {
        Path file = conf("allow_anonymous true\n");
        Path written = Files.writeString(root.resolve("ours.yaml"), "# ours\n");
        String[] words = {"import", file.toString(), "-o", written.toString()};
        assertThat(console.run(words)).isEqualTo(2);
        assertThat(console.err())
                .isEqualTo(
                        "vencejo import: "
                                + written
                                + ": is there already; allowed: another file, or --force\n");
        assertThat(written).hasContent("# ours");
        assertThat(console.run("import", file.toString(), "--force", "-o", written.toString()))
                .isZero();
        assertThat(written).content().contains("allow-anonymous: true");
    }

    /// What is included may be a link to any file that the operator can read.
    @Test
    void nothingOfAFileThatIsNoConfigurationIsCopied() throws IOException {
        String shadow = "root:$6$secreto:19000:0:99999:7:::\nClave=secreto\nwith_value secreto\n";
        Path file =
                conf(
                        "listener 1883 127.0.0.1\nallow_anonymous true\ninclude_dir %s\n"
                                .formatted(Files.createDirectory(root.resolve("conf.d"))));
        Path link = root.resolve("conf.d/y.conf");
        Files.createSymbolicLink(link, Files.writeString(root.resolve("shadow"), shadow));
        Path written = root.resolve("ours.yaml");

        assertThat(console.run("import", file.toString(), "-o", written.toString())).isZero();

        String unknown = "not carried over: no option of Mosquitto that is known here\n";
        assertThat(console.err())
                .isEqualTo(
                        link
                                + ":1: "
                                + unknown
                                + link
                                + ":2: "
                                + unknown
                                + link
                                + ":3: with_value: "
                                + unknown);
        assertThat(written).content().contains("# " + link + ":1: " + unknown);
        assertThat(console.err() + Files.readString(written)).doesNotContain("secreto");
    }

    @Test
    void nothingOfAFileThatHasNoRulesIsCopied() throws IOException {
        Path file = listenersWithFiles("root:$6$secreto:19000:0:99999:7:::\nusr ana\n");
        Path written = root.resolve("ours.yaml");
        console.run("import", file.toString(), "-o", written.toString());
        assertThat(console.err()).contains("unknown word", "usr: unknown word");
        assertThat(console.err() + Files.readString(written)).doesNotContain("secreto");
    }

    @Test
    void whatIsMadeIsForItsOwnerAloneAndWhatIsThereKeepsItsMode() throws IOException {
        Path file = listenersWithFiles("topic readwrite a\n");
        Path written = root.resolve("ours.yaml");
        Path rules = root.resolve("ours-rules.yaml");
        console.run("import", file.toString(), "-o", written.toString());
        assertThat(List.of(mode(written), mode(rules))).containsOnly("rw-------");

        Files.setPosixFilePermissions(written, PosixFilePermissions.fromString("rw-r-----"));
        Files.writeString(written, "x".repeat(10_000));
        console.run("import", file.toString(), "--force", "-o", written.toString());
        assertThat(mode(written)).isEqualTo("rw-r-----");
        assertThat(written).content().startsWith("# Made by").doesNotContain("xxx");
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    /// Two listeners, of which one has rules of its own.
    private Path listenersWithFiles(String rules) throws IOException {
        Path acl = Files.writeString(root.resolve("acl"), rules);
        return conf(
                """
                per_listener_settings true
                listener 1883 127.0.0.1
                allow_anonymous true
                listener 1884 127.0.0.1
                allow_anonymous true
                acl_file %s
                """
                        .formatted(acl));
    }

    /// In quotes it is still the same to the broker.
    @Test
    void whatSteersATerminalIsWrittenOut() throws IOException {
        Path file =
                conf(
                        """
                        listener 1883 127.0.0.1
                        allow_anonymous true
                        persistence_location /a\u001B[2J\u009Bb
                        max_keepalive \u001B[2J
                        """);

        assertThat(console.run("import", file.toString())).isZero();

        assertThat(console.out())
                .contains("data-folder: \"/a\\u001B[2J\\u009Bb/vencejo\"\n", "'\\u001B[2J'");
        assertThat(console.out() + console.err()).doesNotContain("\u001B", "\u009B");
    }

    /// Without a file there, nothing is written through a link to one that is to come either.
    @ParameterizedTest
    @ValueSource(strings = {"ours.yaml", "ours-rules.yaml"})
    void noLinkIsFollowedUnlessTold(String name) throws IOException {
        Path file = listenersWithFiles("topic readwrite a\n");
        Path elsewhere = root.resolve("elsewhere");
        Files.createSymbolicLink(root.resolve(name), elsewhere);
        String written = root.resolve("ours.yaml").toString();

        assertThat(console.run("import", file.toString(), "-o", written)).isEqualTo(2);

        assertThat(console.err()).contains(root.resolve(name) + ": is there already");
        assertThat(elsewhere).doesNotExist();
        assertThat(console.run("import", file.toString(), "--force", "-o", written)).isZero();
        assertThat(elsewhere).isNotEmptyFile();
    }

    @Test
    void whatCannotBeReadIsSaid() throws IOException {
        Path none = root.resolve("none.conf");
        assertThat(console.run("import", none.toString())).isEqualTo(2);
        assertThat(console.err())
                .isEqualTo("vencejo import: " + none + ": there is no such file\n");
        Path bytes = Files.write(root.resolve("b.conf"), new byte[] {(byte) 0xC3, 0x28});
        assertThat(console.run("import", bytes.toString())).isEqualTo(2);
        assertThat(console.err())
                .isEqualTo("vencejo import: " + bytes + ": this file is not UTF-8 text\n");
        assertThat(console.run("import", none.toString(), "--mosquitto", "3")).isEqualTo(64);
    }

    private Path conf(String text) throws IOException {
        return Files.writeString(root.resolve("mosquitto.conf"), text);
    }

    private String withoutRoot(String text) {
        return text.replace(root.toString(), "");
    }
}
