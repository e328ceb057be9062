package org.vencejo.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// How often trouble that comes and goes is worth a line in the log.
class AvailabilityTest {
    private final Availability availability = new Availability(Path.of("store"));

    private List<Integer> toldWithin(int from, int end, String words) {
        List<Integer> told = new ArrayList<>();
        for (int second = from; second < end; second++) {
            if (availability.takeLine(words, TimeUnit.SECONDS.toNanos(second))) {
                told.add(second - from);
            }
            availability.mended(null);
        }
        return told;
    }

    @Test
    void troubleThatComesBackEverySecondIsToldLessAndLess() {
        assertThat(toldWithin(0, 1_000, "a bad block"))
                .containsExactly(0, 10, 30, 70, 150, 310, 630);
    }

    @Test
    void otherTroubleIsToldAtOnce() {
        assertThat(toldWithin(0, 5, "a bad block")).containsExactly(0);
        assertThat(toldWithin(5, 25, "no space")).containsExactly(0, 10);
    }

    @Test
    void afterAQuietWhileItIsToldAnew() {
        assertThat(toldWithin(0, 100, "a bad block")).hasSize(4);
        assertThat(toldWithin(130, 150, "a bad block")).as("not quiet for long").isEmpty();
        assertThat(toldWithin(220, 240, "a bad block")).containsExactly(0, 10);
    }
}
