package org.vencejo.testing.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The house rules on text hold in every tracked file.
class TextRulesTest {
    private static List<TextFile> files = List.of();

    @BeforeAll
    static void readTheRepository() throws IOException, InterruptedException {
        files =
                Repository.textFiles().stream()
                        .filter(file -> !file.name().matches(".*/house/TextRule(sTest)?\\.java"))
                        .toList();
    }

    @ParameterizedTest
    @EnumSource
    void holdsInEveryFile(TextRule rule) {
        var offences = new ArrayList<String>();
        for (TextFile file : files) {
            offences.addAll(rule.offencesIn(file));
        }
        assertThat(offences).as("%s: %s", rule, rule.instead()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void catchesItsOffender(TextRule rule) {
        assertThat(rule.offencesIn(rule.offender())).as("the offender of %s", rule).hasSize(1);
    }

    @Test
    void readsTheWholeRepository() {
        assertThat(files)
                .extracting(TextFile::name)
                .contains("pom.xml", "verify", "testing/pom.xml")
                .noneMatch(name -> name.contains("target/"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "    @SuppressWarnings(\"unused\") // read by the debugger\n",
                "    // read by the debugger\n    @SuppressWarnings(\"unused\")\n"
            })
    void aSuppressionWithItsReasonPasses(String text) {
        var file = new TextFile("core/src/main/java/X.java", text);
        assertThat(TextRule.REASON_BESIDE_SUPPRESSION.offencesIn(file)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "    synchronized void run() {\n",
                "    private static synchronized int next() {\n",
                "        synchronized(lock) {\n"
            })
    void aMonitorIsSeenHoweverItIsWritten(String text) {
        var file = new TextFile("core/src/main/java/X.java", text);
        assertThat(TextRule.NO_MONITOR_IN_THE_CORE.offencesIn(file)).hasSize(1);
        var comment = new TextFile("core/src/main/java/X.java", "    /// Not synchronized.\n");
        assertThat(TextRule.NO_MONITOR_IN_THE_CORE.offencesIn(comment)).isEmpty();
    }

    @Test
    void aLongFileThatSaysWhyPasses() {
        var text = "// One file because the table is one.\n" + "int x;\n".repeat(600);
        var file = new TextFile("core/src/main/java/X.java", text);
        assertThat(TextRule.LONG_FILES_SAY_WHY.offencesIn(file)).isEmpty();
    }

    @Test
    void theShebangOfAScriptIsNoPathOfAMachine() {
        var file = new TextFile("verify", "#!/usr/bin/env bash\n");
        assertThat(TextRule.NO_PATH_OF_A_MACHINE.offencesIn(file)).isEmpty();
    }
}
