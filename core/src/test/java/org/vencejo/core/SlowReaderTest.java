package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.retained;
import static org.vencejo.core.Packets.subscribe;

import org.junit.jupiter.api.Test;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Pingresp;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscription;

/// A client that does not read what it is sent.
class SlowReaderTest {
    private final Bench bench = Bench.with("outBufferHighBytes", 1_000);

    @Test
    void qos0IsDroppedAndTheRestWaitsUntilTheClientReads() {
        Connection slow = bench.connect("slow", 0);
        Connection publisher = bench.connect("publisher", 0);
        bench.in(slow, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.backlog.put(slow, 1_001L);
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0, "fills the out-buffer"));
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0, "dropped"));
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 1, "waits"));
        assertThat(bench.payloadsTo(slow)).containsExactly("fills the out-buffer");
        assertThat(bench.ended(Fate.QUEUE_FULL)).isEqualTo(1);
        bench.writable(slow);
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0, "after"));
        assertThat(bench.payloadsTo(slow))
                .containsExactly("fills the out-buffer", "waits", "after");
    }

    @Test
    void answersAreNeverDroppedButNoMoreRequestsAreRead() {
        Connection slow = bench.connect("slow", 0);
        bench.backlog.put(slow, 2_000L);
        bench.in(slow, Pingreq.INSTANCE);
        assertThat(bench.isPaused(slow)).isFalse();
        bench.backlog.put(slow, 2_001L);
        bench.in(slow, Pingreq.INSTANCE);
        assertThat(bench.isPaused(slow)).isTrue();
        bench.in(slow, Pingreq.INSTANCE); // was read already
        assertThat(bench.to(slow, Pingresp.class)).hasSize(3); // (B15)
        bench.writable(slow);
        assertThat(bench.isPaused(slow)).isFalse();
    }

    @Test
    void requestsWhoseAnswersWaitForTheJournalAreReadUpToALimit() {
        Bench small = Bench.with("receiveMaximum", 3);
        Connection client = small.connect("c", 100);
        small.journalAnswers = false;
        for (int i = 1; i <= 3; i++) {
            small.in(client, subscribe(i, Subscription.of("t" + i, QoS.AT_MOST_ONCE)));
        }
        assertThat(small.isPaused(client)).isFalse();
        small.in(client, subscribe(4, Subscription.of("t", QoS.AT_MOST_ONCE)));
        assertThat(small.isPaused(client)).isTrue();
        small.durable();
        assertThat(small.isPaused(client)).isFalse();
    }

    /// Reading goes on meanwhile: it is the client's own answers that make room for what it is
    /// owed.
    @Test
    void subscriptionsThatAreOwedRetainedMessagesAreTakenUpToALimit() {
        Bench small =
                new Bench(
                        Change.of(
                                Bench.settings("subscriptionsMax", 3),
                                "limits",
                                Change.of(
                                        Bench.settings("subscriptionsMax", 3).limits(),
                                        "receiveMaximum",
                                        1)));
        Connection publisher = small.connect("publisher", 0);
        small.in(publisher, retained("t", QoS.AT_LEAST_ONCE, 1, "kept"));
        Connection client =
                small.connect(Packets.with(Packets.connect("c", 0), Property.RECEIVE_MAXIMUM, 1L));
        for (int i = 1; i <= 6; i++) {
            small.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        }
        assertThat(small.to(client, Suback.class))
                .extracting(suback -> suback.reasonCodes().getFirst())
                .containsExactly(
                        ReasonCode.GRANTED_QOS_1,
                        ReasonCode.GRANTED_QOS_1,
                        ReasonCode.GRANTED_QOS_1,
                        ReasonCode.GRANTED_QOS_1,
                        ReasonCode.QUOTA_EXCEEDED,
                        ReasonCode.QUOTA_EXCEEDED);
        assertThat(small.isPaused(client)).isFalse();
        for (Publish last = last(small, client); small.to(client, Publish.class).size() < 4; ) {
            small.in(client, Packets.puback(last.packetIdentifier()));
            last = last(small, client);
        }
        small.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        assertThat(small.to(client, Suback.class).getLast().reasonCodes())
                .containsExactly(ReasonCode.GRANTED_QOS_1);
    }

    private static Publish last(Bench bench, Connection client) {
        return bench.to(client, Publish.class).getLast();
    }
}
