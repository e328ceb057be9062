package org.vencejo.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.AT_MOST_ONCE;
import static org.vencejo.protocol.QoS.EXACTLY_ONCE;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.ReasonCode;

/// What a session sends again: on the next connection, after a restart, or (3.x) when it takes too
/// long.
class ResendTest {
    private final FlowBench bench = new FlowBench();
    private final OutboundFlow flow = bench.flow;

    @Test
    void whatWasOpenIsSentAgainInItsOrderWithDupAndItsIdentifierOverAWrap() {
        for (long sequence = 65_533; sequence < 65_537; sequence++) {
            bench.queueAs(sequence, AT_LEAST_ONCE, "m" + sequence, Message.NEVER);
        }
        bench.connect(10);
        bench.drain();
        assertThat(bench.sent())
                .containsExactly("1:m65533#65534", "1:m65534#65535", "1:m65535#1", "1:m65536#2");
        flow.disconnected();
        bench.connect(10);
        bench.drain();
        assertThat(bench.sent())
                .containsExactly(
                        "1:m65533#65534+", "1:m65534#65535+", "1:m65535#1+", "1:m65536#2+");
    }

    @Test
    void theWindowOfTheNewConnectionHoldsAndOwedPubrelsGoBeyondIt() {
        bench.connect(5);
        for (String text : List.of("a", "b", "c", "d", "e")) {
            bench.queue(EXACTLY_ONCE, text);
        }
        bench.drain();
        bench.pubrec(3);
        bench.pubrec(1);
        bench.sent();
        flow.disconnected();
        bench.connect(3);
        bench.drain();
        // PUBRELs in the order of the PUBRECs [MQTT-4.6.0-4], and they count as open (B13).
        assertThat(bench.sent()).containsExactly("rel#3", "rel#1", "2:b#2+");
        flow.pubcomp(1);
        bench.drain();
        assertThat(bench.sent()).containsExactly("2:d#4+");
        flow.pubcomp(3);
        flow.pubrec(2, ReasonCode.SUCCESS, 0, 0);
        flow.pubcomp(2);
        bench.queue(EXACTLY_ONCE, "new");
        bench.drain();
        assertThat(bench.sent()).containsExactly("rel#2", "2:e#5+", "2:new#6");
    }

    @Test
    void aReleasedMessageIsNeverPublishedAgain() {
        bench.connect(5);
        bench.queue(EXACTLY_ONCE, "a");
        bench.drain();
        bench.pubrec(1);
        bench.sent();
        for (int i = 0; i < 3; i++) {
            flow.disconnected();
            bench.connect(5);
            bench.drain();
            assertThat(bench.sent()).containsExactly("rel#1"); // [MQTT-4.3.3-6]
        }
    }

    @Test
    void anAnswerToWhatWasNotSentAgainYetStillEndsIt() {
        bench.connect(3);
        for (String text : List.of("a", "b", "c")) {
            bench.queue(AT_LEAST_ONCE, text);
        }
        bench.drain();
        flow.disconnected();
        bench.sent();
        bench.connect(1);
        bench.drain();
        bench.puback(2);
        bench.puback(1);
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:a#1+", "1:c#3+");
        bench.queue(AT_LEAST_ONCE, "d");
        bench.drain();
        assertThat(bench.sent()).isEmpty(); // the window is full, no more and no less
        bench.puback(3);
        bench.drain();
        assertThat(bench.sent()).containsExactly("1:d#4");
    }

    @Test
    void nothingNewGoesBeforeWhatIsSentAgain() {
        bench.connect(2);
        bench.queue(AT_LEAST_ONCE, "a");
        bench.queue(AT_LEAST_ONCE, "b");
        bench.drain();
        flow.disconnected();
        bench.queue(AT_MOST_ONCE, "zero"); // which no window holds back
        bench.sent();
        bench.connect(1);
        assertThat(bench.drain()).isFalse();
        assertThat(bench.sent()).containsExactly("1:a#1+");
        bench.puback(1);
        assertThat(bench.drain()).isFalse();
        assertThat(bench.sent()).containsExactly("1:b#2+", "0:zero"); // [MQTT-4.6.0-5]
    }

    // ---- retry, 3.x only (B8)

    @Test
    void whatIsNotAnsweredInTimeIsRepeatedAndNothingElse() {
        bench.connect(10);
        bench.queue(AT_LEAST_ONCE, "a");
        bench.queue(EXACTLY_ONCE, "b");
        bench.drain();
        bench.nowNanos = 15;
        bench.pubrec(2);
        bench.queue(AT_LEAST_ONCE, "c");
        bench.drain();
        bench.sent();
        bench.nowNanos = 19;
        assertThat(flow.repeat(19, 0, 0, 20, 256)).isZero();
        assertThat(flow.nextRepeat(19, 20)).isEqualTo(20);
        assertThat(flow.repeat(20, 0, 0, 20, 256)).isEqualTo(1);
        assertThat(bench.sent()).containsExactly("1:a#1+");
        assertThat(flow.repeat(35, 0, 0, 20, 256)).isEqualTo(2); // PUBREL is timed from itself
        assertThat(bench.sent()).containsExactly("rel#2", "1:c#3+");
    }

