package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.retained;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Payload;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscribe;

/// A message that has more receivers than one call may serve: two here.
class FanoutTest {
    private final Bench bench = Bench.with("sliceMax", 2);
    private final List<Connection> subscribers = new ArrayList<>();
    private final Connection publisher = bench.connect("publisher", 0);

    private void subscribers(int count, long expirySeconds, QoS qos) {
        for (int i = 0; i < count; i++) {
            Connection subscriber = bench.connect("s" + i, expirySeconds);
            bench.in(subscriber, subscribe("t", qos));
            subscribers.add(subscriber);
        }
        bench.forget();
        bench.deadlinesAreHandled = false;
    }

    private void slice() {
        bench.handle(new Input.DeadlineReached());
    }

    private List<Integer> received() {
        return subscribers.stream().map(s -> bench.to(s, Publish.class).size()).toList();
    }

    @Test
    void eachCallServesSoManyAndTheAnswerComesBehindTheLast() {
        subscribers(5, 0, QoS.AT_MOST_ONCE);
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 7));
        assertThat(received()).containsExactly(1, 1, 0, 0, 0);
        slice();
        assertThat(received()).containsExactly(1, 1, 1, 1, 0);
        assertThat(bench.to(publisher)).isEmpty();
        slice();
        assertThat(received()).containsExactly(1, 1, 1, 1, 1);
        assertThat(bench.to(publisher)).containsExactly(new Puback(7, ReasonCode.SUCCESS));
    }

    @Test
    void laterMessagesAndAnswersWaitForTheirTurn() {
        subscribers(3, 0, QoS.AT_MOST_ONCE);
        bench.in(publisher, publish("t", QoS.EXACTLY_ONCE, 1, "one"));
        bench.in(publisher, publish("t", QoS.EXACTLY_ONCE, 1, "one")); // a repeat
        bench.in(publisher, publish("nobody", QoS.EXACTLY_ONCE, 2, "two"));
        bench.in(publisher, publish("$SYS/no", QoS.EXACTLY_ONCE, 3, "refused"));
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0, "four"));
        assertThat(bench.to(publisher)).isEmpty();
        while (bench.server.nextDeadline() <= bench.now) {
            slice();
        }
        for (Connection subscriber : subscribers) {
            assertThat(bench.payloadsTo(subscriber)).containsExactly("one", "four");
        }
        assertThat(bench.to(publisher))
                .containsExactly(
                        new Pubrec(1, ReasonCode.SUCCESS),
                        new Pubrec(1, ReasonCode.SUCCESS),
                        new Pubrec(2, ReasonCode.SUCCESS),
                        new Pubrec(3, ReasonCode.NOT_AUTHORIZED)); // (B29)
    }

    @Test
    void whoLeavesReturnsOrEndsBetweenSlicesIsServedAsHeIsThen() {
        subscribers(5, 100, QoS.AT_LEAST_ONCE);
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 7));
        bench.cut(subscribers.get(2));
        bench.cut(subscribers.get(3));
        Connection returned = bench.connect("s3", 100);
        bench.cut(subscribers.get(4));
        bench.connect(Packets.cleanStart(connect("s4", 100)));
        while (bench.server.nextDeadline() <= bench.now) {
            slice();
        }
        assertThat(received()).containsExactly(1, 1, 0, 0, 0);
        assertThat(bench.payloadsTo(returned)).containsExactly("21.5");
        assertThat(bench.accounting().queuedCopies()).isEqualTo(1); // of s2, who is away
        assertThat(bench.ended(Fate.SESSION_ENDED)).isEqualTo(1); // of s4, who began anew
        assertThat(bench.to(publisher, Puback.class)).hasSize(1);
    }

    @Test
    void whoSubscribesBetweenSlicesGetsTheNextMessage() {
        subscribers(3, 0, QoS.AT_MOST_ONCE);
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0, "before"));
        Connection late = bench.connect("late", 0);
        bench.in(late, subscribe("t", QoS.AT_MOST_ONCE));
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0, "behind"));
        while (bench.server.nextDeadline() <= bench.now) {
            slice();
        }
        assertThat(bench.payloadsTo(late)).containsExactly("behind");
    }

    @Test
    void aQoS2MessageIsDurableAsAWhole() {
        Connection kept = bench.connect("kept", 100);
        subscribers(5, 100, QoS.EXACTLY_ONCE);
        bench.in(kept, publish("t", QoS.EXACTLY_ONCE, 7));
        assertThat(bench.server.mayCommit()).isFalse();
        slice();
        assertThat(bench.server.mayCommit()).isFalse();
        slice();
        assertThat(bench.server.mayCommit()).isTrue();
        bench.in(kept, publish("t", QoS.AT_LEAST_ONCE, 8));
        assertThat(bench.server.mayCommit()).isTrue(); // QoS 1 may come again after a crash
    }

    /// The will leaves its session in the first of the calls, and nobody would publish it again.
    @Test
    void aWillToMoreThanOneCallServesIsDurableAsAWhole() {
        Connection dying =
                bench.connect(with(connect("dying", 100), will("t", QoS.AT_LEAST_ONCE, 0)));
        subscribers(5, 100, QoS.AT_LEAST_ONCE);
        bench.cut(dying);
        assertThat(bench.mutations).hasAtLeastOneElementOfType(Mutation.WillRemoved.class);
        assertThat(bench.server.mayCommit()).isFalse();
        slice();
        assertThat(enqueued()).isEqualTo(4);
        assertThat(bench.server.mayCommit()).isFalse();
        slice();
        assertThat(enqueued()).isEqualTo(5);
        assertThat(bench.server.mayCommit()).isTrue();
    }

    private long enqueued() {
        return bench.mutations.stream().filter(Mutation.Enqueued.class::isInstance).count();
    }

    @Test
    void aFaultAtOneReceiverLeavesTheOthersTheirMessage() {
        subscribers(5, 0, QoS.AT_MOST_ONCE);
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0));
        bench.faultsAreExpected = true;
        bench.broken = subscribers.get(2);
        slice();
        bench.broken = null;
        while (bench.server.nextDeadline() <= bench.now) {
            slice();
        }
        assertThat(received()).containsExactly(1, 1, 0, 1, 1);
        assertThat(bench.events).hasAtLeastOneElementOfType(Event.Fault.class);
    }

    @Test
    void manyWillsAtOnceAreNoLongCallEither() {
        for (int i = 0; i < 4; i++) {
            Connection dying =
                    bench.connect(with(connect("w" + i, 10), will("t", QoS.AT_MOST_ONCE, 100)));
            bench.cut(dying);
        }
        subscribers(3, 0, QoS.AT_MOST_ONCE);
        bench.now += 10_000_000_000L; // all four sessions expire
        int before = 0;
        while (bench.server.nextDeadline() <= bench.now) {
            slice();
            int sent = received().stream().mapToInt(Integer::intValue).sum();
            assertThat(sent - before).isBetween(0, 2);
            before = sent;
        }
        assertThat(received()).containsExactly(4, 4, 4);
    }

    // ---- nothing waits without a bound

    @Test
    void whoPublishesFasterThanMessagesAreGivenIsNotReadFromForAWhile() {
        subscribers(5, 0, QoS.AT_MOST_ONCE);
        int published = 0;
        while (!bench.isPaused(publisher)) {
            bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0));
            published++;
            assertThat(published).isLessThan(1_000);
        }
        assertThat(published).isGreaterThan(100);
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0)); // was read already
        while (bench.isPaused(publisher)) {
            slice();
        }
        bench.deadlinesAreHandled = true;
        slice();
        assertThat(received()).containsOnly(published + 1);
    }

    @Test
    void fewLargeMessagesCountAsMany() {
        subscribers(5, 0, QoS.AT_MOST_ONCE);
        Publish large =
                Change.of(
                        publish("t", QoS.AT_MOST_ONCE, 0),
                        "payload",
                        Payload.of(new byte[1 << 20]));
        for (int i = 0; i < 5; i++) {
            bench.in(publisher, large);
        }
        assertThat(bench.isPaused(publisher)).isTrue();
    }

    @Test
    void messagesThatAreStillGivenCountAgainstTheReceiveMaximum() {
        Bench small =
                new Bench(
                        Change.of(
                                ServerSettings.DEFAULTS,
                                "limits",
                                Change.of(
                                        Change.of(Limits.DEFAULTS, "sliceMax", 1L),
                                        "receiveMaximum",
                                        2L)));
        for (int i = 0; i < 3; i++) {
            small.in(small.connect("s" + i, 0), subscribe("t", QoS.AT_MOST_ONCE));
        }
        Connection honest = small.connect("honest", 0);
        Connection greedy = small.connect("greedy", 0);
        Connection old = small.connect(connect3(ProtocolVersion.MQTT_3_1_1, "old", true));
        small.deadlinesAreHandled = false;
        for (int i = 1; i <= 3; i++) {
            small.in(old, publish("t", QoS.AT_LEAST_ONCE, i));
        }
        assertThat(small.isPaused(old)).isTrue(); // 3.x knows no Receive Maximum
        small.in(honest, publish("t", QoS.AT_LEAST_ONCE, 1));
        small.in(honest, publish("t", QoS.AT_LEAST_ONCE, 2));
        small.in(greedy, publish("t", QoS.AT_LEAST_ONCE, 1));
        small.in(greedy, publish("t", QoS.AT_LEAST_ONCE, 2));
        small.in(greedy, publish("t", QoS.AT_LEAST_ONCE, 3));
        assertThat(small.to(greedy, Disconnect.class).getLast().reasonCode())
                .isEqualTo(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED); // (B14)
        small.deadlinesAreHandled = true;
        small.handle(new Input.DeadlineReached());
        small.in(honest, publish("t", QoS.AT_LEAST_ONCE, 3));
        assertThat(small.to(honest, Puback.class)).hasSize(3);
        assertThat(small.to(old, Puback.class)).hasSize(3);
        assertThat(small.isPaused(old)).isFalse();
    }

    // ---- what receivers share

    @Test
    void aMessageOutlivesTheBufferInWhichItCameForEachVariant() {
        subscribers(0, 0, QoS.AT_LEAST_ONCE);
        for (int i = 0; i < 2; i++) { // a lower variant and one with an identifier, in each slice
            for (Subscribe each :
                    List.of(
                            subscribe("t", QoS.AT_MOST_ONCE),
                            with(subscribe("t", QoS.AT_LEAST_ONCE), 5))) {
                Connection subscriber = bench.connect("s" + subscribers.size(), 0);
                bench.in(subscriber, each);
                subscribers.add(subscriber);
            }
        }
        ByteBuf received = Unpooled.copiedBuffer("whole", StandardCharsets.UTF_8);
        Publish inTransit =
                Change.of(
                        publish("t", QoS.AT_LEAST_ONCE, 7),
                        "payload",
                        Payload.inTransit(received, 0, 5));
        bench.in(publisher, inTransit);
        assertThat(received()).containsExactly(1, 1, 0, 0);
        received.setZero(0, 5);
        slice();
        assertThat(bench.payloadsTo(subscribers.get(2))).containsExactly("whole");
        assertThat(bench.payloadsTo(subscribers.get(3))).containsExactly("whole");
    }

    @Test
    void receiversOfOneVariantGetTheSameObject() {
        subscribers(2, 0, QoS.AT_MOST_ONCE);
        bench.sameObject.clear();
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 7));
        assertThat(bench.sameObject).hasSize(1);
    }

    @Test
    void aMessageThatExpiresAtOnceIsSentWithASecondAndNeverKept() {
        Connection away = bench.connect("away", 100);
        bench.in(away, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.cut(away);
        subscribers(1, 100, QoS.AT_LEAST_ONCE);
        bench.in(
                publisher,
                with(
                        retained("t", QoS.AT_LEAST_ONCE, 7, "now"),
                        Property.MESSAGE_EXPIRY_INTERVAL,
                        0));
        assertThat(bench.to(subscribers.getFirst(), Publish.class))
                .extracting(p -> p.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, -1))
                .containsExactly(1L); // (B24), (B25)
        assertThat(bench.ended(Fate.EXPIRED)).isEqualTo(1);
        assertThat(bench.server.retainedMessages()).isZero();
    }

    @Test
    void aMessageThatNobodyGetsIsOneCopyOfThatFateAndCanBeTold() {
        Bench telling =
                new Bench(
                        Change.of(ServerSettings.DEFAULTS, "noMatchingSubscribersReported", true));
        Connection client = telling.connect("c", 0);
        telling.in(client, publish("t", QoS.AT_LEAST_ONCE, 1));
        telling.in(client, publish("t", QoS.EXACTLY_ONCE, 2));
        telling.in(client, subscribe("t", QoS.AT_MOST_ONCE));
        telling.in(client, publish("t", QoS.AT_LEAST_ONCE, 3));
        assertThat(telling.ended(Fate.NO_SUBSCRIBER)).isEqualTo(2);
        assertThat(telling.to(client))
                .contains(
                        new Puback(1, ReasonCode.NO_MATCHING_SUBSCRIBERS), // (B33)
                        new Pubrec(2, ReasonCode.NO_MATCHING_SUBSCRIBERS),
                        new Puback(3, ReasonCode.SUCCESS));
    }

    @Test
    void aMessageOfTheServerThatNobodyGetsIsNoCopyAndCountedApart() {
        Publish own = retained("$SYS/x", QoS.AT_MOST_ONCE, 0, "1");
        bench.handle(new Input.PublishLocally(own));
        assertThat(bench.server.accounting().copies()).isZero();
        assertThat(bench.ended(Fate.NO_SUBSCRIBER)).isZero();
        assertThat(bench.server.accounting().ownMessagesWithoutSubscriber()).isEqualTo(1);

        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0));
        assertThat(bench.ended(Fate.NO_SUBSCRIBER)).as("of a client").isEqualTo(1);
        bench.in(publisher, subscribe("$SYS/#", QoS.AT_MOST_ONCE));
        bench.handle(new Input.PublishLocally(own));
        assertThat(bench.ended(Fate.DELIVERED)).as("retained, and live").isEqualTo(2);
        assertThat(bench.server.accounting().copies()).isEqualTo(3);
        assertThat(bench.server.accounting().ownMessagesWithoutSubscriber()).isEqualTo(1);
    }
}
