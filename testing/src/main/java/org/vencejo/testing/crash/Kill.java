package org.vencejo.testing.crash;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// One kill, and what was under way. Immutable.
record Kill(int number, KillKind kind, String moment, Open open, long startMillis) {
    private static final String ROW = "%5s  %-12s %6s %5s %5s %5s %6s  %8s  %s%n";

    /// Whether it proves something.
    boolean counts() {
        return open.isAny();
    }

    /// Kills as a table, with sums.
    static String table(List<Kill> kills) {
        StringBuilder text =
                new StringBuilder(
                        ROW.formatted(
                                "kill",
                                "kind",
                                "await",
                                "QoS 0",
                                "QoS 1",
                                "QoS 2",
                                "shakes",
                                "start ms",
                                "moment; acknowledgements that wait"));
        for (Kill each : kills) {
            Open open = each.open;
            text.append(
                    ROW.formatted(
                            each.number,
                            each.kind.name().toLowerCase(Locale.ROOT),
                            open.waiting(),
                            open.count(Open.Kind.QOS_0),
                            open.count(Open.Kind.QOS_1),
                            open.count(Open.Kind.QOS_2),
                            open.count(Open.Kind.HANDSHAKE),
                            each.startMillis < 0 ? "killed" : each.startMillis,
                            each.moment + "; " + open.waitingTexts()));
        }
        return text.append(sums(kills)).toString();
    }

    private static String sums(List<Kill> kills) {
        List<String> texts = new ArrayList<>();
        for (KillKind kind : KillKind.values()) {
            long count = kills.stream().filter(each -> each.kind == kind && each.counts()).count();
            texts.add(count + " " + kind.text());
        }
        long counting = kills.stream().filter(Kill::counts).count();
        return "%d kills, %d count: %s%n"
                .formatted(kills.size(), counting, String.join(", ", texts));
    }
}