    @Test
    void whatCannotBeRepeatedNowIsTriedAgainAnIntervalLater() {
        bench.connect(10);
        bench.queue(AT_LEAST_ONCE, "a");
        bench.drain();
        bench.writable = false;
        assertThat(flow.repeat(20, 0, 0, 20, 256)).isZero();
        assertThat(flow.nextRepeat(20, 20)).isEqualTo(40); // and not at once, for ever
        bench.writable = true;
        assertThat(flow.repeat(40, 0, 0, 20, 256)).isEqualTo(1);
    }

    @Test
    void noMoreIsRepeatedAtOnceThanMayBeOfBothKinds() {
        bench.connect(10);
        for (String text : List.of("a", "b", "c")) {
            bench.queue(EXACTLY_ONCE, text);
        }
        bench.drain();
        bench.pubrec(1);
        bench.sent();
        assertThat(flow.repeat(20, 0, 0, 20, 1)).isEqualTo(1);
        assertThat(bench.sent()).containsExactly("rel#1");
        assertThat(flow.repeat(40, 0, 0, 20, 2)).isEqualTo(2);
        assertThat(bench.sent()).containsExactly("rel#1", "2:b#2+");
        assertThat(flow.repeat(59, 0, 0, 20, 2)).isEqualTo(1);
        assertThat(bench.sent()).containsExactly("2:c#3+");
    }

    @Test
    void aPubrelThatWaitsForTheJournalIsNotRepeated() {
        bench.journals = true;
        bench.connect(10);
        bench.queue(EXACTLY_ONCE, "a");
        bench.durable = 1;
        bench.drain();
        bench.pubrec(1);
        bench.sent();
        assertThat(flow.repeat(100, 0, 1, 20, 256)).isZero();
        assertThat(flow.repeat(100, 0, 2, 20, 256)).isEqualTo(1);
        assertThat(bench.sent()).containsExactly("rel#1");
    }

    // ---- after a restart

    // QoS 1 may come under another identifier after a crash, QoS 2 would be another message.
    @Test
    void aRecoveredCopyOfQoS1LeavesIdentifiersToQoS2() {
        Copy released = FlowBench.copy(65_536, EXACTLY_ONCE, "released", Message.NEVER);
        released.releaseIn(1);
        flow.recover(released, true, 2);
        flow.recover(FlowBench.copy(0, AT_LEAST_ONCE, "old", Message.NEVER), true, 0);
        flow.recover(FlowBench.copy(65_535, AT_LEAST_ONCE, "new", Message.NEVER), true, 0);
        flow.recover(FlowBench.copy(65_537, EXACTLY_ONCE, "two", Message.NEVER), true, 0);
        flow.recovered();
        bench.connect(10);
        bench.drain();
        assertThat(bench.sent()).containsExactly("rel#2", "1:old#1+", "1:new#4+", "2:two#3+");
    }

    /// The peer may have sent its PUBREC before the server died: the exchange goes on whatever
    /// becomes of the message [MQTT-4.3.3-7].
    @Test
    void whatMayHaveBegunBeforeTheCrashDoesNotExpireInTheQueueAtQoS2() {
        flow.recover(FlowBench.copy(4, EXACTLY_ONCE, "two", 1_000), false, 0);
        flow.recover(FlowBench.copy(5, AT_LEAST_ONCE, "one", 1_000), false, 0);
        flow.recovered();
        flow.recoverConnected();
        bench.queue(EXACTLY_ONCE, "later", 1_000);
        bench.wallMillis = 2_000;
        bench.connect(10);
        bench.drain();
        assertThat(bench.sent()).containsExactly("2:two#5+");
        assertThat(bench.ended).containsExactly("EXPIRED:one", "EXPIRED:later");
    }

    @Test
    void aRecoveredCopyIsQueuedSentOrReleasedAsItWas() {
        flow.recover(FlowBench.copy(4, EXACTLY_ONCE, "released", Message.NEVER), true, 9);
        flow.recover(FlowBench.copy(5, AT_LEAST_ONCE, "sent", Message.NEVER), true, 0);
        flow.recover(FlowBench.copy(6, AT_LEAST_ONCE, "queued", Message.NEVER), false, 0);
        flow.recovered();
        assertThat(flow.takeSequence()).isEqualTo(7);
        bench.connect(10);
        bench.drain();
        assertThat(bench.sent()).containsExactly("rel#9", "1:sent#6+", "1:queued#7");
        flow.recoverSequence(100);
        assertThat(flow.takeSequence()).isEqualTo(100);
        flow.pubcomp(9);
        bench.puback(6);
        bench.puback(7);
        assertThat(bench.ended)
                .containsExactly("DELIVERED:released", "DELIVERED:sent", "DELIVERED:queued");
        assertThat(flow.hasMessagesInFlight()).isFalse();
        assertThat(bench.accounting.inFlightCopies()).isZero();
        assertThat(bench.accounting.balances()).isTrue();
    }
}
