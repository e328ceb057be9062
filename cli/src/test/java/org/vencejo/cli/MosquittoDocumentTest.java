package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.vencejo.cli.mosquitto.MosquittoOption;
import org.vencejo.cli.mosquitto.MosquittoOption.Scope;
import org.vencejo.cli.mosquitto.MosquittoOptions;

/// `docs/coming-from-mosquitto.md` has every option as the importer knows it, and its example is
/// what the importer makes.
class MosquittoDocumentTest {
    private static final Path FILE = Path.of("..", "docs", "coming-from-mosquitto.md");
    private static final String MARK = "do not edit. -->\n";
    private static final Pattern BLOCK =
            Pattern.compile("^```(?:yaml)?\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

    @TempDir private Path folder;

    @Test
    void hasEveryOption() throws IOException {
        String text = Files.readString(FILE);
        String expected = text.substring(0, text.indexOf(MARK) + MARK.length()) + tables();
        if ("write".equals(System.getProperty("vencejo.documents"))) {
            Files.writeString(FILE, expected);
        }
        assertThat(Files.readString(FILE))
                .as("write it anew with -Dvencejo.documents=write")
                .isEqualTo(expected);
    }

    private static String tables() {
        StringBuilder text = new StringBuilder();
        for (Scope scope : Scope.values()) {
            text.append("\n### ").append(scope).append("\n\n");
            List<MosquittoOption> options =
                    MosquittoOptions.ALL.stream()
                            .filter(option -> option.scope() == scope)
                            .toList();
            if (scope == Scope.BRIDGE) {
                text.append("There are no bridges. Not carried over: ")
                        .append(
                                String.join(
                                        ", ",
                                        options.stream()
                                                .map(option -> "`" + option.name() + "`")
                                                .toList()))
                        .append(".\n");
                continue;
            }
            text.append("| Option | What becomes of it |\n|---|---|\n");
            for (MosquittoOption option : options) {
                text.append("| `%s` | %s |\n".formatted(option.name(), capital(option.toString())));
            }
        }
        return text.toString();
    }

    private static String capital(String text) {
        return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
    }

    @Test
    void itsExampleIsWhatIsMade() throws IOException {
        Matcher blocks = BLOCK.matcher(Files.readString(FILE));
        assertThat(blocks.find()).isTrue();
        Path conf = Files.writeString(folder.resolve("mosquitto.conf"), blocks.group(1));
        assertThat(blocks.find()).isTrue();
        String made = standardOutput("import", conf.toString());
        assertThat(made.lines().skip(1).takeWhile(line -> !line.isEmpty()))
                .containsExactlyElementsOf(blocks.group(1).lines().toList());
    }

    @Test
    void everyOptionOfMosquittosManualIsKnown() throws IOException {
        // The names in mosquitto.conf(5) of 2.0, and those that its 2.1 reads beside.
        List<String> manual = Files.readAllLines(Path.of("src/test/resources/mosquitto-options"));
        assertThat(manual).hasSizeGreaterThan(120);
        assertThat(manual.stream().filter(name -> !isKnown(name))).isEmpty();
        assertThat(isKnown("no_such_option")).isFalse();
    }

    private static boolean isKnown(String name) {
        return MosquittoOptions.ALL.stream()
                .map(MosquittoOption::name)
                .anyMatch(known ->
                        known.endsWith("*")
                                ? name.startsWith(known.replace("*", ""))
                                : name.equals(known));
    }

    private static String standardOutput(String... arguments) {
        PrintStream out = System.out;
        PrintStream err = System.err;
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
        System.setErr(new PrintStream(OutputStream.nullOutputStream()));
        try {
            Vencejo.run(arguments);
        } finally {
            System.setOut(out);
            System.setErr(err);
        }
        return bytes.toString(StandardCharsets.UTF_8);
    }
}
