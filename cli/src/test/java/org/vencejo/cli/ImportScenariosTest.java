package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
import org.vencejo.cli.mosquitto.MosquittoOption;
import org.vencejo.cli.mosquitto.MosquittoOptions;

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
