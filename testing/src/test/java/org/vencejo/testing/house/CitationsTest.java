package org.vencejo.testing.house;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.vencejo.conformance.Catalogue;
import org.vencejo.protocol.ProtocolVersion;

/// What is cited exists: in code, comments, documents and scenarios.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CitationsTest {
    private static final Pattern CITING = Pattern.compile(".*\\.(java|md)|.*/conformance/.*\\.txt");

    /// `(B12)` in a comment or a document.
    private static final Pattern CHOICE = Pattern.compile("\\(([A-D]\\d{1,2})\\)");

    private static final Pattern RULE =
            Pattern.compile("[A-Z0-9_]+\\([A-Z_]+((?:,\\s*\"[^\"]+\"){1,3})\\)[,;]");
    private static final Pattern QUOTED = Pattern.compile("\"([^\"]+)\"");

    private final Catalogue catalogue = Catalogue.read();
    private List<TextFile> files = List.of();

    @BeforeAll
    void readAll() throws IOException, InterruptedException {
        files =
                Repository.textFiles().stream()
                        .filter(file -> CITING.matcher(file.name()).matches())
                        .toList();
    }

    @Test
    void everyIdThatIsCitedExists() {
        List<String> unknown = new ArrayList<>();
        int cited = 0;
        for (TextFile file : files) {
            for (Pattern pattern : List.of(Catalogue.ID, CHOICE)) {
                Matcher ids = pattern.matcher(file.text());
                while (ids.find()) {
                    cited++;
                    String id = ids.group(ids.groupCount());
                    if (!catalogue.knows(id) && !isExample(file)) {
                        unknown.add(file.at(ids.start()));
                    }
                }
            }
        }
        assertThat(unknown).isEmpty();
        assertThat(cited).as("the control arm: there is something to look at").isGreaterThan(1_000);
    }

    // The catalogue's own test looks for an id that is not there.
    private static boolean isExample(TextFile file) {
        return file.name().endsWith("/CatalogueTest.java");
    }

    /// 3.1.1 and 5.0 give the same number to different rules: a rule of the codec cites each in its
    /// own column.
    @Test
    void everyRuleOfTheCodecCitesStatementsOfItsVersions() {
        TextFile table =
                files.stream()
                        .filter(file -> file.name().endsWith("/protocol/Rule.java"))
                        .findFirst()
                        .orElseThrow();
        List<String> wrong = new ArrayList<>();
        Matcher rules = RULE.matcher(table.text());
        int count = 0;
        while (rules.find()) {
            count++;
            List<String> ids =
                    QUOTED.matcher(rules.group(1)).results().map(CitationsTest::first).toList();
            if (!citesItsVersions(ids)) {
                wrong.add(table.at(rules.start()));
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(count).isGreaterThan(80);
    }

    private static String first(MatchResult result) {
        return result.group(1);
    }

    private boolean citesItsVersions(List<String> ids) {
        return switch (ids.size()) {
            case 1 -> catalogue.knows(ids.getFirst());
            case 2 ->
                    is(ids.get(0), ProtocolVersion.MQTT_3_1_1)
                            && is(ids.get(1), ProtocolVersion.MQTT_5);
            default ->
                    (is(ids.get(0), ProtocolVersion.MQTT_3_1)
                                    || is(ids.get(0), ProtocolVersion.MQTT_3_1_1))
                            && is(ids.get(1), ProtocolVersion.MQTT_3_1_1)
                            && is(ids.get(2), ProtocolVersion.MQTT_5);
        };
    }

    private boolean is(String id, ProtocolVersion version) {
        return catalogue.find(id, version).isPresent();
    }
}
