package org.vencejo.testing.conformance;

import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.vencejo.conformance.Catalogue;
import org.vencejo.conformance.Failure;
import org.vencejo.conformance.Place;
import org.vencejo.conformance.Runner;
import org.vencejo.conformance.Suite;
import org.vencejo.conformance.Trial;

/// Every scenario, in memory and over TCP; then `docs/conformance.md` is what was played.
/// `-Dvencejo.only=` an id or a part of a trial's name plays only those.
class ConformanceTest {
    private static final String ONLY = "vencejo.only";

    private final Catalogue catalogue = Catalogue.read();
    private final Suite suite = Suite.read();
    private final ConformanceDocument document = new ConformanceDocument(catalogue, suite);

    @TestFactory
    Stream<DynamicNode> theServerConforms() {
        String only = System.getProperty(ONLY, "");
        List<Trial> trials = suite.trials().stream().filter(Suite.only(only)).toList();
        List<DynamicNode> nodes = new ArrayList<>();
        for (Place place : ConformanceDocument.PLACES) {
            Stream<DynamicTest> tests =
                    trials.stream().filter(place::canPlay).map(trial -> test(trial, place));
            nodes.add(DynamicContainer.dynamicContainer(place.name(), tests));
        }
        if (only.isEmpty()) {
            nodes.add(DynamicTest.dynamicTest("the document", document::check));
        }
        return nodes.stream();
    }

    private DynamicTest test(Trial trial, Place place) {
        return DynamicTest.dynamicTest(
                trial.toString(),
                () -> {
                    Optional<Failure> failure = Runner.play(trial, place);
                    failure.ifPresent(it -> fail(it.text(catalogue, command(trial))));
                    document.passed(trial, place);
                });
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
