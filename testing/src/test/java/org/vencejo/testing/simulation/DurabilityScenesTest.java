package org.vencejo.testing.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.vencejo.protocol.QoS.AT_LEAST_ONCE;
import static org.vencejo.protocol.QoS.AT_MOST_ONCE;
import static org.vencejo.protocol.QoS.EXACTLY_ONCE;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.Input;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Packet;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Unsuback;

/// Acknowledgements, the disk and crashes: scenes that are played by hand, each step looked at by
/// the checker of the simulation.
class DurabilityScenesTest {
    private final Stage stage = new Stage();

    @Test
    void everyAcknowledgementWaitsForALateDisk() {
        Actor subscriber = stage.actor("s").connect().subscribe("t", EXACTLY_ONCE);
        Actor publisher = stage.actor("p").connect();
        subscriber.got();
        publisher.got();
        stage.disk(false);
        publisher.publish("t", AT_LEAST_ONCE, 1).publish("t", EXACTLY_ONCE, 2);
        assertThat(publisher.got()).isEmpty();
        stage.diskWritesOne();
        assertThat(publisher.got()).singleElement().isInstanceOf(Puback.class);
        stage.diskWritesOne();
        assertThat(publisher.got()).singleElement().isInstanceOf(Pubrec.class);
        publisher.send(new Pubrel(2, ReasonCode.SUCCESS));
        assertThat(publisher.got()).isEmpty();
        stage.diskWritesOne();
        assertThat(publisher.got()).singleElement().isInstanceOf(Pubcomp.class);
        int exactlyOnce = subscriber.messages().getLast().packetIdentifier();
        subscriber.send(new Pubrec(exactlyOnce, ReasonCode.SUCCESS));
        assertThat(subscriber.got()).isEmpty();
        stage.diskWritesOne();
        assertThat(subscriber.got()).singleElement().isInstanceOf(Pubrel.class);
        subscriber.subscribe("u", AT_MOST_ONCE).unsubscribe("u");
        assertThat(subscriber.got()).isEmpty();
        stage.diskWritesOne();
        assertThat(subscriber.got()).singleElement().isInstanceOf(Suback.class);
        stage.diskWritesOne();
        assertThat(subscriber.got()).singleElement().isInstanceOf(Unsuback.class);
        Actor late = stage.actor("late").connect();
        assertThat(late.got()).isEmpty();
        stage.diskWritesOne();
        assertThat(late.got()).singleElement().isInstanceOf(Connack.class);
    }

    @Test
    void aServerThatTakesTheDiskForFasterThanItIsIsCaught() {
        stage.actor("s").connect().subscribe("t", AT_LEAST_ONCE);
        Actor publisher = stage.actor("p").connect();
        stage.disk(false);
        publisher.publish("t", AT_LEAST_ONCE, 1);
        long number = stage.server().store().waiting().getLast();
        assertThatThrownBy(() -> stage.server().handle(new Input.Durable(number)))
                .isInstanceOfSatisfying(
                        Broken.class,
                        broken -> assertThat(broken.invariant()).isEqualTo(Invariant.PUBACK_KEPT));
    }

    @Test
    void anExactlyOncePublishSurvivesACrashBetweenAnyTwoSteps() {
        for (int crashAt = 0; crashAt <= 5; crashAt++) {
            for (int survivors = 0; survivors <= 1; survivors++) {
                publishExactlyOnce(crashAt, survivors);
            }
        }
    }

