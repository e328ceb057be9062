package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;
import org.vencejo.protocol.TopicFilter;
import org.vencejo.protocol.Unsubscribe;

/// Who is faster than it may be waits; nothing is cut and nothing is dropped.
class RatesTest {
    private static Bench bench(Limits.Rates rates) {
        return new Bench(
                Change.of(
                        ServerSettings.DEFAULTS,
                        "limits",
                        Change.of(Limits.DEFAULTS, "rates", rates)));
    }

    @Test
    void whoSendsMoreThanItMayIsReadFromLater() {
        Bench bench = bench(new Limits.Rates(10, 0, 0, 0));
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
        Bench bench = bench(new Limits.Rates(10, 0, 0, 0));
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

    /// Nor does it help to ask for many things in one packet; but nobody is left without an answer
    /// to its PINGREQ for minutes.
    @ParameterizedTest(name = "{0} Topic Filters: {1} ms")
    @CsvSource({"10, 0", "11, 100", "60, 5000", "110, 9000", "5000, 9000"})
    void eachTopicFilterCountsUpToTenSecondsWorth(int filters, long waitMillis) {
        Bench bench = bench(new Limits.Rates(10, 0, 0, 0));
        Connection fast = bench.connect("fast", 0);
        bench.in(fast, new Subscribe(1, wanted(filters), Properties.NONE));
        assertPausedFor(bench, fast, waitMillis);
    }

    @Test
    void manyOfThemInARowAreNotWaitedForEachByItself() {
        Bench bench = bench(new Limits.Rates(10, 0, 0, 0));
        Connection fast = bench.connect("fast", 0);
        for (int i = 1; i <= 20; i++) {
            bench.in(fast, new Subscribe(i, wanted(100), Properties.NONE));
        }
        assertPausedFor(bench, fast, 11_800);
    }

    @Test
    void unsubscribeCountsAsSubscribeDoes() {
        Bench bench = bench(new Limits.Rates(10, 0, 0, 0));
        Connection fast = bench.connect("fast", 0);
        List<TopicFilter> filters = wanted(30).stream().map(Subscription::topicFilter).toList();
        bench.in(fast, new Unsubscribe(1, filters, Properties.NONE));
        assertPausedFor(bench, fast, 2_000);
    }

    private static List<Subscription> wanted(int filters) {
        List<Subscription> wanted = new ArrayList<>();
        for (int i = 0; i < filters; i++) {
            wanted.addAll(subscribe("t/" + i, QoS.AT_MOST_ONCE).subscriptions());
        }
        return wanted;
    }

    private static void assertPausedFor(Bench bench, Connection connection, long millis) {
        assertThat(bench.isPaused(connection)).isEqualTo(millis > 0);
        bench.pass(Math.max(0, millis - 10));
        assertThat(bench.isPaused(connection)).isEqualTo(millis > 0);
        bench.pass(20);
        assertThat(bench.isPaused(connection)).isFalse();
    }

    @Test
    void bytesCountAsWell() {
        Bench bench = bench(new Limits.Rates(0, 1_000, 0, 0));
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
        Bench bench = bench(new Limits.Rates(2, 0, 0, 0));
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
        Bench bench = bench(new Limits.Rates(0, 0, 10, 0));
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
        Bench bench = bench(new Limits.Rates(0, 0, 0, 1_000));
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

    @Test
    void nothingIsLeftOfWhoWaitedAndWent() {
        Bench bench = bench(new Limits.Rates(1, 0, 1, 0));
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
