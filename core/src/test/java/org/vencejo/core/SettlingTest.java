package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.vencejo.protocol.QoS;

/// Copies of very many sessions that leave memory when they are durable.
class SettlingTest {
    private static final int ONE_CALL = 1_024;

    private final Bench bench = new Bench(Change.of(ServerSettings.DEFAULTS, "queuesOnDisk", true));

    @Test
    void oneCallLooksAtSoManySessionsAndTheOthersFollow() {
        for (int i = 0; i < 3_000; i++) {
            Connection keeper = bench.connect("keeper" + i, 100);
            bench.in(keeper, Packets.subscribe("t", QoS.AT_LEAST_ONCE));
            bench.cut(keeper);
        }
        bench.journalAnswers = false;
        bench.in(bench.connect("p", 0), Packets.publish("t", QoS.AT_LEAST_ONCE, 1));
        assertThat(bench.accounting().queuedCopies()).isEqualTo(3_000);
        long one = bench.accounting().queuedBytesInMemory() / 3_000;
        bench.deadlinesAreHandled = false;
        bench.durable();
        for (int left : new int[] {3_000 - ONE_CALL, 3_000 - 2 * ONE_CALL, 0}) {
            assertThat(bench.accounting().queuedBytesInMemory()).isEqualTo(left * one);
            bench.handle(new Input.DeadlineReached());
        }
    }
}
