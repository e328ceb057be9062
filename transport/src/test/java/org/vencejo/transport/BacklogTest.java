package org.vencejo.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private final Shortage shortage = new Shortage();
    private final Backlog backlog = new Backlog(100, 20, shortage);

    @Test
    void tellsOnceWhenItFellFromAboveTheHighMarkBelowTheLowMark() {
        assertThat(backlog.add(101)).isEqualTo(101);
        assertThat(backlog.remove(81)).as("20 wait, not fewer").isFalse();
        assertThat(backlog.remove(1)).as("19 wait").isTrue();
        assertThat(backlog.remove(19)).as("told already").isFalse();
        assertThat(backlog.waiting()).isZero();
    }

    @Test
    void tellsNothingWhenTheHighMarkWasNotCrossed() {
        assertThat(backlog.add(100)).isEqualTo(100);
        assertThat(backlog.remove(100)).isFalse();
    }

    @Test
    void whileMemoryIsShortAFewBytesAreMany() {
        Backlog large = new Backlog(1 << 20, 256 << 10, shortage);
        shortage.set(true);
        assertThat(large.add(Shortage.SLOW_BYTES)).isEqualTo(1 << 20);
        assertThat(large.remove(Shortage.SLOW_BYTES)).as("the mark was not crossed").isFalse();

        assertThat(large.add(Shortage.SLOW_BYTES + 1)).isGreaterThan(1 << 20);
        assertThat(large.remove(1)).as("a byte gone is not enough to go on").isFalse();
        assertThat(large.remove(Shortage.SLOW_BYTES / 2 + 1)).isTrue();

        shortage.set(false);
        assertThat(large.add(100_000)).isLessThan(1 << 20);
    }

    /// Whoever stops above the high mark goes on only when told: nobody may be forgotten, whatever
    /// the timing.
    @Test
    void aSenderThatStopsAboveTheHighMarkIsAlwaysTold() throws InterruptedException {
        int end = -1;
        var sent = new LinkedBlockingQueue<Integer>();
        var told = new Semaphore(0);
        Thread loop =
                Thread.ofPlatform()
                        .start(() -> {
                            for (int bytes = take(sent); bytes != end; bytes = take(sent)) {
                                if (backlog.remove(bytes)) {
                                    told.release();
                                }
                            }
                        });
        int stops = 0;
        for (int i = 0; i < 20_000; i++) {
            boolean above = backlog.add(60) > 100;
            sent.add(60);
            if (above) {
                stops++;
                assertThat(told.tryAcquire(30, TimeUnit.SECONDS))
                        .as("told after stop %s", stops)
                        .isTrue();
            }
        }
        sent.add(end);
        loop.join();
        assertThat(stops).as("stops, or the test is blind").isPositive();
        assertThat(backlog.waiting()).isZero();
    }

    private static int take(LinkedBlockingQueue<Integer> queue) {
        try {
            return queue.take();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
