package org.vencejo.testing.conformance;

import static org.assertj.core.api.Assertions.fail;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vencejo.conformance.Catalogue;
import org.vencejo.conformance.Place;
import org.vencejo.conformance.Runner;
import org.vencejo.conformance.Suite;
import org.vencejo.conformance.Trial;

/// Every scenario, in memory and over TCP. `-Dvencejo.only=` an id or a part of a trial's name
/// plays only those.
class ConformanceTest {
    private static final String ONLY = "vencejo.only";

    private final Catalogue catalogue = Catalogue.read();

    @TestFactory
    Stream<DynamicContainer> theServerConforms() {
        List<Trial> trials =
                Suite.read().trials().stream()
                        .filter(Suite.only(System.getProperty(ONLY, "")))
                        .toList();
        return Stream.of(new MemoryPlace(), new TcpPlace(1), new TcpPlace(3))
                .map(place ->
                        DynamicContainer.dynamicContainer(
                                place.name(),
                                trials.stream()
                                        .filter(place::canPlay)
                                        .map(trial -> test(trial, place))));
    }

    private DynamicTest test(Trial trial, Place place) {
        return DynamicTest.dynamicTest(
                trial.toString(),
                () ->
                        Runner.play(trial, place)
                                .ifPresent(
                                        failure -> fail(failure.text(catalogue, command(trial)))));
    }

    private static String command(Trial trial) {
        return "mvn -q test -pl testing -am -Dtest=ConformanceTest"
                + " -Dsurefire.failIfNoSpecifiedTests=false \"-D"
                + ONLY
                + "="
                + trial
                + "\"";
    }
}
