package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;

import org.junit.jupiter.api.Test;
import org.vencejo.core.ServerSettings.QueueFullPolicy;
import org.vencejo.core.session.Fate;
import org.vencejo.core.session.Message;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.UserProperty;

/// What gives way when a queue is full (B37).
class QueueLimitsTest {
    private static final long ONE = Message.bytesOf(publish("t", QoS.AT_LEAST_ONCE, 1, "1"));

    private Bench bench;
    private Connection publisher;

    private void begin(QueueFullPolicy policy, String limit, long value) {
        bench = new Bench(Change.of(Bench.settings(limit, value), "queueFullPolicy", policy));
        publisher = bench.connect("publisher", 0);
    }

    private Connection away(String name) {
        Connection client = bench.connect(name, 100);
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.in(client, subscribe("t/" + name, QoS.AT_LEAST_ONCE));
        bench.cut(client);
        return client;
    }

    private void publishes(String topic, String... payloads) {
        for (String payload : payloads) {
            bench.in(publisher, publish(topic, QoS.AT_LEAST_ONCE, 1, payload));
        }
    }

    @Test
    void theOldestGivesWay() {
        begin(QueueFullPolicy.DROP_OLDEST, "queuedMessagesMax", 2);
        away("c");
        publishes("t", "1", "2", "3", "4");
        assertThat(bench.payloadsTo(bench.connect("c", 100))).containsExactly("3", "4");
        assertThat(bench.ended(Fate.QUEUE_FULL)).isEqualTo(2);
        assertThat(bench.events).filteredOn(Event.QueueFull.class::isInstance).hasSize(1);
    }

    @Test
    void aQueueThatRunsFullAgainAfterItDrainedIsToldAgain() {
        begin(QueueFullPolicy.DROP_OLDEST, "queuedMessagesMax", 2);
        away("c");
        publishes("t", "1", "2", "3", "4");
        bench.cut(bench.connect("c", 100));
        publishes("t", "5", "6", "7", "8");
        assertThat(bench.events)
                .filteredOn(Event.QueueFull.class::isInstance)
                .hasSize(2)
                .last()
                .isEqualTo(new Event.QueueFull("c", 2, 2 * ONE));
    }

    @Test
    void theNewestGivesWay() {
        begin(QueueFullPolicy.DROP_NEWEST, "queuedMessagesMax", 2);
        away("c");
        publishes("t", "1", "2", "3", "4");
        assertThat(bench.payloadsTo(bench.connect("c", 100))).containsExactly("1", "2");
        assertThat(bench.ended(Fate.QUEUE_FULL)).isEqualTo(2);
    }

    @Test
    void theSessionGivesWayAndItsClientIsTold() {
        begin(QueueFullPolicy.END_SESSION, "queuedMessagesMax", 2);
        away("c");
        Connection slow =
                bench.connect(
                        Packets.with(Packets.connect("slow", 100), Property.RECEIVE_MAXIMUM, 1L));
        bench.in(slow, subscribe("t", QoS.AT_LEAST_ONCE));
        publishes("t", "1", "2");
        assertThat(bench.server.sessions()).isEqualTo(3);
        publishes("t", "3");
        assertThat(bench.server.sessions()).isEqualTo(2); // one in flight, two queued
        publishes("t", "4");
        assertThat(bench.server.sessions()).isEqualTo(1);
        assertThat(bench.to(slow).getLast()).isEqualTo(new Disconnect(ReasonCode.QUOTA_EXCEEDED));
        assertThat(bench.server.subscriptions()).isZero();
        assertThat(bench.accounting().queuedCopies()).isZero();
        assertThat(bench.ended(Fate.QUEUE_FULL)).isEqualTo(2);
        assertThat(bench.ended(Fate.SESSION_ENDED)).isEqualTo(5);
    }

    @Test
    void aSessionThatEndsWithItsConnectionGivesWayOnce() {
        begin(QueueFullPolicy.END_SESSION, "queuedMessagesMax", 2);
        Connection slow =
                bench.connect(
                        Packets.with(Packets.connect("slow", 0), Property.RECEIVE_MAXIMUM, 1L));
        bench.in(slow, subscribe("t", QoS.AT_LEAST_ONCE));
        publishes("t", "1", "2", "3", "4");
        assertThat(bench.isClosed(slow)).isTrue();
        assertThat(bench.ended(Fate.SESSION_ENDED) + bench.ended(Fate.QUEUE_FULL)).isEqualTo(4);
        assertThat(bench.events).filteredOn(Event.SessionEnded.class::isInstance).hasSize(1);
    }

    @Test
    void bytesCountAsMessagesDo() {
        begin(QueueFullPolicy.DROP_OLDEST, "queuedBytesMax", 2 * ONE);
        away("c");
        publishes("t", "1", "2", "3");
        assertThat(bench.payloadsTo(bench.connect("c", 100))).containsExactly("2", "3");
    }

    @Test
    void nothingIsDroppedForAMessageThatHasNoRoomAnyway() {
        begin(QueueFullPolicy.DROP_OLDEST, "queuedBytesMax", 2 * ONE);
        away("c");
        publishes("t", "1", "2", "x".repeat((int) ONE + 2));
        assertThat(bench.payloadsTo(bench.connect("c", 100))).containsExactly("1", "2");
        assertThat(bench.ended(Fate.QUEUE_FULL)).isEqualTo(1);
    }

    @Test
    void aSessionPaysForTheMemoryOfAllOnlyWithWhatItHas() {
        begin(QueueFullPolicy.DROP_OLDEST, "queuedBytesInAllMax", 3 * (ONE + 5));
        away("loud");
        away("calm");
        publishes("t/calm", "1");
        publishes("t/loud", "1", "2", "3", "4");
        assertThat(bench.accounting().queuedCopies()).isEqualTo(3);
        publishes("t/calm", "2");
        assertThat(bench.payloadsTo(bench.connect("calm", 100))).containsExactly("2");
        assertThat(bench.payloadsTo(bench.connect("loud", 100))).containsExactly("3", "4");
    }

    /// A message of a byte can weigh as much as its packet may.
    @Test
    void propertiesCountToo() {
        begin(QueueFullPolicy.DROP_OLDEST, "queuedBytesMax", 20 * ONE);
        away("c");
        Properties.Builder properties = Properties.builder();
        for (int i = 0; i < 100; i++) {
            properties.add(new UserProperty("", ""));
        }
        Publish plain = publish("t", QoS.AT_LEAST_ONCE, 1, "heavy");
        publishes("t", "1", "2", "3");
        bench.in(publisher, plain.with(plain.topicName(), properties.build()));
        publishes("t", "4");
        assertThat(bench.ended(Fate.QUEUE_FULL)).isEqualTo(1);
        assertThat(bench.payloadsTo(bench.connect("c", 100))).containsExactly("1", "2", "3", "4");
    }
}
