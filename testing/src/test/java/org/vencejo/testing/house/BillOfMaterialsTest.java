package org.vencejo.testing.house;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// The bill of materials beside the jars that are shipped lists just these.
class BillOfMaterialsTest {
    private static final Path FOLDER = Path.of("..", "cli", "target", "vencejo");
    private static final Pattern COMPONENT =
            Pattern.compile("\"purl\" : \"pkg:maven/[^/]+/([^@]+)@([^?]+)\\?([^\"]*)\"");

    @Test
    void listsJustWhatIsInLib() throws IOException {
        Path bill = FOLDER.resolve("vencejo.cdx.json");
        assumeTrue(
                Files.exists(bill),
                "the bill of materials: nothing was packaged, as by mvn verify");
        Path program = programIn(FOLDER.resolve("lib"));
        assumeTrue(
                !Files.getLastModifiedTime(bill)
                        .toInstant()
                        .isBefore(Files.getLastModifiedTime(program).toInstant().minusSeconds(120)),
                "the bill of materials: it is of an earlier build, as mvn -o makes none");
        String text = Files.readString(bill);
        // What it is the bill of is named twice, and is in lib as well.
        Set<String> listed = new TreeSet<>();
        for (Matcher found = COMPONENT.matcher(text); found.find(); ) {
            Matcher classifier = Pattern.compile("classifier=([^&]+)").matcher(found.group(3));
            listed.add(
                    found.group(1)
                            + "-"
                            + found.group(2)
                            + (classifier.find() ? "-" + classifier.group(1) : "")
                            + ".jar");
        }
        try (var jars = Files.list(FOLDER.resolve("lib"))) {
            assertThat(listed)
                    .isEqualTo(
                            jars.map(jar -> String.valueOf(jar.getFileName()))
                                    .collect(Collectors.toCollection(TreeSet::new)));
        }
        assertThat(text)
                .contains(
                        "\"specVersion\" : \"1.",
                        "\"alg\" : \"SHA-256\"",
                        "\"id\" : \"Apache-2.0\"");
    }

    private static Path programIn(Path folder) throws IOException {
        try (var jars = Files.list(folder)) {
            return jars.filter(jar -> String.valueOf(jar.getFileName()).startsWith("vencejo-cli"))
                    .findFirst()
                    .orElseThrow();
        }
    }
}
