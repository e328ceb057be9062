package org.vencejo.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.EXACTLY_ONCE;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The queue while retained messages go before it (C11), and the order of all that waits.
class HeldQueueTest {
    private final FlowBench bench = new FlowBench();
    private final OutboundFlow flow = bench.flow;

    @Test
    void whatWasQueuedBeforeTheQueueWasHeldGoesFirst() {
        bench.connect(1);
        bench.queue(AT_LEAST_ONCE, "open");
        bench.drain();
        bench.queue(AT_LEAST_ONCE, "older");
        flow.holdQueue(true);
        bench.queueAhead(AT_LEAST_ONCE, "kept");
        bench.queue(AT_LEAST_ONCE, "live");
        bench.puback(1);
        bench.drain();
        bench.puback(2);
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:open#1", "1:older#2", "1:kept#3");
        bench.puback(3);
        bench.drain();
        assertThat(bench.sent()).isEmpty();
        flow.holdQueue(false);
        bench.drain();
        assertThat(bench.sent()).hasSize(1).allMatch(live -> live.startsWith("1:live#"));
    }

    @Test
    void whatWasQueuedBeforeIsSentThoughTheQueueIsHeldAndNothingIsAhead() {
        bench.queue(AT_LEAST_ONCE, "older");
        flow.holdQueue(true);
        bench.queue(AT_LEAST_ONCE, "live");
        bench.connect(10);
        assertThat(flow.isClearAhead()).isFalse();
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:older#1");
        assertThat(flow.isClearAhead()).isTrue();
    }

    @Test
    void nextAheadThereIsRoomForOneAtATimeAndOnlyForAReader() {
        assertThat(flow.isClearAhead()).as("nobody is there").isFalse();
        bench.connect(1);
        flow.holdQueue(true);
        assertThat(flow.isClearAhead()).isTrue();
        bench.writable = false;
        assertThat(flow.isClearAhead()).isFalse();
        bench.writable = true;
        bench.queueAhead(AT_LEAST_ONCE, "kept");
        assertThat(flow.isClearAhead()).isFalse();
        assertThat(flow.hasRoom()).isFalse();
        bench.drain();
        assertThat(flow.isClearAhead()).isTrue();
        assertThat(flow.hasRoom()).as("in the window").isFalse();
    }

    @Test
    void eachPlaceAheadIsAnotherAndTheQueueGoesOnBehindThem() {
        bench.queue(AT_LEAST_ONCE, "older");
        flow.holdQueue(true);
        assertThat(flow.takeSequenceAhead()).isEqualTo(1);
        assertThat(flow.takeSequenceAhead()).isEqualTo(2);
        flow.holdQueue(false);
        assertThat(flow.takeSequence()).isEqualTo(3);
        flow.holdQueue(false);
        assertThat(flow.takeSequence()).as("it was not held").isEqualTo(4);
    }

    @Test
    void liveMessagesLeavePlacesForThoseAheadOnce() {
        flow.holdQueue(true);
        long first = flow.takeSequence();
        assertThat(first).isGreaterThan(65_535L * 65_535);
        assertThat(flow.takeSequence()).isEqualTo(first + 1);
        flow.holdQueue(true); // for one more subscription
        assertThat(flow.takeSequence()).isEqualTo(first + 2);
        assertThat(flow.takeSequenceAhead()).isZero();
        flow.holdQueue(false);
        assertThat(flow.takeSequence()).isEqualTo(first + 3);
    }

    @Test
    void whatWasAheadWhenTheConnectionEndedIsStillBeforeTheQueue() {
        bench.journals = true; // a QoS 2 message waits for it
        bench.connect(10);
        flow.holdQueue(true);
        bench.queueAhead(EXACTLY_ONCE, "kept 1");
        bench.queueAhead(EXACTLY_ONCE, "kept 2");
        bench.queue(AT_LEAST_ONCE, "live");
        bench.drain();
        assertThat(bench.sent()).isEmpty();
        assertThat(flow.hasAhead()).isTrue();
        flow.disconnected();
        assertThat(flow.hasAhead()).isFalse();
        bench.durable = bench.appended;
        bench.connect(10);
        bench.drain();
        assertThat(bench.sent())
                .hasSize(3)
                .startsWith("2:kept 1#1", "2:kept 2#2")
                .last()
                .asString()
                .startsWith("1:live#");
    }

    @Test
    void allThatIsKeptIsMetInTheOrderOfItsSending() {
        bench.connect(2);
        bench.queue(EXACTLY_ONCE, "released");
        bench.queue(EXACTLY_ONCE, "sent");
        bench.drain();
        assertThat(flow.sentUpTo()).as("all").isEqualTo(2);
        bench.pubrec(1);
        flow.holdQueue(true);
        bench.queueAhead(AT_LEAST_ONCE, "ahead");
        assertThat(flow.sentUpTo()).isEqualTo(2);
        Copy live = bench.queue(AT_LEAST_ONCE, "queued");
        List<String> met = new ArrayList<>();
        flow.forEachKept(copy -> met.add(FlowBench.text(copy)));
        assertThat(met).containsExactly("released", "sent", "ahead", "queued");
        assertThat(flow.sentUpTo()).isEqualTo(2);
        bench.pubrec(2);
        flow.pubcomp(1);
        flow.pubcomp(2);
        bench.drain();
        assertThat(flow.sentUpTo()).isEqualTo(live.sequence());
    }
}
