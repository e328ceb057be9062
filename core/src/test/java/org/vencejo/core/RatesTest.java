package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscription;

/// Who is faster than it may be waits; nothing is cut and nothing is dropped.
class RatesTest {
    private static final Subscription TO_NO_FILTER = Subscription.of("a/#/b", QoS.AT_MOST_ONCE);

    /// What a client may ask for as often as it likes, and is refused each time.
    enum InVain {
        SUBSCRIBE,
        PUBLISH_AT_MOST_ONCE,
        PUBLISH_AT_LEAST_ONCE;

        Packet packet(int identifier) {
            return switch (this) {
                case SUBSCRIBE -> subscribe(identifier, TO_NO_FILTER);
                case PUBLISH_AT_MOST_ONCE -> publish("$SYS/t", QoS.AT_MOST_ONCE, 0);
                case PUBLISH_AT_LEAST_ONCE -> publish("$SYS/t", QoS.AT_LEAST_ONCE, identifier);
            };
        }
    }

    private static Bench bench(Limits.Rates rates) {
        return new Bench(
                Change.of(
                        ServerSettings.DEFAULTS,
                        "limits",
                        Change.of(Limits.DEFAULTS, "rates", rates)));
    }

    @Test
    void whoSendsMoreThanItMayIsReadFromLater() {
        Bench bench = bench(new Limits.Rates(10, 0, 0, 0, 0));
        Connection fast = bench.connect("fast", 0);
        Connection slow = bench.connect("slow", 0);
        for (int i = 0; i < 10; i++) {
            bench.in(fast, publish("t", QoS.AT_MOST_ONCE, 0));
        }
        assertThat(bench.isPaused(fast)).as("a second's worth at once").isFalse();
        bench.in(fast, Pingreq.INSTANCE);
        assertThat(bench.isPaused(fast)).isTrue();
        bench.in(slow, Pingreq.INSTANCE);
        assertThat(bench.isPaused(slow)).isFalse();
        bench.pass(99);
        assertThat(bench.isPaused(fast)).isTrue();
        bench.pass(2);
        assertThat(bench.isPaused(fast)).isFalse();
        assertThat(bench.isClosed(fast)).isFalse();
        assertThat(bench.server.statistics().timesHeldIn()).isEqualTo(1);
    }

    /// What was read already is handled, and paid for.
    @Test
    void whatCameTooEarlyIsWaitedForLonger() {
        Bench bench = bench(new Limits.Rates(10, 0, 0, 0, 0));
        Connection fast = bench.connect("fast", 0);
        for (int i = 1; i <= 50; i++) {
            bench.in(fast, publish("t", QoS.AT_LEAST_ONCE, i));
        }
        assertThat(bench.to(fast, Puback.class)).hasSize(50);
        bench.pass(3_990);
        assertThat(bench.isPaused(fast)).isTrue();
        bench.pass(20);
        assertThat(bench.isPaused(fast)).isFalse();
    }

    @Test
    void bytesCountAsWell() {
        Bench bench = bench(new Limits.Rates(0, 1_000, 0, 0, 0));
        Connection fast = bench.connect("fast", 0);
        bench.in(fast, publish("t", QoS.AT_MOST_ONCE, 0, "x".repeat(2_990)));
        assertThat(bench.isPaused(fast)).isTrue();
        bench.pass(1_990);
        assertThat(bench.isPaused(fast)).isTrue();
        bench.pass(20);
        assertThat(bench.isPaused(fast)).isFalse();
    }

