package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Properties;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Unsuback;

/// Nothing can be kept for the time being: what would have to be is refused, the rest goes on.
class StoreTroubleTest {
    private final Bench bench = new Bench();
    private Connection publisher;

    @BeforeEach
    void somebodyKeepsMessages() {
        Connection keeper = bench.connect("keeper", 100);
        bench.in(keeper, Packets.subscribe("kept/#", QoS.EXACTLY_ONCE));
        bench.cut(keeper);
        publisher = bench.connect("publisher", 0);
    }

    private void unavailable() {
        bench.journalAnswers = false;
        bench.handle(new Input.StoreUnavailable("an error of the disk", false));
    }

    private void available() {
        bench.handle(new Input.StoreAvailable());
        bench.journalAnswers = true;
        bench.durable();
    }

    private ReasonCode puback(int identifier, String topic) {
        bench.in(publisher, Packets.publish(topic, QoS.AT_LEAST_ONCE, identifier, "x"));
        return bench.to(publisher, Puback.class).getLast().reasonCode();
    }

    @Test
    void aMessageForAKeptSessionIsRefusedAndTakenWhenThereIsRoom() {
        unavailable();
        assertThat(puback(1, "kept/a")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        bench.in(publisher, Packets.publish("kept/a", QoS.EXACTLY_ONCE, 2, "x"));
        assertThat(bench.to(publisher, Pubrec.class).getLast().reasonCode())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        assertThat(bench.server.accounting().queuedCopies()).isZero();
        available();
        assertThat(puback(3, "kept/a")).isEqualTo(ReasonCode.SUCCESS);
        assertThat(bench.server.accounting().queuedCopies()).isOne();
        assertThat(bench.events)
                .anyMatch(Event.StoreUnavailable.class::isInstance)
                .anyMatch(Event.StoreAvailable.class::isInstance);
    }

    @Test
    void whatNobodyKeepsGoesOn() {
        Connection reader = bench.connect("reader", 0);
        bench.in(reader, Packets.subscribe("live", QoS.AT_LEAST_ONCE));
        unavailable();
        assertThat(puback(1, "live")).isEqualTo(ReasonCode.SUCCESS);
        bench.in(publisher, Packets.publish("live", QoS.AT_MOST_ONCE, 0, "y"));
        assertThat(bench.payloadsTo(reader)).containsExactly("x", "y");
        Connection newcomer = bench.connect("newcomer", 0);
        assertThat(bench.to(newcomer, Connack.class).getFirst().reasonCode())
                .isEqualTo(ReasonCode.SUCCESS);
    }

    @Test
    void anAcknowledgementThatWasOwedComesWhenItIsTrue() {
        bench.journalAnswers = false;
        bench.in(publisher, Packets.publish("kept/a", QoS.AT_LEAST_ONCE, 1, "x"));
        bench.handle(new Input.StoreUnavailable("an error of the disk", false));
        assertThat(bench.to(publisher, Puback.class)).isEmpty();
        available();
        assertThat(bench.to(publisher, Puback.class))
                .containsExactly(new Puback(1, ReasonCode.SUCCESS));
    }

    @Test
    void aSessionThatIsToBeKeptIsRefused() {
        unavailable();
        Connection newcomer = bench.connect("newcomer", 100);
        assertThat(bench.to(newcomer, Connack.class).getFirst().reasonCode())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        Connection ender = bench.connect("keeper", 0);
        assertThat(bench.to(ender, Connack.class).getFirst().reasonCode())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        available();
        Connection again = bench.connect("keeper", 100);
        assertThat(bench.to(again, Connack.class).getFirst().sessionPresent()).isTrue();
    }

    @Test
    void whoTakesMessagesAwayIsWelcomeAsLongAsTheStoreWrites() {
        bench.in(publisher, Packets.publish("kept/a", QoS.AT_LEAST_ONCE, 1, "x"));
        bench.handle(new Input.StoreUnavailable("no room", true));
        Connection newcomer = bench.connect("newcomer", 100);
        assertThat(bench.to(newcomer, Connack.class).getFirst().reasonCode())
                .isEqualTo(ReasonCode.QUOTA_EXCEEDED);
        Connection keeper = bench.connect("keeper", 100);
        assertThat(bench.to(keeper, Connack.class).getFirst().sessionPresent()).isTrue();
        assertThat(bench.payloadsTo(keeper)).containsExactly("x");
        assertThat(puback(2, "kept/a")).isEqualTo(ReasonCode.QUOTA_EXCEEDED);
    }

    @Test
    void aStrangersEndedSessionKeepsNobodyWaiting() {
        Connection leaving = bench.connect("leaving", 100);
        bench.journalAnswers = false;
        bench.in(leaving, new Disconnect(ReasonCode.SUCCESS, expiryNow()));
        Connection newcomer = bench.connect("newcomer", 0);
        assertThat(bench.to(newcomer, Connack.class)).hasSize(1);
        Connection back = bench.connect("leaving", 0);
        assertThat(bench.to(back, Connack.class)).as("its own old session must be gone").isEmpty();
        bench.durable();
        assertThat(bench.to(back, Connack.class)).hasSize(1);
    }

    private static Properties expiryNow() {
        return Properties.builder().put(Property.SESSION_EXPIRY_INTERVAL, 0).build();
    }

    @Test
    void subscriptionsOfAKeptSessionDoNotChange() {
        Connection keeper = bench.connect("keeper", 100);
        unavailable();
        bench.in(keeper, Packets.subscribe("more", QoS.AT_LEAST_ONCE));
        assertThat(bench.to(keeper, Suback.class).getLast().reasonCodes())
                .containsExactly(ReasonCode.QUOTA_EXCEEDED);
        bench.in(keeper, Packets.unsubscribe(3, "kept/#"));
        assertThat(bench.to(keeper, Unsuback.class).getLast().reasonCodes())
                .containsExactly(ReasonCode.IMPLEMENTATION_SPECIFIC_ERROR);
        bench.in(publisher, Packets.subscribe("more", QoS.AT_LEAST_ONCE));
        assertThat(bench.to(publisher, Suback.class).getLast().reasonCodes())
                .containsExactly(ReasonCode.GRANTED_QOS_1);
        available();
        bench.in(keeper, Packets.unsubscribe(5, "kept/#"));
        assertThat(bench.to(keeper, Unsuback.class).getLast().reasonCodes())
                .containsExactly(ReasonCode.SUCCESS);
    }

    @Test
    void whoPublishesFasterThanTheJournalIsNotReadFrom() {
        Bench slow = Bench.with("undurableBytesMax", 100_000);
        Connection keeper = slow.connect("keeper", 100);
        slow.in(keeper, Packets.subscribe("kept", QoS.AT_LEAST_ONCE));
        slow.cut(keeper);
        Connection fast = slow.connect("fast", 0);
        slow.journalAnswers = false;
        int identifier = 0;
        while (slow.paused.isEmpty() && identifier < 1_000) {
            slow.in(
                    fast,
                    Packets.publish("kept", QoS.AT_LEAST_ONCE, ++identifier, "x".repeat(1_000)));
        }
        assertThat(identifier).isBetween(60, 120);
        assertThat(slow.paused).containsExactly(fast);
        slow.durable();
        assertThat(slow.paused).isEmpty();
        assertThat(slow.to(fast, Puback.class)).hasSize(identifier);
    }
}
