package org.vencejo.testing.simulation;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What a failed simulation says: what does not hold, what happened before, and how to see it
/// again. Immutable.
record Report(
        Scenario scenario,
        long seed,
        long eventsWanted,
        long event,
        Observer observer,
        RuntimeException failure) {

    String text() {
        return what(failure)
                + "scenario \"%s\", seed %d, event %d, virtual time %.3f s, commit %s%n"
                        .formatted(scenario.name(), seed, event, observer.nowSeconds(), commit())
                + before(observer)
                + "\nreplay:\n    "
                + replay()
                + "\n";
    }

    /// What a failed script says.
    static String of(Script script, Observer observer, RuntimeException failure) {
        return what(failure)
                + "virtual time %.3f s, commit %s%n".formatted(observer.nowSeconds(), commit())
                + before(observer)
                + "\nthe script:\n"
                + script.text();
    }

    private static String what(RuntimeException failure) {
        StringBuilder text = new StringBuilder("\n");
        if (failure instanceof Broken broken) {
            text.append("BROKEN ").append(broken.invariant().id()).append(": ");
            text.append(broken.invariant().sentence()).append('\n');
        } else {
            text.append("BROKEN: the simulation itself failed\n");
        }
        return text.append("    ").append(failure.getMessage()).append("\n\n").toString();
    }

    private static String before(Observer observer) {
        StringBuilder text = new StringBuilder();
        text.append("the last that happened (-> to the server, <- from it):\n");
        observer.trace().lines().forEach(line -> text.append(line).append('\n'));
        return text.toString();
    }

    private String replay() {
        return "mvn -q test -pl testing -am -Dtest=SimulationTest#replays"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dvencejo.scenario=\"%s\""
                        .formatted(scenario.name())
                + " -Dvencejo.seed=%d -Dvencejo.events=%d".formatted(seed, eventsWanted);
    }

    private static String commit() {
        try {
            Process git =
                    new ProcessBuilder(List.of("git", "rev-parse", "--short", "HEAD"))
                            .redirectErrorStream(true)
                            .start();
            try (InputStream said = git.getInputStream()) {
                String line = new String(said.readAllBytes(), StandardCharsets.UTF_8).strip();
                return git.waitFor() == 0 ? line : "unknown";
            }
        } catch (IOException absent) {
            return "unknown";
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return "unknown";
        }
    }
}
