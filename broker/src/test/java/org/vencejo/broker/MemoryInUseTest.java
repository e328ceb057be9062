package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.broker.MemoryInUse.Mark;
import org.vencejo.core.Limits;

/// What follows when much of the memory is in use. Both kinds of it are values here.
class MemoryInUseTest {
    private static final Limits.MemoryMarks MARKS = new Limits.MemoryMarks(50, 70, 90, 1_000);

    private final MemoryInUse memory = new MemoryInUse(() -> 0, 2_000, MARKS, 0);

    @Test
    void eachMarkIsEnteredInItsTurnAndLeftSomewhatBelow() {
        List<Mark> seen = new ArrayList<>();
        for (int percent : new int[] {49, 50, 69, 70, 89, 90, 86, 84, 66, 64, 46, 44}) {
            memory.see(percent * 20L);
            seen.add(memory.mark());
        }
        assertThat(seen)
                .containsExactly(
                        Mark.NONE,
                        Mark.ACCEPTING,
                        Mark.ACCEPTING,
                        Mark.READING,
                        Mark.READING,
                        Mark.QOS_0,
                        Mark.QOS_0,
                        Mark.READING,
                        Mark.READING,
                        Mark.ACCEPTING,
                        Mark.ACCEPTING,
                        Mark.NONE);
        assertThat(memory.entered(Mark.ACCEPTING)).isEqualTo(1);
        assertThat(memory.entered(Mark.QOS_0)).isEqualTo(1);
    }

    @Test
    void whicheverIsShortCounts() {
        memory.see(0);
        assertThat(memory.mark()).isEqualTo(Mark.NONE);
        memory.held(700);
        memory.see(0);
        assertThat(memory.mark()).isEqualTo(Mark.READING);
        assertThat(memory.percent()).isEqualTo(70);
        assertThat(memory.shortage().isOn()).as("buffers are not short").isFalse();
        memory.held(0);
        memory.see(1_800);
        assertThat(memory.mark()).isEqualTo(Mark.QOS_0);
        assertThat(memory.shortage().isOn()).isTrue();
    }

    @Test
    void allMarksAreCountedThatAreReachedAtOnce() {
        memory.see(2_000);
        memory.see(0);
        memory.see(2_000);
        for (Mark mark : List.of(Mark.ACCEPTING, Mark.READING, Mark.QOS_0)) {
            assertThat(memory.entered(mark)).isEqualTo(2);
        }
    }
}
