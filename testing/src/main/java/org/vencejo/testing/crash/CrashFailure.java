package org.vencejo.testing.crash;

import java.io.Serial;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A broker broke a rule. Its message says which, when, what the broker logged, and how to try
/// again.
public final class CrashFailure extends AssertionError {
    @Serial private static final long serialVersionUID = 1L;

    private final transient @Nullable Rule rule;

    CrashFailure(
            CrashTester.Setup setup,
            List<Kill> kills,
            RuntimeException failure,
            String trace,
            String log) {
        super(text(setup, kills, failure, trace, log), failure);
        this.rule = failure instanceof Broken broken ? broken.rule() : null;
    }

    /// The name of the rule, or nothing if the tester itself failed.
    public String rule() {
        return rule == null ? "" : rule.name();
    }

    private static String text(
            CrashTester.Setup setup,
            List<Kill> kills,
            RuntimeException failure,
            String trace,
            String log) {
        StringBuilder text = new StringBuilder("\n");
        if (failure instanceof Broken broken) {
            text.append("BROKEN ").append(broken.rule()).append(": ");
            text.append(broken.rule().sentence()).append('\n');
        } else {
            text.append("BROKEN: the tester itself failed\n");
        }
        text.append("    ").append(failure.getMessage()).append("\n\n");
        text.append("seed %d, after kill %d%n%n".formatted(setup.seed(), kills.size()));
        text.append(Kill.table(kills)).append('\n');
        text.append(trace).append('\n');
        text.append("the broker's log:\n").append(log).append("\n\n");
        text.append("the notes are in ").append(setup.folder()).append("; try again with\n    ");
        text.append(
                "mvn -q test -pl testing -am -Dtest=CrashTest#nothingAcknowledgedIsLostOverTwentyKills"
                        + " -Dsurefire.failIfNoSpecifiedTests=false"
                        + " -Dvencejo.kills=%d -Dvencejo.seed=%d%n"
                                .formatted(setup.kills(), setup.seed()));
        return text.toString();
    }
}
