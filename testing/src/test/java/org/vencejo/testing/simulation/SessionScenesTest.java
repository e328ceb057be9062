package org.vencejo.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.EXACTLY_ONCE;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.ReasonCode;

/// Takeover, resume and wills: scenes that are played by hand, each step looked at by the checker
/// of the simulation.
class SessionScenesTest {
    private final Stage stage = new Stage();

    @Test
    void aTakeoverInTheMiddleOfAnExchangeGoesOnWithIt() {
        Actor subscriber = stage.actor("s").connect().subscribe("t", EXACTLY_ONCE);
        Actor publisher = stage.actor("p").connect();
        publisher.publish("t", EXACTLY_ONCE, 7).publish("t", EXACTLY_ONCE, 8);
        List<Publish> first = subscriber.messages();
        subscriber.send(new Pubrec(first.getFirst().packetIdentifier(), ReasonCode.SUCCESS));
        subscriber.connect();
        publisher.connect().send(new Pubrel(7, ReasonCode.SUCCESS));
        List<Packet> again = subscriber.got();
        assertThat(again).hasSize(3);
        assertThat(again.get(1))
                .isEqualTo(new Pubrel(first.getFirst().packetIdentifier(), ReasonCode.SUCCESS));
        assertThat(again.get(2))
                .isInstanceOfSatisfying(Publish.class, p -> assertThat(p.dup()).isTrue());
        subscriber.send(new Pubcomp(first.getFirst().packetIdentifier(), ReasonCode.SUCCESS));
        subscriber.send(new Pubrec(first.getLast().packetIdentifier(), ReasonCode.SUCCESS));
        subscriber.answerAll();
        publisher.answerAll();
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    @Test
    void aResumeWithASmallerReceiveMaximumSendsNoMoreThanThat() {
        Actor subscriber = stage.actor("s").connect().subscribe("t", AT_LEAST_ONCE);
        Actor publisher = stage.actor("p").connect();
        for (int i = 1; i <= 5; i++) {
            publisher.publish("t", AT_LEAST_ONCE, i);
        }
        assertThat(subscriber.messages()).hasSize(5);
        subscriber.cut().with(Property.RECEIVE_MAXIMUM, 2).connect();
        List<Publish> again = subscriber.messages();
        assertThat(again).hasSize(2);
        again.forEach(p -> subscriber.send(new Puback(p.packetIdentifier(), ReasonCode.SUCCESS)));
        assertThat(subscriber.answerAll()).hasSize(3);
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    @Test
    void aNewSessionIsToldOfOnlyWhenTheOldOneIsGoneForGood() {
        Actor client = stage.actor("c").connect().subscribe("t", AT_LEAST_ONCE);
        stage.disk(false);
        client.send(
                new Disconnect(
                        ReasonCode.SUCCESS,
                        Properties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, 0)));
        client.notKept().connect();
        assertThat(client.got()).isEmpty();
        stage.diskWritesOne();
        assertThat(client.got()).singleElement().isInstanceOf(Connack.class);
        stage.requireNothingLeft();
    }

    @Test
    void aWillWithDelayIsPublishedOnceOverACrash() {
        Actor watcher = stage.actor("w").connect().subscribe("will", AT_LEAST_ONCE);
        Actor mortal = stage.actor("m").will("will", 10).connect();
        watcher.got();
        mortal.cut();
        stage.pass(6);
        stage.crash(0);
        watcher.connect();
        stage.pass(3);
        assertThat(watcher.answerAll()).isEmpty();
        stage.pass(2);
        assertThat(watcher.answerAll()).hasSize(1);
        stage.pass(100);
        assertThat(watcher.answerAll()).isEmpty();
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    @Test
    void aWillWithDelayIsGivenUpByATakeoverAndPublishedByOneThatStartsClean() {
        Actor watcher = stage.actor("w").connect().subscribe("will", AT_LEAST_ONCE);
        Actor mortal = stage.actor("m").will("will", 10).connect();
        mortal.connect();
        stage.pass(20);
        assertThat(watcher.answerAll()).isEmpty();
        mortal.cleanStart(true).connect();
        assertThat(watcher.answerAll()).hasSize(1);
        stage.requireNothingLeft();
    }

    /// `m` has sent a will and not acknowledged what it was sent.
    @Test
    void anOperatorEndsWhoIsConnectedWithItsQueueAndItsWill() {
        Actor watcher = stage.actor("w").connect().subscribe("will", AT_LEAST_ONCE);
        Actor mortal = stage.actor("m").with(Property.RECEIVE_MAXIMUM, 1).will("will", 0).connect();
        mortal.subscribe("t", EXACTLY_ONCE).subscribe("will", AT_LEAST_ONCE);
        Actor publisher = stage.actor("p").connect();
        publisher.publish("t", EXACTLY_ONCE, 7).publish("t", EXACTLY_ONCE, 8);
        assertThat(mortal.messages()).hasSize(1);
        stage.endSession("w of another name");
        assertThat(watcher.answerAll()).isEmpty();

        stage.endSession("m");

        assertThat(mortal.got())
                .singleElement()
                .isInstanceOfSatisfying(
                        Disconnect.class,
                        p ->
                                assertThat(p.reasonCode())
                                        .isEqualTo(ReasonCode.ADMINISTRATIVE_ACTION));
        assertThat(mortal.isClosed()).isTrue();
        assertThat(watcher.answerAll()).hasSize(1);
        assertThat(stage.ended(Fate.SESSION_ENDED)).isEqualTo(3); // its own will is the third
        publisher.answerAll();
        stage.crash(0);
        publisher.connect();
        watcher.connect();
        mortal.connect();
        assertThat(mortal.got())
                .singleElement()
                .isInstanceOfSatisfying(
                        Connack.class, p -> assertThat(p.sessionPresent()).isFalse());
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    @Test
    void anOperatorEndsWhoIsAwayAndItsDelayedWillComesOnce() {
        Actor watcher = stage.actor("w").connect().subscribe("will", AT_LEAST_ONCE);
        Actor mortal = stage.actor("m").will("will", 10).connect().subscribe("t", AT_LEAST_ONCE);
        mortal.cut();
        stage.actor("p").connect().publish("t", AT_LEAST_ONCE, 7);
        stage.pass(6);
        assertThat(watcher.answerAll()).isEmpty();

        stage.endSession("m");

        assertThat(watcher.answerAll()).hasSize(1);
        assertThat(stage.ended(Fate.SESSION_ENDED)).isEqualTo(1);
        stage.endSession("m");
        stage.pass(100);
        assertThat(watcher.answerAll()).isEmpty();
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    /// Of what one member was sent at QoS 2 nobody else gets a second copy [MQTT-4.8.2-5].
    @Test
    void anOperatorEndsAMemberAndAnotherGetsWhatWasNotSent() {
        Actor first = stage.actor("a").with(Property.RECEIVE_MAXIMUM, 1).connect();
        first.subscribe("$share/g/t", EXACTLY_ONCE);
        Actor publisher = stage.actor("p").connect();
        for (int i = 1; i <= 3; i++) {
            publisher.publish("t", EXACTLY_ONCE, i);
        }
        assertThat(first.messages()).hasSize(1);
        Actor second = stage.actor("b").connect().subscribe("$share/g/t", EXACTLY_ONCE);
        assertThat(second.answerAll()).isEmpty();

        stage.endSession("a");

        assertThat(second.answerAll()).hasSize(2);
        assertThat(stage.ended(Fate.SESSION_ENDED)).isEqualTo(1);
        publisher.answerAll();
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    /// One that is accepted, and whose CONNACK waits for the disk: the end of the session that was
    /// there before and of the new one are one.
    @Test
    void anOperatorEndsWhoWaitsForTheDisk() {
        Actor client = stage.actor("c").connect().subscribe("t", AT_LEAST_ONCE);
        stage.disk(false);
        client.cleanStart(true).connect();

        stage.endSession("c");

        assertThat(client.got()).isEmpty();
        assertThat(client.isClosed()).isTrue();
        stage.disk(true);
        client.cleanStart(false).connect();
        assertThat(client.got())
                .singleElement()
                .isInstanceOfSatisfying(
                        Connack.class, p -> assertThat(p.sessionPresent()).isFalse());
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    /// The authenticator takes its time: the session that there was is gone when it answers, and
    /// the connection is not.
    @Test
    void whoseSessionIsEndedAtTheDoorBeginsANewOne() {
        Script script =
                Script.read(
                        """
                        c1 connects c1.1 5.0 kept
                        c1 subscribes to t/# 1
                        c1 cuts
                        c2 connects c2.1 5.0
                        c2 publishes t/0 1 length 1
                        c1 connects c1.2 5.0 kept late
                        operator ends-session c1
                        c1.2 is-welcome
                        c2 publishes t/0 1 length 1
                        c1 subscribes to t/# 1
                        c2 publishes t/0 1 length 1
                        """);
        script.play();
        assertThat(script.played(false).performed()).isEqualTo(script.steps());
    }

    @Test
    void aStopTellsClientsAndPublishesTheirWills() {
        Actor watcher = stage.actor("w").connect().subscribe("will", AT_LEAST_ONCE);
        stage.actor("m").will("will", 0).connect();
        watcher.got();
        stage.stopAndStart();
        assertThat(watcher.connect().answerAll()).hasSize(1);
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }
}
