package org.vencejo.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.vencejo.conformance.Statement.Kind;
import org.vencejo.protocol.ProtocolVersion;

/// The catalogue is whole, and its ids mean what their version says.
class CatalogueTest {
    private final Catalogue catalogue = Catalogue.read();

    @Test
    void everyTableIsWhole() {
        Map<String, Long> rows =
                catalogue.statements().stream()
                        .collect(
                                Collectors.groupingBy(
                                        it ->
                                                it.kind()
                                                        + " "
                                                        + it.versions().size()
                                                        + it.versions(),
                                        Collectors.counting()));
        assertThat(rows.values()).containsExactlyInAnyOrder(36L, 141L, 251L, 48L, 116L);
    }

    @Test
    void theSameIdIsAnotherRuleInAnotherVersion() {
        Statement in311 = catalogue.find("MQTT-3.1.2-24", ProtocolVersion.MQTT_3_1_1).orElseThrow();
        Statement in5 = catalogue.find("MQTT-3.1.2-24", ProtocolVersion.MQTT_5).orElseThrow();

        assertThat(in311.paraphrase()).contains("Keep Alive");
        assertThat(in5.paraphrase()).contains("Maximum Packet Size");
        assertThat(catalogue.find("MQTT-3.1.2-24", ProtocolVersion.MQTT_3_1)).isEmpty();
    }

    @Test
    void aChoiceHoldsInAllVersions() {
        for (ProtocolVersion version : ProtocolVersion.values()) {
            assertThat(catalogue.find("B1", version).orElseThrow().kind()).isEqualTo(Kind.CHOICE);
        }
        assertThat(catalogue.knows("B99")).isFalse();
    }
}
