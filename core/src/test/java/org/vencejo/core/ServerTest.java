package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.retained;
import static org.vencejo.core.Packets.subscribe;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Pubcomp;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.Pubrec;
import org.vencejo.protocol.Pubrel;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;

/// The server on its own: packets in, effects out, with a journal that answers when it is told to.
class ServerTest {
    private final Bench bench = new Bench();

    @Test
    void aMessageOfEachQoSReachesASubscriber() {
        for (QoS qos : QoS.values()) {
            Bench each = new Bench();
            Connection subscriber = each.connect("subscriber", 0);
            Connection publisher = each.connect("publisher", 0);
            each.in(subscriber, subscribe("t/#", QoS.EXACTLY_ONCE));
            each.in(publisher, publish("t/1", qos, 7));
            assertThat(each.to(subscriber))
                    .filteredOn(Publish.class::isInstance)
                    .singleElement()
                    .satisfies(p -> assertThat(((Publish) p).qos()).isEqualTo(qos));
        }
    }

    @Test
    void aPubackWaitsUntilTheMessageIsDurable() {
        bench.journalAnswers = false;
        Connection subscriber = bench.connect("subscriber", 100);
        assertThat(bench.to(subscriber)).isEmpty();
        bench.durable();
        assertThat(bench.to(subscriber)).singleElement().isInstanceOf(Connack.class);
        bench.in(subscriber, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.durable();
        Connection publisher = bench.connect("publisher", 0);
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 9));
        assertThat(bench.to(publisher)).noneMatch(Puback.class::isInstance);
        assertThat(bench.to(subscriber)).anyMatch(Publish.class::isInstance);
        bench.durable();
        assertThat(bench.to(publisher)).anyMatch(Puback.class::isInstance);
    }

    @Test
    void aQoS2MessageIsDeliveredOnceAndItsIdentifierIsStateOfTheSession() {
        Connection subscriber = bench.connect("subscriber", 0);
        bench.in(subscriber, subscribe("t", QoS.AT_MOST_ONCE));
        Connection publisher = bench.connect("publisher", 100);
        bench.in(publisher, publish("t", QoS.EXACTLY_ONCE, 7));
        bench.in(publisher, publish("t", QoS.EXACTLY_ONCE, 7));
        bench.cut(publisher);
        Connection again = bench.connect("publisher", 100);
        bench.in(again, publish("t", QoS.EXACTLY_ONCE, 7));
        bench.in(again, new Pubrel(7, ReasonCode.SUCCESS));
        bench.in(again, new Pubrel(7, ReasonCode.SUCCESS));
        assertThat(bench.to(publisher)).filteredOn(Pubrec.class::isInstance).hasSize(2);
        assertThat(bench.to(again)).filteredOn(Pubrec.class::isInstance).hasSize(1);
        assertThat(bench.to(again))
                .filteredOn(Pubcomp.class::isInstance)
                .extracting(p -> ((Pubcomp) p).reasonCode())
                .containsExactly(ReasonCode.SUCCESS, ReasonCode.PACKET_IDENTIFIER_NOT_FOUND);
        assertThat(bench.to(subscriber)).filteredOn(Publish.class::isInstance).hasSize(1);
    }

    @Test
    void aKeptSessionGetsWhatCameMeanwhile() {
        Connection subscriber = bench.connect("subscriber", 100);
        bench.in(subscriber, subscribe("t", QoS.EXACTLY_ONCE));
        bench.cut(subscriber);
        Connection publisher = bench.connect("publisher", 0);
        for (int i = 1; i <= 20; i++) {
            bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, i));
        }
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0));
        Connection again = bench.connect("subscriber", 100);
        assertThat(((Connack) bench.to(again).getFirst()).sessionPresent()).isTrue();
        assertThat(bench.to(again)).filteredOn(Publish.class::isInstance).hasSize(20);
        assertThat(bench.server.accounting().endedBy(Fate.OFFLINE)).isEqualTo(1);
    }

    @Test
    void aRetainedMessageComesBehindSuback() {
        Connection publisher = bench.connect("publisher", 0);
        for (int i = 0; i < 1_000; i++) {
            bench.in(publisher, retained("r/" + i, QoS.AT_LEAST_ONCE, 1, "21.5"));
        }
        Connection subscriber = bench.connect("subscriber", 0);
        bench.in(subscriber, subscribe("r/#", QoS.AT_MOST_ONCE));
        assertThat(bench.to(subscriber).get(1)).isInstanceOf(Suback.class);
        assertThat(bench.to(subscriber)).filteredOn(Publish.class::isInstance).hasSize(1_000);
    }

    @Test
    void aFanoutToManyIsDoneInSlicesAndInOrder() {
        List<Connection> subscribers = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            Connection subscriber = bench.connect("s" + i, 0);
            bench.in(subscriber, subscribe("t", QoS.AT_LEAST_ONCE));
            subscribers.add(subscriber);
        }
        Connection publisher = bench.connect("publisher", 0);
        for (int i = 1; i <= 3; i++) {
            bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, i));
        }
        for (Connection subscriber : subscribers) {
            assertThat(bench.to(subscriber)).filteredOn(Publish.class::isInstance).hasSize(3);
        }
        assertThat(bench.to(publisher)).filteredOn(Puback.class::isInstance).hasSize(3);
    }

    @Test
    void aConnectionThatIsLostHasNoReasonCodeAndOneThatIsEndedHas() {
        bench.cut(bench.connect("lost", 0));
        bench.disconnect(bench.connect("ended", 0));
        assertThat(bench.events)
                .filteredOn(Event.ClientDisconnected.class::isInstance)
                .extracting(event -> ((Event.ClientDisconnected) event).reasonCode())
                .containsExactly(null, ReasonCode.SUCCESS);
    }
}
