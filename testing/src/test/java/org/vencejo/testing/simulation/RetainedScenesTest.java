package org.vencejo.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.AT_MOST_ONCE;
import static org.vencejo.protocol.QoS.EXACTLY_ONCE;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Unsuback;

/// Retained messages and shared subscriptions: scenes that are played by hand, each step looked at
/// by the checker of the simulation.
class RetainedScenesTest {
    private final Stage stage = new Stage();

    @Test
    void whatIsRetainedDuringAReplayComesOnceAndLive() {
        Actor publisher = stage.actor("p").connect();
        for (int i = 0; i < 9; i++) {
            publisher.send(publisher.retained("t/" + i, AT_LEAST_ONCE, 1));
        }
        Actor subscriber =
                stage.actor("s")
                        .with(Property.RECEIVE_MAXIMUM, 2)
                        .connect()
                        .subscribe("t/#", EXACTLY_ONCE);
        for (int i = 0; i < 9; i++) {
            publisher.send(publisher.retained("t/" + i, AT_LEAST_ONCE, 1));
        }
        publisher.publish("t/0", AT_MOST_ONCE, 0);
        List<Publish> came = subscriber.answerAll();
        assertThat(came.stream().filter(Publish::retain)).hasSize(2);
        assertThat(came.stream().filter(p -> !p.retain())).hasSize(10);
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    @Test
    void nothingRetainedComesBehindUnsuback() {
        Actor publisher = stage.actor("p").connect();
        publisher.send(publisher.retained("t", AT_LEAST_ONCE, 1));
        Actor subscriber = stage.actor("s").connect();
        subscriber.got();
        stage.disk(false);
        subscriber.subscribe("t", AT_LEAST_ONCE).unsubscribe("t");
        stage.disk(true);
        assertThat(subscriber.got())
                .extracting(Packet::getClass)
                .containsExactly(Suback.class, Unsuback.class);
        stage.requireNothingLeft();
    }

    @Test
    void aSubscriptionIsActiveFromItsOwnSubackOn() {
        Actor subscriber = stage.actor("s").connect();
        Actor publisher = stage.actor("p").connect();
        stage.disk(false);
        subscriber.subscribe("t", AT_LEAST_ONCE).subscribe("t", AT_MOST_ONCE);
        stage.diskWritesOne();
        publisher.publish("t", AT_MOST_ONCE, 0);
        assertThat(subscriber.messages()).hasSize(1);
        stage.requireNothingLeft();
    }

    @Test
    void whatWasSentAheadOfTheQueueIsSentAgainAheadOfItAfterAStop() {
        Actor publisher = stage.actor("p").connect();
        publisher.send(publisher.retained("t/0", EXACTLY_ONCE, 1)).answerAll();
        publisher.send(publisher.retained("t/1", EXACTLY_ONCE, 2)).answerAll();
        Actor subscriber =
                stage.actor("s")
                        .with(Property.RECEIVE_MAXIMUM, 1)
                        .connect()
                        .subscribe("t/#", EXACTLY_ONCE);
        publisher.publish("t/0", EXACTLY_ONCE, 3).answerAll();
        Publish before = subscriber.messages().getFirst();
        stage.stopAndStart();
        subscriber.connect();
        Publish after = subscriber.messages().getFirst();
        assertThat(after.packetIdentifier()).isEqualTo(before.packetIdentifier());
        assertThat(after.payload()).isEqualTo(before.payload());
        assertThat(after.dup()).isTrue();
        subscriber.send(new Pubrec(after.packetIdentifier(), ReasonCode.SUCCESS));
        subscriber.answerAll();
        stage.requireNothingLeft();
    }

    @Test
    void whatAMemberHadInFlightGoesToAnotherWhenItsSessionEnds() {
        Actor first = stage.actor("a").connect().subscribe("$share/g/t", AT_LEAST_ONCE);
        Actor publisher = stage.actor("p").connect();
        publisher.publish("t", AT_LEAST_ONCE, 1).publish("t", AT_LEAST_ONCE, 2);
        assertThat(first.messages()).hasSize(2);
        Actor second = stage.actor("b").connect().subscribe("$share/g/t", AT_LEAST_ONCE);
        second.got();
        first.send(
                new Disconnect(
                        ReasonCode.SUCCESS,
                        Properties.NONE.with(Property.SESSION_EXPIRY_INTERVAL, 0)));
        List<Publish> moved = second.answerAll();
        assertThat(moved).hasSize(2).noneMatch(Publish::dup);
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }
}
