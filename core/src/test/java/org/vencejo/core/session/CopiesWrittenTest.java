package org.vencejo.core.session;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.AT_MOST_ONCE;
import static org.vencejo.protocol.QoS.EXACTLY_ONCE;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.ReasonCode;

/// What the owner of a flow is told of each copy: that it came, that it went, and its fate.
class CopiesWrittenTest {
    private final FlowBench bench = new FlowBench();
    private final OutboundFlow flow = bench.flow;

    @Test
    void aCopyIsWrittenWhenItComesAndWhenItGoesHoweverItEnds() {
        bench.connect(10);
        bench.sizeMax = 40;
        bench.denied = "denied";
        for (String text : List.of("acked", "refused", "denied", "much too large ".repeat(9))) {
            bench.queue(AT_LEAST_ONCE, text);
        }
        bench.queue(AT_LEAST_ONCE, "expired", 1);
        bench.queue(EXACTLY_ONCE, "twice");
        bench.queue(AT_MOST_ONCE, "zero");
        bench.wallMillis = 1;
        bench.drain();
        bench.puback(1);
        flow.puback(2, ReasonCode.QUOTA_EXCEEDED);
        bench.pubrec(6);
        flow.pubcomp(6);
        for (String text :
                List.of(
                        "DELIVERED:acked",
                        "REFUSED:refused",
                        "ACCESS_DENIED:denied",
                        "TOO_LARGE:" + "much too large ".repeat(9),
                        "EXPIRED:expired",
                        "DELIVERED:twice",
                        "DELIVERED:zero")) {
            String topic = text.substring(text.indexOf(':') + 1);
            assertThat(bench.ended).containsOnlyOnce(text);
            assertThat(bench.written).containsOnlyOnce("+" + topic, "-" + topic);
        }
        assertThat(bench.ended).hasSize(7);
        assertThat(bench.written).hasSize(15).containsOnlyOnce("rel twice");
        assertThat(bench.accounting.queuedCopies() + bench.accounting.inFlightCopies()).isZero();
    }

    @Test
    void anAnswerNamesTheCopyThatItAnswers() {
        bench.connect(10);
        Copy one = bench.queue(AT_LEAST_ONCE, "one");
        Copy two = bench.queue(EXACTLY_ONCE, "two");
        Copy refused = bench.queue(EXACTLY_ONCE, "refused");
        bench.drain();
        assertThat(flow.puback(1, ReasonCode.SUCCESS)).isSameAs(one);
        assertThat(flow.pubrec(2, ReasonCode.SUCCESS, 0, 0)).isSameAs(two);
        assertThat(flow.pubrec(3, ReasonCode.UNSPECIFIED_ERROR, 0, 0)).isSameAs(refused);
        assertThat(flow.pubcomp(2)).isSameAs(two);
    }

    @Test
    void aCopyThatAnotherSessionGetsIsGoneWithoutAFate() {
        bench.connect(2);
        Copy sent = bench.queue(AT_LEAST_ONCE, "sent");
        bench.queue(AT_LEAST_ONCE, "stays");
        Copy queued = bench.queue(AT_LEAST_ONCE, "queued");
        bench.drain();
        bench.sent();
        flow.disconnected();
        bench.written.clear();
        flow.takeAway(sent);
        flow.takeAway(queued);
        assertThat(bench.written).containsExactly("-sent", "-queued");
        assertThat(bench.ended).isEmpty();
        assertThat(flow.inFlightCount()).isEqualTo(1);
        assertThat(bench.accounting.queuedBytes()).isZero();
        assertThat(bench.accounting.inFlightCopies()).isEqualTo(1);
        bench.connect(2);
        flow.drain(0, 0, 0, 10);
        assertThat(bench.sent()).containsExactly("1:stays#2+");
    }

    @Test
    void aSessionEndsWithWhatIsInFlightAheadAndQueued() {
        bench.connect(1);
        bench.queue(AT_LEAST_ONCE, "sent");
        bench.drain();
        flow.holdQueue(true);
        bench.queueAhead(AT_LEAST_ONCE, "ahead 1");
        bench.queueAhead(AT_LEAST_ONCE, "ahead 2");
        bench.queue(AT_LEAST_ONCE, "queued");
        assertThat(flow.end(false)).isEqualTo(4);
        assertThat(bench.accounting.endedBy(Fate.SESSION_ENDED)).isEqualTo(4);
        assertThat(bench.accounting.queuedBytes()).isZero();
        assertThat(bench.accounting.balances()).isTrue();
        assertThat(flow.inFlightCount()).isZero();
    }

    @Test
    void messagesAreInFlightFromPublishToTheirLastAnswer() {
        assertThat(flow.hasMessagesInFlight()).isFalse();
        bench.connect(10);
        bench.queue(EXACTLY_ONCE, "two");
        assertThat(flow.hasMessagesInFlight()).isFalse();
        bench.drain();
        assertThat(flow.hasMessagesInFlight()).isTrue();
        bench.pubrec(1);
        assertThat(flow.hasMessagesInFlight()).isTrue();
        flow.pubcomp(1);
        assertThat(flow.hasMessagesInFlight()).isFalse();
    }
}
