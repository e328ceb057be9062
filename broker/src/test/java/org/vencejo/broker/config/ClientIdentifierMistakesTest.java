package org.vencejo.broker.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is wrong with the Client Identifiers that a listener takes, and the exact line for it.
class ClientIdentifierMistakesTest {
    @TempDir private Path folder;

    private List<String> lines(String yaml) {
        return Readings.lines(Readings.file(folder, yaml), Map.of(), List.of(), null);
    }

    @Test
    void aStarStandsAtTheEnd() {
        assertThat(lines("listeners: [{client-identifiers: ['plant-*', 'a*b']}]"))
                .containsExactly(
                        "f.yaml:1:34: listeners[0].client-identifiers: given 'a*b', with a * that is not at"
                                + " its end; allowed: texts, one %u in each for the user name, and a * at"
                                + " the end for whatever follows");
        assertThat(lines("listeners: [{client-identifiers: ['plant-*', 'a*']}]")).isEmpty();
    }

    /// Where nobody checks them they would be what clients say.
    @Test
    void userNamesAreThoseThatSomebodyChecks() {
        String of =
                "listeners: [{name: l, client-identifiers: ['%u', 'plant-*'], allow-anonymous: true}]";
        assertThat(lines(of))
                .containsExactly(
                        "f.yaml:1:43: listeners[0].client-identifiers: given '%u,plant-*', and no"
                                + " authentication is for listener l, so that clients choose their user"
                                + " names; allowed: texts without %u, or an entry of authentication");
        assertThat(
                        lines(
                                of
                                        + "\nauthentication: [{type: http, http: {url: 'https://a.example/'}}]"))
                .isEmpty();
    }
}
