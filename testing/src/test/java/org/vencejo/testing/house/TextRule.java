package org.vencejo.testing.house;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// A rule on the text of tracked files: where it looks, what must not stand there, and what to
/// write instead. The control arm is an example that must be caught. This file and its test are the
/// only ones not looked at, as they quote what they forbid.
enum TextRule {
    NO_SLEEP_IN_TESTS(
            "(testing/src/main|.*/src/test)/.*\\.java",
            "Thread\\.sleep\\(|TimeUnit\\.\\w+\\.sleep\\(|\\bparkNanos\\(",
            "wait for the event itself (a latch or a queue, with a bound), or give time as a value",
            "core/src/test/java/X.java",
            "        Thread.sleep(100);"),
    NAMES_SAY_WHAT_A_THING_IS(
            ".*\\.java",
            "\\b(class|interface|record|enum)\\s+\\w*(Impl|Utils?|Manager|Helpers?)\\b",
            "name the type after what it is or does in the standard's words",
            "core/src/main/java/X.java",
            "final class SessionManager {"),
    NO_PATH_OF_A_MACHINE(
            ".*",
            "(?<![\\w.$}*~/-])/(home|root|work|tmp|mnt|usr|opt|Users)/(?!bin/env\\b)",
            "find it from the environment or the script's own folder; in tests use @TempDir",
            "verify",
            "cd /" + "work/vencejo"),
    NO_REGISTRY(
            ".*",
            "repo1?\\.maven|maven\\.org|mvnrepository|sonatype\\.(org|com)|registry\\.npmjs"
                    + "|deb\\.debian\\.org|pypi\\.org|docker\\.io",
            "let Maven's and apt's own settings say where things come from",
            "pom.xml",
            "<url>https://repo1." + "maven.example/</url>"),
    REASON_BESIDE_SUPPRESSION(
            ".*\\.java",
            "(?=@)(?<!//[^\\n]{0,200}\\n {0,60})@SuppressWarnings\\([^)]*\\)(?! //)",
            "write why the warning is wrong here: // on the same line or the line before",
            "core/src/main/java/X.java",
            "    @SuppressWarnings(\"unused\")\n    int x;"),
    NOTHING_LEFT_TO_DO(
            ".*\\.(java|xml|sh|md|yaml|yml|json|properties)|vencejo|verify|\\.ci/run",
            "\\b(TODO|FIXME|XXX)\\b",
            "do it now, or file it where work is kept; code says only what is",
            "core/src/main/java/X.java",
            "// TODO bound this queue"),
    NO_MOCKS(
            ".*\\.(java|xml)",
            "org\\.mockito|org\\.easymock|jmockit|powermock|<artifactId>mockito",
            "use the real thing; it is a record, or has an in-memory version in testing",
            "core/src/test/java/X.java",
            "import org.mockito.Mockito;"),
    NO_LOMBOK_AND_NO_INJECTION(
            ".*\\.(java|xml)",
            "import\\s+lombok|<artifactId>lombok|import\\s+(javax|jakarta)\\.inject"
                    + "|import\\s+com\\.google\\.inject|import\\s+dagger|springframework",
            "write a record, and wire it with a constructor in the one Broker file",
            "core/src/main/java/X.java",
            "import lombok.Data;"),
    REASON_BESIDE_DISABLED(
            ".*\\.java",
            "@Disabled\\b(?!\\(\")",
            "say why in its value; ./verify prints it with what was skipped",
            "core/src/test/java/X.java",
            "    @Disabled\n    @Test"),
    NO_MONITOR_IN_THE_CORE(
            "(core|protocol)/src/main/.*\\.java",
            "(?m)^(?!\\s*(//|\\*)).*\\bsynchronized\\b",
            "the core has one owner at a time and needs no lock",
            "core/src/main/java/X.java",
            "        synchronized (this) {"),
    LONG_FILES_SAY_WHY(
            ".*\\.java",
            // Over 500 lines and nowhere the words.
            "\\A(?!(?s:.*)One file because)(?:[^\\n]*\\n){501}",
            "split it where two ideas meet, or say why it is one: a comment `One file because ...`",
            "core/src/main/java/X.java",
            "int x;\n".repeat(501));

    private final Pattern files;
    private final Pattern offence;
    private final String instead;
    private final String exampleFile;
    private final String example;

    TextRule(String files, String offence, String instead, String exampleFile, String example) {
        this.files = Pattern.compile(files);
        this.offence = Pattern.compile(offence);
        this.instead = instead;
        this.exampleFile = exampleFile;
        this.example = example;
    }

    String instead() {
        return instead;
    }

    /// The control arm.
    TextFile offender() {
        return new TextFile(exampleFile, example);
    }

    /// One line `file:line: text` for each offence.
    List<String> offencesIn(TextFile file) {
        var found = new ArrayList<String>();
        if (files.matcher(file.name()).matches()) {
            var matcher = offence.matcher(file.text());
            while (matcher.find()) {
                found.add(file.at(matcher.start()));
            }
        }
        return found;
    }
}
