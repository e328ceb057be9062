package org.vencejo.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.testing.house.Checkout;

/// `docs/simulation.md` knows every invariant and every scenario, and none that is not there.
class SimulationDocumentTest {
    @Test
    void itKnowsEveryInvariant() throws IOException {
        List<String> rows = new ArrayList<>();
        for (Invariant each : Invariant.values()) {
            rows.add("| %s | %s |".formatted(each.id(), each.sentence()));
        }
        assertThat(rowsBelow("Invariants")).containsExactlyElementsOf(rows);
    }

    @Test
    void itKnowsEveryScenario() throws IOException {
        assertThat(rowsBelow("Scenarios"))
                .extracting(row -> row.substring(2, row.indexOf(" |", 2)))
                .containsExactlyElementsOf(Scenarios.all().stream().map(Scenario::name).toList());
    }

    // Of the table in this section, without its head.
    private static List<String> rowsBelow(String heading) throws IOException {
        String text = Files.readString(Checkout.root().resolve("docs").resolve("simulation.md"));
        String section = text.substring(text.indexOf("\n## " + heading + "\n") + 1);
        return section.substring(0, section.indexOf("\n## "))
                .lines()
                .filter(line -> line.startsWith("| "))
                .skip(1)
                .toList();
    }
}