    @Test
    void answersToWhatItWasSentAreNotCounted() {
        Bench bench = bench(new Limits.Rates(2, 0, 0, 0, 0));
        Connection subscriber = bench.connect("subscriber", 0);
        bench.in(subscriber, subscribe("t", QoS.AT_LEAST_ONCE));
        for (int i = 1; i <= 20; i++) {
            Connection publisher = bench.connect("p" + i, 0);
            bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 1));
            int identifier = bench.to(subscriber, Publish.class).getLast().packetIdentifier();
            bench.in(subscriber, new Puback(identifier, ReasonCode.SUCCESS));
        }
        assertThat(bench.isPaused(subscriber)).isFalse();
    }

    @ParameterizedTest
    @EnumSource(QoS.class)
    void whoIsSentMoreThanItMayGetsTheRestLaterInItsOrder(QoS qos) {
        Bench bench = bench(new Limits.Rates(0, 0, 10, 0, 0));
        Connection slow = bench.connect("slow", 0);
        bench.in(slow, subscribe("t", qos));
        Connection publisher = bench.connect("publisher", 0);
        for (int i = 1; i <= 40; i++) {
            bench.in(publisher, publish("t", qos, qos == QoS.AT_MOST_ONCE ? 0 : i, "" + i));
        }
        assertThat(bench.payloadsTo(slow)).hasSize(11);
        bench.pass(1_001);
        assertThat(bench.payloadsTo(slow)).hasSizeBetween(20, 22);
        bench.pass(3_000);
        assertThat(bench.payloadsTo(slow))
                .isEqualTo(IntStream.rangeClosed(1, 40).mapToObj(Integer::toString).toList());
        assertThat(bench.ended(Fate.QUEUE_FULL)).isZero();
        assertThat(bench.server.statistics().timesHeldOut()).isPositive();
    }

    @Test
    void bytesThatItIsSentCountAsWellAndOthersAreNotHeld() {
        Bench bench = bench(new Limits.Rates(0, 0, 0, 1_000, 0));
        Connection slow = bench.connect("slow", 0);
        Connection other = bench.connect("other", 0);
        bench.in(slow, subscribe("#", QoS.AT_LEAST_ONCE));
        bench.in(other, subscribe("b", QoS.AT_LEAST_ONCE));
        Connection publisher = bench.connect("publisher", 0);
        bench.in(publisher, publish("a", QoS.AT_LEAST_ONCE, 1, "x".repeat(1_990)));
        bench.in(publisher, publish("b", QoS.AT_LEAST_ONCE, 2, "b"));
        assertThat(bench.payloadsTo(slow)).hasSize(1);
        assertThat(bench.payloadsTo(other)).isEqualTo(List.of("b"));
        bench.pass(1_010);
        assertThat(bench.payloadsTo(slow)).hasSize(2);
    }

    /// A flood in vain costs as much as one that is served.
    @ParameterizedTest
    @EnumSource
    void whoGoesOnAskingForWhatItIsRefusedIsReadFromLater(InVain request) {
        Bench bench = bench(new Limits.Rates(0, 0, 0, 0, 10));
        Connection refused = bench.connect("refused", 0);
        Connection served = bench.connect("served", 0);
        for (int i = 1; i <= 10; i++) {
            bench.in(refused, request.packet(i));
            bench.in(served, publish("t", QoS.AT_LEAST_ONCE, i));
        }
        assertThat(bench.isPaused(refused)).as("a second's worth at once").isFalse();
        bench.in(refused, request.packet(11));
        bench.in(served, publish("t", QoS.AT_LEAST_ONCE, 11));
        assertThat(bench.isPaused(refused)).isTrue();
        assertThat(bench.isPaused(served)).isFalse();
        bench.pass(99);
        assertThat(bench.isPaused(refused)).isTrue();
        bench.pass(2);
        assertThat(bench.isPaused(refused)).isFalse();
        assertThat(bench.isClosed(refused)).isFalse();
        assertThat(bench.server.statistics().timesHeldRefused()).isEqualTo(1);
    }

    @Test
    void withoutALimitOnRefusalsNobodyWaits() {
        Bench bench = bench(new Limits.Rates(0, 0, 0, 0, 0));
        Connection refused = bench.connect("refused", 0);
        for (int i = 1; i <= 1_000; i++) {
            bench.in(refused, InVain.SUBSCRIBE.packet(i));
        }
        assertThat(bench.isPaused(refused)).isFalse();
        assertThat(bench.server.statistics().timesHeldRefused()).isZero();
    }

    /// A SUBSCRIBE with many filters is one request.
    @Test
    void refusalsAreCountedByPackets() {
        Bench bench = bench(new Limits.Rates(0, 0, 0, 0, 10));
        Connection refused = bench.connect("refused", 0);
        Subscription[] many = new Subscription[100];
        Arrays.fill(many, TO_NO_FILTER);
        bench.in(refused, subscribe(1, many));
        assertThat(bench.to(refused, Suback.class).getFirst().reasonCodes())
                .hasSize(100)
                .containsOnly(ReasonCode.TOPIC_FILTER_INVALID);
        assertThat(bench.isPaused(refused)).isFalse();
    }

    @Test
    void nothingIsLeftOfWhoWaitedAndWent() {
        Bench bench = bench(new Limits.Rates(1, 0, 1, 0, 0));
        int before = bench.server.deadlines();
        Connection fast = bench.connect("fast", 0);
        bench.in(fast, subscribe("t", QoS.AT_MOST_ONCE));
        for (int i = 0; i < 5; i++) {
            bench.in(fast, publish("t", QoS.AT_MOST_ONCE, 0));
        }
        assertThat(bench.isPaused(fast)).isTrue();
        bench.cut(fast);
        assertThat(bench.server.deadlines()).isEqualTo(before);
    }
}
