package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.puback;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.retained;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.unsubscribe;
import static org.vencejo.core.Packets.with;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.RetainHandling;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscription;

/// Retained messages: what is kept, and what a subscription is sent of it and when (3.3.1.3, C5 to
/// C18).
class RetainedTest {
    private final Bench bench = new Bench();
    private final Connection publisher =
            bench.connect(Change.of(connect("publisher", 0), "keepAlive", 0));

    private void retain(String topic, String payload) {
        bench.in(publisher, retained(topic, QoS.AT_LEAST_ONCE, 1, payload));
    }

    private static Subscription option(String filter, QoS qos, String option, Object value) {
        return Change.of(Subscription.of(filter, qos), option, value);
    }

    private List<String> newSubscriberGets(String filter) {
        Connection late = bench.connect("late", 0);
        bench.in(late, subscribe(filter, QoS.EXACTLY_ONCE));
        List<String> payloads = bench.payloadsTo(late);
        bench.cut(late);
        return payloads;
    }

    // ---- what is kept

    @Test
    void theLastRetainedMessageOfATopicIsKeptAndNothingElse() {
        retain("t", "first");
        retain("t", "second");
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0, "not retained"));
        assertThat(newSubscriberGets("t")).containsExactly("second"); // [MQTT-3.3.1-5]
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0, ""));
        assertThat(newSubscriberGets("t")).containsExactly("second"); // [MQTT-3.3.1-8]
        bench.in(publisher, retained("t", QoS.AT_MOST_ONCE, 0, "zero"));
        assertThat(newSubscriberGets("t")).containsExactly("zero"); // (C15)
    }

    @Test
    void anEmptyMessageIsDeliveredAndClears() {
        Connection live = bench.connect("live", 0);
        bench.in(live, subscribe(1, option("t", QoS.AT_MOST_ONCE, "retainAsPublished", true)));
        retain("t", "kept");
        retain("t", "");
        retain("u", ""); // (C18)
        assertThat(bench.to(live, Publish.class))
                .extracting(Packets::text, Publish::retain)
                .containsExactly(tuple("kept", true), tuple("", true)); // (C17)
        assertThat(bench.server.retainedMessages()).isZero(); // [MQTT-3.3.1-6]
        assertThat(bench.server.retainedBytes()).isZero();
        assertThat(bench.server.durableState().retained()).isEmpty();
    }

    @Test
    void whatHasNoRoomIsRefusedAndTheOldOneStays() {
        for (String limit : new String[] {"retainedMessagesMax", "retainedBytesMax"}) {
            Bench small = Bench.with(limit, limit.endsWith("BytesMax") ? 2 * 98 + 5 : 2);
            Connection client = small.connect("c", 0);
            small.in(client, retained("a", QoS.AT_LEAST_ONCE, 1, "1"));
            small.in(client, retained("b", QoS.AT_LEAST_ONCE, 2, "1"));
            small.in(client, retained("b", QoS.AT_LEAST_ONCE, 3, "2")); // replaces
            small.in(client, retained("c", QoS.AT_LEAST_ONCE, 4, "1"));
            small.in(client, retained("c", QoS.AT_MOST_ONCE, 0, "1"));
            assertThat(small.to(client, Puback.class).getLast())
                    .isEqualTo(new Puback(4, ReasonCode.QUOTA_EXCEEDED)); // (C16)
            assertThat(small.server.statistics().refusedWith(ReasonCode.QUOTA_EXCEEDED))
                    .isEqualTo(2);
            assertThat(small.server.retainedMessages()).isEqualTo(2);
            Connection old = small.connect(connect3(ProtocolVersion.MQTT_3_1_1, "old", true));
            small.in(old, retained("c", QoS.AT_LEAST_ONCE, 5, "1"));
            assertThat(small.isClosed(old)).isTrue(); // it could only be told a lie
        }
    }

    @Test
    void anExpiredMessageIsGoneAlsoAfterARestart() {
        bench.in(
                publisher,
                with(
                        retained("t", QoS.AT_LEAST_ONCE, 1, "kept"),
                        Property.MESSAGE_EXPIRY_INTERVAL,
                        10));
        bench.pass(2_500);
        Connection client = bench.connect("c", 0);
        bench.in(client, subscribe("t", QoS.AT_MOST_ONCE));
        assertThat(bench.to(client, Publish.class))
                .extracting(p -> p.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, 0))
                .containsExactly(8L); // [MQTT-3.3.2-6]
        Recovered stored = bench.server.durableState();
        bench.pass(7_500);
        assertThat(bench.server.retainedMessages()).isZero(); // U5-43
        assertThat(newSubscriberGets("t")).isEmpty();
        Bench restarted = new Bench(ServerSettings.DEFAULTS, AccessRules.OPEN, stored, 9_999);
        assertThat(restarted.server.retainedMessages()).isEqualTo(1);
        restarted.pass(1);
        assertThat(restarted.server.retainedMessages()).isZero();
        assertThat(restarted.server.deadlines()).isZero();
    }

    @Test
    void aReplacedMessageTakesItsDeadlineWithIt() {
        bench.in(
                publisher,
                with(
                        retained("t", QoS.AT_LEAST_ONCE, 1, "short"),
                        Property.MESSAGE_EXPIRY_INTERVAL,
                        1));
        retain("t", "long");
        assertThat(bench.server.deadlines()).isZero();
        bench.pass(5_000);
        assertThat(newSubscriberGets("t")).containsExactly("long");
    }

    // ---- what a subscription is sent

    @Test
    void retainHandlingDecidesWhatASubscribeBrings() {
        retain("t", "kept");
        for (RetainHandling handling : RetainHandling.values()) {
            Connection client = bench.connect("c" + handling, 100);
            Subscription subscription = option("t", QoS.AT_LEAST_ONCE, "retainHandling", handling);
            bench.in(client, subscribe(1, subscription, subscription)); // (C9)
            bench.in(client, subscribe(1, subscription));
            bench.cut(client);
            Connection resumed = bench.connect("c" + handling, 100);
            int resent = bench.to(resumed, Publish.class).size();
            bench.in(resumed, subscribe(1, subscription)); // existed before
            bench.in(resumed, unsubscribe(2, "t"));
            bench.in(resumed, subscribe(3, subscription));
            assertThat(
                            List.of(
                                    bench.to(client, Publish.class).size(),
                                    bench.to(resumed, Publish.class).size() - resent))
                    .isEqualTo(
                            switch (handling) {
                                case SEND_AT_SUBSCRIBE -> List.of(3, 2); // [MQTT-3.3.1-9]
                                case SEND_IF_NEW -> List.of(1, 1); // [MQTT-3.3.1-10]
                                case DO_NOT_SEND -> List.of(0, 0); // [MQTT-3.3.1-11]
                            });
        }
    }

    @Test
    void aResumedSessionIsSentNothingRetained() {
        Connection client = bench.connect("c", 100);
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.cut(client);
        Connection p = bench.connect("p", 0);
        bench.in(p, retained("u", QoS.AT_MOST_ONCE, 0, "kept"));
        Connection resumed = bench.connect("c", 100);
        assertThat(bench.payloadsTo(resumed)).isEmpty(); // (C8)
    }

    @Test
    void itComesWithItsFlagItsLowerQoSItsIdentifierAndAlsoToItsPublisher() {
        bench.in(publisher, retained("t", QoS.AT_LEAST_ONCE, 1, "kept"));
        bench.in(
                publisher,
                with(subscribe(1, option("t", QoS.EXACTLY_ONCE, "noLocal", true)), 42)); // (C13)
        Connection zero = bench.connect("zero", 0);
        bench.in(zero, subscribe("t", QoS.AT_MOST_ONCE));
        Publish own = bench.to(publisher, Publish.class).getFirst();
        assertThat(own.retain()).isTrue();
        assertThat(own.qos()).isEqualTo(QoS.AT_LEAST_ONCE); // (C12)
        assertThat(own.properties().subscriptionIdentifiers()).containsExactly(42); // (C5)
        assertThat(bench.to(zero, Publish.class))
                .extracting(Publish::qos, Publish::retain)
                .containsExactly(tuple(QoS.AT_MOST_ONCE, true));
    }

    @Test
    void eachNewFilterBringsItsOwn() {
        retain("a/b", "kept");
        Connection client = bench.connect("c", 0);
        bench.in(
                client,
                subscribe(
                        1,
                        Subscription.of("a/b", QoS.AT_MOST_ONCE),
                        Subscription.of("a/#", QoS.AT_MOST_ONCE)));
        assertThat(bench.payloadsTo(client)).containsExactly("kept", "kept"); // (C10)
    }

    // ---- the order: SUBACK, retained, live (C11)

    @Test
    void liveMessagesOfAnyQoSWaitBehindRetainedOnes() {
        for (int i = 0; i < 6; i++) {
            retain("r/" + i, "kept " + i);
        }
        Connection client = bench.connect(with(connect("c", 0), Property.RECEIVE_MAXIMUM, 2L));
        bench.in(client, subscribe("#", QoS.AT_LEAST_ONCE));
        bench.in(publisher, publish("live", QoS.AT_MOST_ONCE, 0, "live zero"));
        bench.in(publisher, publish("live", QoS.AT_LEAST_ONCE, 1, "live one"));
        bench.in(publisher, retained("r/5", QoS.AT_LEAST_ONCE, 1, "newer 5"));
        assertThat(bench.payloadsTo(client)).hasSize(2); // the window
        for (int i = 0; i < 20; i++) {
            List<Publish> all = bench.to(client, Publish.class);
            all.stream()
                    .filter(p -> p.qos() != QoS.AT_MOST_ONCE)
                    .skip(i)
                    .findFirst()
                    .ifPresent(p -> bench.in(client, puback(p.packetIdentifier())));
        }
        assertThat(bench.to(client).get(1)).isInstanceOf(Suback.class);
        List<String> payloads = bench.payloadsTo(client);
        assertThat(payloads.subList(0, 5))
                .containsExactlyInAnyOrder("kept 0", "kept 1", "kept 2", "kept 3", "kept 4");
        // What was replaced meanwhile is not sent behind its successor.
        assertThat(payloads.subList(5, payloads.size()))
                .containsExactly("live zero", "live one", "newer 5");
        bench.in(publisher, publish("live", QoS.AT_MOST_ONCE, 0, "at once"));
        assertThat(bench.payloadsTo(client)).last().isEqualTo("at once");
    }

    @Test
    void whatIsClearedMeanwhileIsNotSent() {
        retain("a", "kept");
        retain("b", "cleared");
        Connection client = bench.connect(with(connect("c", 0), Property.RECEIVE_MAXIMUM, 1L));
        bench.in(client, subscribe("+", QoS.AT_LEAST_ONCE));
        String first = bench.payloadsTo(client).getFirst();
        retain(first.equals("kept") ? "b" : "a", "");
        bench.in(client, puback(1));
        bench.in(client, puback(2));
        assertThat(bench.payloadsTo(client)).containsExactly(first, "");
    }

    @Test
    void unsubscribeEndsWhatIsOwedAndLetsLiveMessagesGo() {
        retain("a", "kept");
        retain("b", "kept");
        Connection client = bench.connect(with(connect("c", 0), Property.RECEIVE_MAXIMUM, 1L));
        bench.in(client, subscribe("live", QoS.AT_MOST_ONCE));
        bench.in(client, subscribe("+", QoS.AT_LEAST_ONCE));
        bench.in(publisher, publish("live", QoS.AT_MOST_ONCE, 0, "live"));
        assertThat(bench.payloadsTo(client)).containsExactly("kept");
        bench.in(client, unsubscribe(2, "+"));
        assertThat(bench.payloadsTo(client)).containsExactly("kept", "live");
        bench.in(client, puback(1));
        assertThat(bench.payloadsTo(client)).hasSize(2);
    }

    @Test
    void aLostConnectionEndsWhatIsOwedAndKeepsWhatWaitedBehindIt() {
        retain("a", "kept a");
        retain("b", "kept b");
        Connection client = bench.connect(with(connect("c", 100), Property.RECEIVE_MAXIMUM, 1L));
        bench.in(client, subscribe("+", QoS.AT_LEAST_ONCE));
        bench.in(publisher, publish("live", QoS.AT_LEAST_ONCE, 1, "live"));
        String first = bench.payloadsTo(client).getFirst();
        bench.cut(client);
        Connection resumed = bench.connect("c", 100);
        assertThat(bench.to(resumed, Publish.class))
                .extracting(Packets::text, Publish::dup)
                .containsExactly(tuple(first, true), tuple("live", false));
    }

    @Test
    void aQoS2MessageLeavesWhenTheJournalHasItAndOthersStayBehind() {
        bench.in(publisher, retained("a", QoS.EXACTLY_ONCE, 1, "two"));
        Connection client = bench.connect("c", 100);
        bench.journalAnswers = false;
        bench.in(client, subscribe("+", QoS.EXACTLY_ONCE));
        bench.durable(); // SUBACK leaves
        bench.in(publisher, publish("live", QoS.AT_MOST_ONCE, 0, "live"));
        assertThat(bench.payloadsTo(client)).isEmpty();
        bench.durable();
        assertThat(bench.payloadsTo(client)).containsExactly("two", "live");
    }

    // ---- many

    @Test
    void manyAreSentAFewAtATimeAndOthersHaveTheirTurn() {
        Bench small = Bench.with("sliceMax", 10);
        Connection from = small.connect("p", 0);
        for (int i = 0; i < 1_000; i++) {
            small.in(from, retained("r/" + i, QoS.AT_MOST_ONCE, 0, "" + i));
        }
        Connection client = small.connect("c", 0);
        small.deadlinesAreHandled = false;
        small.in(client, subscribe("r/+", QoS.AT_MOST_ONCE));
        int before = small.to(client, Publish.class).size();
        assertThat(before).isLessThanOrEqualTo(10);
        while (small.server.nextDeadline() <= small.now) {
            small.handle(new Input.DeadlineReached());
            int sent = small.to(client, Publish.class).size();
            assertThat(sent - before).isLessThanOrEqualTo(10);
            before = sent;
        }
        assertThat(small.payloadsTo(client))
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, 1_000).mapToObj(i -> "" + i).toList());
        assertThat(small.ended(Fate.DELIVERED)).isEqualTo(1_000);
    }

    @Test
    void aSlowReaderGetsThemAsItReads() {
        Bench small = Bench.with("outBufferHighBytes", 1_000);
        Connection from = small.connect("p", 0);
        List<String> all = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            small.in(from, retained("r/" + i, QoS.AT_MOST_ONCE, 0, "" + i));
            all.add("" + i);
        }
        Connection client = small.connect("c", 0);
        small.backlog.put(client, 1_001L);
        small.in(client, subscribe("r/+", QoS.AT_MOST_ONCE));
        assertThat(small.payloadsTo(client)).isEmpty(); // SUBACK filled the out-buffer
        small.writable(client);
        assertThat(small.payloadsTo(client)).containsExactlyInAnyOrderElementsOf(all);
        assertThat(small.ended(Fate.QUEUE_FULL)).isZero();
    }

    @Test
    void aRestartFindsThemAll() {
        retain("a", "kept");
        retain("b", "old");
        retain("b", "new");
        retain("c", "cleared");
        retain("c", "");
        Bench restarted =
                new Bench(ServerSettings.DEFAULTS, AccessRules.OPEN, bench.server.durableState());
        Connection client = restarted.connect("c", 0);
        restarted.in(client, subscribe("#", QoS.AT_LEAST_ONCE));
        assertThat(restarted.payloadsTo(client)).containsExactlyInAnyOrder("kept", "new");
        assertThat(restarted.server.retainedBytes()).isEqualTo(bench.server.retainedBytes());
        Packet first = restarted.to(client).get(1);
        assertThat(first).isInstanceOf(Suback.class);
    }
}
