package org.vencejo.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.AT_MOST_ONCE;
import static org.vencejo.protocol.QoS.EXACTLY_ONCE;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.ServerSettings.QueueFullPolicy;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Subscribe;
import org.vencejo.protocol.Subscription;

/// Limits, queues and time: scenes that are played by hand, each step looked at by the checker of
/// the simulation.
class LimitScenesTest {
    private final Stage stage = new Stage();

    @Test
    void aThousandSubscribersAreServedInSlicesWithAnUnsubscribeBetween() {
        Stage wide = new Stage(new Tuned().slice(64).settings());
        List<Actor> subscribers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            subscribers.add(wide.actor("s" + i).notKept().connect().subscribe("t", AT_LEAST_ONCE));
        }
        Actor publisher = wide.actor("p").notKept().connect();
        publisher.sendOnly(publisher.message("t", AT_LEAST_ONCE, 1));
        wide.someSlices(3);
        subscribers.getLast().unsubscribe("t");
        publisher.publish("t", AT_LEAST_ONCE, 2);
        for (Actor subscriber : subscribers.subList(0, 999)) {
            assertThat(subscriber.messages()).hasSize(2);
        }
        assertThat(subscribers.getLast().messages()).hasSizeLessThan(2);
        assertThat(publisher.got().stream().filter(Puback.class::isInstance)).hasSize(2);
        wide.requireAllDelivered();
        wide.requireNothingLeft();
    }

    @Test
    void aFullQueueGivesWayByItsPolicy() {
        assertThat(queueOfThree(QueueFullPolicy.DROP_OLDEST)).containsExactly(3L, 4L, 5L);
        assertThat(queueOfThree(QueueFullPolicy.DROP_NEWEST)).containsExactly(1L, 2L, 3L);
        assertThat(queueOfThree(QueueFullPolicy.END_SESSION)).isEmpty();
    }

    private static List<Long> queueOfThree(QueueFullPolicy policy) {
        Stage small = new Stage(new Tuned().queue(3, policy).settings());
        Actor subscriber = small.actor("s").connect().subscribe("t", AT_LEAST_ONCE);
        subscriber.disconnect();
        Actor publisher = small.actor("p").connect();
        for (int i = 1; i <= 5; i++) {
            publisher.publish("t", AT_LEAST_ONCE, i);
        }
        List<Long> came =
                subscriber.connect().answerAll().stream()
                        .map(p -> java.util.Objects.requireNonNull(Stamp.of(p.payload())))
                        .map(Stamp::sequence)
                        .toList();
        small.requireAllDelivered();
        small.requireNothingLeft();
        return came;
    }

    @Test
    void aMessageExpiresInTheQueueAlsoWhileTheServerIsDown() {
        Actor subscriber = stage.actor("s").connect().subscribe("t", AT_LEAST_ONCE);
        subscriber.disconnect();
        Actor publisher = stage.actor("p").connect();
        for (int seconds : new int[] {5, 20, 1_000}) {
            Publish plain = publisher.message("t", AT_LEAST_ONCE, seconds);
            publisher.send(
                    plain.with(
                            plain.topicName(),
                            Properties.NONE.with(Property.MESSAGE_EXPIRY_INTERVAL, seconds)));
        }
        stage.pass(10);
        stage.stopAndStart();
        stage.pass(11);
        List<Publish> came = subscriber.connect().answerAll();
        assertThat(came)
                .singleElement()
                .satisfies(p ->
                        assertThat(p.properties().number(Property.MESSAGE_EXPIRY_INTERVAL, 0))
                                .isEqualTo(979));
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    @Test
    void theLeastRecentlyUsedAliasIsGivenToANewTopic() {
        Actor subscriber =
                stage.actor("s")
                        .with(Property.TOPIC_ALIAS_MAXIMUM, 2)
                        .connect()
                        .subscribe("#", AT_MOST_ONCE);
        Actor publisher = stage.actor("p").connect();
        for (String topic : List.of("a", "b", "a", "c", "a", "b")) {
            publisher.publish(topic, AT_MOST_ONCE, 0);
        }
        assertThat(subscriber.messages())
                .extracting(
                        p -> p.topicName() + "=" + p.properties().number(Property.TOPIC_ALIAS, 0))
                .containsExactly("a=1", "b=2", "=1", "c=2", "=1", "b=2");
        stage.requireNothingLeft();
    }

    @Test
    void aSlowReaderLosesQos0AndNothingElse() {
        Stage narrow = new Stage(new Tuned().outBuffer(2_000, 500).settings());
        Actor subscriber = narrow.actor("s").connect().subscribe("t", AT_LEAST_ONCE);
        Actor publisher = narrow.actor("p").connect();
        for (int i = 1; i <= 500; i++) {
            publisher.publish("t", i % 10 == 0 ? AT_LEAST_ONCE : AT_MOST_ONCE, i % 10 == 0 ? i : 0);
        }
        List<Publish> came = subscriber.answerAll();
        assertThat(came.stream().filter(p -> p.qos() == AT_LEAST_ONCE)).hasSize(50);
        assertThat(came.stream().filter(p -> p.qos() == AT_MOST_ONCE)).hasSizeLessThan(450);
        narrow.requireAllDelivered();
        narrow.requireNothingLeft();
    }

    @Test
    void qos0KeepsItsOrderBehindRetainedMessages() {
        Actor publisher = stage.actor("p").connect();
        publisher.send(publisher.retained("r", AT_LEAST_ONCE, 1));
        publisher.send(publisher.retained("r2", AT_LEAST_ONCE, 1));
        Actor subscriber =
                stage.actor("s")
                        .with(Property.RECEIVE_MAXIMUM, 1)
                        .connect()
                        .subscribe("#", AT_LEAST_ONCE);
        publisher.publish("t", AT_LEAST_ONCE, 2).publish("t", AT_MOST_ONCE, 0);
        List<Publish> first = subscriber.messages();
        subscriber.send(new Puback(first.getLast().packetIdentifier(), ReasonCode.SUCCESS));
        publisher.publish("t", AT_MOST_ONCE, 0);
        subscriber.answerAll();
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    @Test
    void anUnansweredMessageIsRepeatedFor31AndNotWhileItsReaderIsStuck() {
        Stage narrow = new Stage(new Tuned().retry(2, 0).outBuffer(300, 100).settings());
        Actor subscriber =
                narrow.actor("s")
                        .in(ProtocolVersion.MQTT_3_1)
                        .connect()
                        .subscribe("t", AT_LEAST_ONCE);
        subscriber.got();
        Actor publisher = narrow.actor("p").connect();
        publisher.publish("t", AT_LEAST_ONCE, 1);
        narrow.pass(1.9);
        assertThat(subscriber.messages()).hasSize(1);
        narrow.pass(0.2);
        assertThat(subscriber.messages())
                .singleElement()
                .satisfies(p -> assertThat(p.dup()).isTrue());
        for (int i = 0; i < 40; i++) {
            publisher.publish("t", AT_MOST_ONCE, 0);
        }
        narrow.pass(20);
        subscriber.answerAll();
        narrow.requireNothingLeft();
    }

    @Test
    void aClientThatOpensTooManyExchangesIsCut() {
        Stage strict = new Stage(new Tuned().receiveMaximum(2).settings());
        Actor publisher = strict.actor("p").connect();
        publisher.publish("t", EXACTLY_ONCE, 1).publish("t", EXACTLY_ONCE, 2);
        publisher.got();
        publisher.publish("t", EXACTLY_ONCE, 3);
        assertThat(publisher.got())
                .singleElement()
                .isInstanceOfSatisfying(
                        Disconnect.class,
                        told ->
                                assertThat(told.reasonCode())
                                        .isEqualTo(ReasonCode.RECEIVE_MAXIMUM_EXCEEDED));
        strict.requireNothingLeft();
    }

    @Test
    void aSilentClientIsCutAfterOneAndAHalfKeepAlives() {
        Actor silent = stage.actor("s").keepAlive(10).connect();
        stage.pass(14.9);
        assertThat(silent.isClosed()).isFalse();
        stage.pass(0.2);
        assertThat(silent.got()).contains(new Disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
        stage.requireNothingLeft();
    }

    @Test
    void overlappingSubscriptionsGiveOneCopyWithAllIdentifiers() {
        Actor subscriber = stage.actor("s").connect();
        for (int i = 1; i <= 2; i++) {
            subscriber.send(
                    new Subscribe(
                            i,
                            List.of(Subscription.of(i == 1 ? "t/+" : "t/#", QoS.of(i))),
                            Properties.builder().addSubscriptionIdentifier(i).build()));
        }
        stage.actor("p").connect().publish("t/1", EXACTLY_ONCE, 1);
        assertThat(subscriber.answerAll())
                .singleElement()
                .satisfies(p ->
                        assertThat(p.properties().subscriptionIdentifiers()).containsExactly(1, 2));
        stage.requireNothingLeft();
    }
}
