package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// How often trouble that is met every second is told.
class GrowingPauseTest {
    private final GrowingPause pause = new GrowingPause();

    private List<Integer> toldWithin(int from, int end) {
        List<Integer> told = new ArrayList<>();
        for (int second = from; second < end; second++) {
            if (pause.beginNextIfOver(TimeUnit.SECONDS.toNanos(second))) {
                told.add(second - from);
            }
        }
        return told;
    }

    @Test
    void itIsToldAtOnceAndThenLessAndLess() {
        assertThat(toldWithin(0, 1_000)).containsExactly(0, 10, 30, 70, 150, 310, 630);
    }

    @Test
    void anHourIsTheLongest() {
        assertThat(toldWithin(0, 100_000)).endsWith(91_510, 95_110, 98_710);
    }

    @Test
    void afterItsEndItBeginsAnew() {
        assertThat(toldWithin(0, 1_000)).hasSize(7);
        assertThat(pause.hasBegun()).isTrue();
        pause.end();
        assertThat(pause.hasBegun()).isFalse();
        assertThat(toldWithin(1_000, 1_100)).containsExactly(0, 10, 30, 70);
    }
}