    private static void publishExactlyOnce(int crashAt, int survivors) {
        Stage stage = new Stage();
        Actor subscriber = stage.actor("s").connect().subscribe("t", EXACTLY_ONCE);
        Actor publisher = stage.actor("p").connect();
        Publish message = publisher.message("t", EXACTLY_ONCE, 7);
        publisher.got();
        List<Publish> came = new ArrayList<>();
        stage.disk(false);
        boolean released = false;
        for (int step = 0; step <= 5; step++) {
            if (step == crashAt) {
                stage.crash(Math.min(survivors, stage.waiting()));
                stage.disk(true);
                publisher.connect();
                subscriber.connect();
                if (step > 0) {
                    publisher.send(
                            released ? new Pubrel(7, ReasonCode.SUCCESS) : message.sentAs(7, true));
                }
            } else if (step == 0) {
                publisher.send(message);
            } else if (step == 2) {
                released = publisher.got().stream().anyMatch(Pubrec.class::isInstance);
                if (released) {
                    publisher.send(new Pubrel(7, ReasonCode.SUCCESS));
                }
            } else if (stage.waiting() > 0) {
                stage.diskWritesOne();
            }
        }
        stage.disk(true);
        publisher.answerAll();
        came.addAll(subscriber.answerAll());
        assertThat(came).hasSize(crashAt == 0 ? 0 : 1);
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    @Test
    void anExactlyOnceDeliverySurvivesACrashBetweenAnyTwoSteps() {
        for (int crashAt = 1; crashAt <= 4; crashAt++) {
            for (int survivors = 0; survivors <= 1; survivors++) {
                deliverExactlyOnce(crashAt, survivors);
            }
        }
    }

    private static void deliverExactlyOnce(int crashAt, int survivors) {
        Stage stage = new Stage();
        Actor subscriber = stage.actor("s").connect().subscribe("t", EXACTLY_ONCE);
        stage.actor("p").connect().publish("t", EXACTLY_ONCE, 7);
        stage.disk(false);
        Publish first = subscriber.messages().getFirst();
        int identifier = first.packetIdentifier();
        for (int step = 1; step <= 4; step++) {
            if (step == crashAt) {
                stage.crash(Math.min(survivors, stage.waiting()));
                stage.disk(true);
                subscriber.connect();
                List<Packet> again = subscriber.got();
                assertThat(again.subList(1, again.size()))
                        .allSatisfy(packet -> {
                            if (packet instanceof Publish publish) {
                                assertThat(publish.dup()).isTrue();
                                assertThat(publish.packetIdentifier()).isEqualTo(identifier);
                                subscriber.send(new Pubrec(identifier, ReasonCode.SUCCESS));
                            }
                        });
                break;
            } else if (step == 1) {
                subscriber.send(new Pubrec(identifier, ReasonCode.SUCCESS));
            } else if (step == 3) {
                subscriber.send(new Pubcomp(identifier, ReasonCode.SUCCESS));
            } else if (stage.waiting() > 0) {
                stage.diskWritesOne();
            }
        }
        stage.disk(true);
        subscriber.answerAll();
        subscriber.send(new Pubcomp(identifier, ReasonCode.SUCCESS));
        stage.requireAllDelivered();
        stage.requireNothingLeft();
    }

    @Test
    void anExactlyOnceMessageInSlicesIsKeptWholeOrNotAtAll() {
        Stage sliced = new Stage(new Tuned().slice(4).settings());
        List<Actor> subscribers = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            subscribers.add(sliced.actor("s" + i).connect().subscribe("t", EXACTLY_ONCE));
        }
        Actor publisher = sliced.actor("p").connect();
        sliced.disk(false);
        Publish message = publisher.message("t", EXACTLY_ONCE, 7);
        publisher.sendOnly(message);
        sliced.someSlices(1);
        sliced.crash(sliced.waiting());
        sliced.disk(true);
        publisher.connect().send(message.sentAs(7, true)).answerAll();
        for (Actor subscriber : subscribers) {
            assertThat(subscriber.connect().answerAll()).hasSize(1);
        }
        sliced.requireAllDelivered();
        sliced.requireNothingLeft();
    }

    @Test
    void aClearingOfWhatIsClearedAlreadyIsKept() {
        Actor first = stage.actor("a").connect();
        first.send(first.retained("t", AT_LEAST_ONCE, 1));
        stage.disk(false);
        first.clear("t");
        Actor second = stage.actor("b").notKept().connect();
        Publish nothing = second.retained("t", AT_LEAST_ONCE, 2);
        second.got();
        second.send(
                new Publish(
                        nothing.topicName(),
                        org.vencejo.protocol.Payload.EMPTY,
                        AT_LEAST_ONCE,
                        true,
                        false,
                        2,
                        Properties.NONE));
        assertThat(second.got()).isEmpty();
        stage.diskWritesOne();
        assertThat(second.got()).singleElement().isInstanceOf(Puback.class);
        stage.requireNothingLeft();
    }
}
