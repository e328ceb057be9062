package org.vencejo.broker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.vencejo.transport.UnboundLoops;

/// A task that others ask for.
class WakeupTest {
    @Test
    void itRunsOnceForAllThatAskBeforeAndAgainForWhoAsksMeanwhile() throws InterruptedException {
        try (Strands strands = new Strands(1)) {
            Strands.Strand strand = strands.strand(() -> {});
            AtomicInteger runs = new AtomicInteger();
            Wakeup[] wakeup = new Wakeup[1];
            wakeup[0] =
                    new Wakeup(
                            UnboundLoops.loop(strand.asEventLoop()),
                            () -> {
                                if (runs.incrementAndGet() == 1) {
                                    wakeup[0].ask();
                                    wakeup[0].ask();
                                }
                            });
            wakeup[0].ask();
            wakeup[0].ask();
            strands.run();
            assertThat(runs).hasValue(2);

            wakeup[0].ask();
            strands.run();
            assertThat(runs).hasValue(3);
        }
    }
}
