package org.vencejo.core;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.function.BiConsumer;
import java.util.function.ToIntFunction;

/// What is to be done with each of very many: with a part of them in one call, with the others in
/// other ones.
///
/// Part of the core: touched only by whoever runs it. A fault of ours at one of them keeps none of
/// the others from its turn.
final class Walk<T> {
    private final Turn turn;
    private final ToIntFunction<T> step;
    private final BiConsumer<T, RuntimeException> failed;
    private final ArrayDeque<T> left = new ArrayDeque<>();
    private final Deadline more = Deadline.ofSlice(this::goOn);

    /// `step` does it with one of them and says how much work that was; `failed` hears of a fault.
    Walk(Turn turn, ToIntFunction<T> step, BiConsumer<T, RuntimeException> failed) {
        this.turn = turn;
        this.step = step;
        this.failed = failed;
    }

    /// Begins with `all`, behind those that are left.
    void begin(Collection<T> all) {
        left.addAll(all);
        goOn();
    }

    /// Those that are left have no turn.
    void giveUp() {
        left.clear();
    }

    private void goOn() {
        int work = 0;
        try {
            while (work < turn.limits.sliceMax() && !left.isEmpty()) {
                T next = left.remove();
                try {
                    work += step.applyAsInt(next);
                } catch (RuntimeException fault) {
                    work++;
                    failed.accept(next, fault);
                }
            }
        } finally { // also if the fault was too much for who heard of it
            if (!left.isEmpty()) {
                turn.leaveRestTo(more);
            }
        }
    }
}
