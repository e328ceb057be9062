package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// A flood of refused clients is a few lines and a number. Time is a value here.
class RefusalLinesTest {
    private final RefusalLines lines = new RefusalLines();
    private long now = Long.MAX_VALUE - 1; // clocks may wrap

    @Test
    void soManyAreToldOfAndTheRestIsCountedInTheNextWindow() {
        for (int i = 0; i < RefusalLines.LINES_MAX; i++) {
            assertThat(lines.next(now)).isZero();
        }
        for (int i = 0; i < 1_000; i++) {
            assertThat(lines.next(now + RefusalLines.WINDOW_NANOS - 1))
                    .isEqualTo(RefusalLines.UNTOLD);
        }
        now += RefusalLines.WINDOW_NANOS;
        assertThat(lines.next(now)).isEqualTo(1_000);
        assertThat(lines.next(now)).isZero();
        now += RefusalLines.WINDOW_NANOS;
        assertThat(lines.next(now)).as("nobody was left out").isZero();
    }
}
