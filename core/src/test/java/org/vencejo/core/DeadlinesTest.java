package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The heap of deadlines against a list that is searched.
class DeadlinesTest {
    private final Deadlines deadlines = new Deadlines();

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theNextOneIsTheEarliestWhateverIsSetMovedAndCancelled(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        // Nanoseconds may wrap: times are compared by difference.
        long origin = seed % 2 == 0 ? 0 : Long.MAX_VALUE - 500;
        List<Deadline> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(Deadline.of(() -> {}));
        }
        for (int i = 0; i < 20_000; i++) {
            Deadline deadline = all.get(random.nextInt(all.size()));
            switch (random.nextInt(4)) {
                case 0, 1 -> deadlines.set(deadline, origin + random.nextInt(1_000));
                case 2 -> {
                    deadlines.cancel(deadline);
                    assertThat(deadline.isSet()).isFalse();
                }
                default -> take(origin + random.nextInt(1_000), all, origin);
            }
            assertThat(deadlines.size())
                    .isEqualTo((int) all.stream().filter(Deadline::isSet).count());
        }
        while (deadlines.size() > 0) {
            take(origin + 1_000, all, origin);
        }
        assertThat(deadlines.next()).isEqualTo(Long.MAX_VALUE);
    }

    private void take(long now, List<Deadline> all, long origin) {
        long earliest =
                all.stream()
                        .filter(Deadline::isSet)
                        .mapToLong(each -> each.atNanos - origin)
                        .min()
                        .orElse(Long.MAX_VALUE);
        boolean due = earliest <= now - origin && earliest != Long.MAX_VALUE;
        assertThat(deadlines.isDue(now)).isEqualTo(due);
        if (due) {
            assertThat(deadlines.next() - origin).isEqualTo(earliest);
            Deadline taken = deadlines.take();
            assertThat(taken.atNanos - origin).isEqualTo(earliest);
            assertThat(taken.isSet()).isFalse();
        }
    }

    @Test
    void aDeadlineThatIsSetAgainIsMoved() {
        Deadline first = Deadline.of(() -> {});
        Deadline second = Deadline.of(() -> {});
        deadlines.set(first, 10);
        deadlines.set(second, 20);
        deadlines.set(first, 30);
        assertThat(deadlines.size()).isEqualTo(2);
        assertThat(deadlines.take()).isSameAs(second);
        assertThat(deadlines.isDue(29)).isFalse();
        assertThat(deadlines.isDue(30)).isTrue();
        deadlines.cancel(second); // was not set any more
        assertThat(deadlines.take()).isSameAs(first);
    }
}
