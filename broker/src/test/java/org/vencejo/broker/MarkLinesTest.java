package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/// A mark that is entered and left over and over fills no log.
class MarkLinesTest {
    @Test
    void onlySoManyAreToldInAWhileAndHowManyWereNot() {
        LogLines log = new LogLines(false);
        AtomicLong nanos = new AtomicLong();
        MarkLines marks = new MarkLines(log, nanos::get);
        for (int i = 0; i < 70; i++) {
            marks.tell(90, i % 2 == 0 ? "it is entered" : "it is left");
        }
        assertThat(log.lines)
                .hasSize(RefusalLines.LINES_MAX)
                .contains("90 % of the memory are in use: it is left");

        nanos.set(RefusalLines.WINDOW_NANOS);
        marks.tell(95, "it is entered");
        assertThat(log.lines.subList(RefusalLines.LINES_MAX, log.lines.size()))
                .containsExactly(
                        "marks of the memory were entered or left 20 more times before",
                        "95 % of the memory are in use: it is entered");
    }
}
