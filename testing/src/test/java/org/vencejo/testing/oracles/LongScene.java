package org.vencejo.testing.oracles;

import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import org.vencejo.conformance.Catalogue;
import org.vencejo.conformance.Place;
import org.vencejo.conformance.Runner;
import org.vencejo.conformance.Scenario;
import org.vencejo.conformance.ScenarioReader;
import org.vencejo.conformance.Trial;
import org.vencejo.testing.conformance.MemoryPlace;
import org.vencejo.testing.conformance.TcpPlace;

/// A scenario that a test makes, as it is too long to be written out. Stateless.
final class LongScene {
    private static final List<Place> PLACES =
            List.of(new MemoryPlace(), new TcpPlace(1), new TcpPlace(3));

    private LongScene() {}

    /// Plays `text`, in the language of scenarios, in memory and over TCP, wherever it can be.
    static void plays(String text) {
        for (Scenario scenario : ScenarioReader.read("long", text)) {
            for (Trial trial : scenario.trials()) {
                PLACES.stream()
                        .filter(place -> place.canPlay(trial))
                        .flatMap(place -> Runner.play(trial, place).stream())
                        .findFirst()
                        .ifPresent(failure -> fail(failure.text(Catalogue.read(), "this test")));
            }
        }
    }
}
