package org.vencejo.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/// The examples of `docs/cli.md` are ones that the commands understand.
class CliDocumentTest {
    private static final Pattern EXAMPLE =
            Pattern.compile(
                    "^    .*\\./vencejo (pub|sub|store|acl|bans|sessions|passwd|import|conformance)(.*?)(?: >> .*)?$",
                    Pattern.MULTILINE);
    private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

    @Test
    void itsExamplesAreUnderstood() throws IOException {
        int examples = 0;
        for (Matcher found = EXAMPLE.matcher(document()); found.find(); examples++) {
            parse(found.group(1), found.group(2));
        }
        assertThat(examples).isGreaterThanOrEqualTo(15);
        assertThatThrownBy(() -> parse("sub", "-t a --no-such-flag"))
                .isInstanceOf(ParameterException.class);
    }

    private static void parse(String command, String words) {
        List<String> arguments = new ArrayList<>();
        for (Matcher word = WORD.matcher(words); word.find(); ) {
            arguments.add(word.group(1) != null ? word.group(1) : word.group(2));
        }
        Object parsed =
                switch (command) {
                    case "pub" -> new PubCommand();
                    case "sub" -> new SubCommand();
                    case "store" -> new StoreCommand();
                    case "acl" -> new AclCommand();
                    case "bans" -> new BansCommand();
                    case "sessions" -> new SessionsCommand();
                    case "import" -> new ImportCommand();
                    case "passwd" -> new PasswdCommand();
                    default -> new ConformanceCommand();
                };
        new CommandLine(parsed).parseArgs(arguments.toArray(String[]::new));
    }

    private static String document() throws IOException {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/cli.md"))) {
            folder = folder.getParent();
        }
        return Files.readString(folder.resolve("docs/cli.md"));
    }
}
