package org.vencejo.testing.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.vencejo.conformance.Exemption;

/// A statement without a scenario is shown by a test that there is.
class ExemptionsTest {
    private static final Pattern TEST = Pattern.compile("([a-z]+) (\\w+)#(\\w+)");

    @Test
    void everyExemptionNamesATestThatThereIs() throws IOException, InterruptedException {
        List<TextFile> files = Repository.textFiles();
        List<String> lost = new ArrayList<>();
        for (Exemption exemption : Exemption.read()) {
            if (!exemption.test().isEmpty() && !isThere(exemption.test(), files)) {
                lost.add(exemption.id() + ": " + exemption.test());
            }
        }
        assertThat(lost).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "testing ExemptionsTest#thisIsNoTest",
                "testing NoTest#everyExemptionNamesATestThatThereIs",
                "core ExemptionsTest#everyExemptionNamesATestThatThereIs",
                "ExemptionsTest"
            })
    void aTestThatThereIsNotIsMissed(String test) throws IOException, InterruptedException {
        assertThat(isThere(test, Repository.textFiles())).isFalse();
        assertThat(
                        isThere(
                                "testing ExemptionsTest#everyExemptionNamesATestThatThereIs",
                                Repository.textFiles()))
                .isTrue();
    }

    private static boolean isThere(String test, List<TextFile> files) {
        Matcher parts = TEST.matcher(test);
        return parts.matches()
                && files.stream()
                        .filter(file -> file.name().startsWith(parts.group(1) + "/src/test/"))
                        .filter(file -> file.name().endsWith("/" + parts.group(2) + ".java"))
                        .anyMatch(file -> file.text().contains(" " + parts.group(3) + "("));
    }
}
