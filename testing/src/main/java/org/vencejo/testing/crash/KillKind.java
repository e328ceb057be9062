package org.vencejo.testing.crash;

import java.util.ArrayList;
import java.util.List;
import org.vencejo.testing.Seeds;

/// When a broker is killed. Of each ten kills four come at random and two at each other kind.
enum KillKind {
    RANDOM("at a random moment"),
    UNSYNCED("between a write and its sync"),
    RECOVERY("in the recovery from the kill before"),
    SESSION_END("while a session ends");

    private static final List<KillKind> TEN =
            List.of(
                    RANDOM,
                    RANDOM,
                    RANDOM,
                    RANDOM,
                    UNSYNCED,
                    UNSYNCED,
                    RECOVERY,
                    RECOVERY,
                    SESSION_END,
                    SESSION_END);

    private final String text;

    KillKind(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    /// Kinds in an order of chance; each ten have the same.
    static List<KillKind> plan(int kills, Seeds seeds) {
        List<KillKind> plan = new ArrayList<>();
        while (plan.size() < kills) {
            List<KillKind> left = new ArrayList<>(TEN);
            while (!left.isEmpty()) {
                plan.add(left.remove(seeds.below(left.size())));
            }
        }
        if (kills > 0 && plan.getFirst() == RECOVERY) {
            plan.set(plan.indexOf(RANDOM), RECOVERY);
            plan.set(0, RANDOM);
        }
        return plan.subList(0, kills);
    }
}
