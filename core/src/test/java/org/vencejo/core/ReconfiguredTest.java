package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;

import org.junit.jupiter.api.Test;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.Puback;
import org.vencejo.protocol.Publish;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;
import org.vencejo.protocol.Suback;
import org.vencejo.protocol.Subscription;

/// Settings that are replaced while the server runs.
class ReconfiguredTest {
    private final Bench bench = new Bench();

    @Test
    void aLimitHoldsFromTheNextPacketOn() {
        Connection client = bench.connect("c", 0);
        bench.in(client, subscribe("a", QoS.AT_MOST_ONCE));
        bench.in(client, subscribe("b", QoS.AT_MOST_ONCE));

        bench.handle(new Input.Reconfigured(Bench.settings("subscriptionsMax", 1)));
        bench.in(client, subscribe("c", QoS.AT_MOST_ONCE));
        bench.in(client, subscribe("a", QoS.AT_MOST_ONCE));
        bench.handle(new Input.Reconfigured(Bench.settings("subscriptionsMax", 3)));
        bench.in(client, subscribe("c", QoS.AT_MOST_ONCE));

        assertThat(bench.to(client, Suback.class))
                .extracting(suback -> suback.reasonCodes().getFirst())
                .containsExactly(
                        ReasonCode.SUCCESS,
                        ReasonCode.SUCCESS,
                        ReasonCode.QUOTA_EXCEEDED,
                        ReasonCode.SUCCESS, // it has this one already
                        ReasonCode.SUCCESS);
    }

    @Test
    void aChoiceHoldsFromTheNextPacketOn() {
        Connection client = bench.connect("c", 0);
        bench.in(client, publish("t", QoS.AT_LEAST_ONCE, 1));
        bench.handle(
                new Input.Reconfigured(
                        Change.of(ServerSettings.DEFAULTS, "noMatchingSubscribersReported", true)));
        bench.in(client, publish("t", QoS.AT_LEAST_ONCE, 2));

        assertThat(bench.to(client, Puback.class))
                .containsExactly(
                        new Puback(1, ReasonCode.SUCCESS),
                        new Puback(2, ReasonCode.NO_MATCHING_SUBSCRIBERS));
    }

    @Test
    void aQueueThatIsLongerThanItsNewLimitKeepsWhatFits() {
        Connection reader = bench.connect("reader", 100);
        bench.in(reader, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.cut(reader);
        Connection publisher = bench.connect("publisher", 0);
        for (int i = 1; i <= 5; i++) {
            bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, i, "m" + i));
        }

        bench.handle(new Input.Reconfigured(Bench.settings("queuedMessagesMax", 2)));
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 6, "m6"));

        assertThat(bench.ended(Fate.QUEUE_FULL)).isEqualTo(4);
        assertThat(bench.payloadsTo(bench.connect("reader", 100))).containsExactly("m5", "m6");
    }

    @Test
    void whatAClientWasToldHoldsForItsConnection() {
        Connection before = bench.connect("before", 0);
        bench.handle(new Input.Reconfigured(Bench.settings("receiveMaximum", 1)));
        Connection after = bench.connect("after", 0);
        for (Connection client : new Connection[] {before, after}) {
            bench.in(client, publish("t", QoS.EXACTLY_ONCE, 1));
            bench.in(client, publish("t", QoS.EXACTLY_ONCE, 2));
        }
        assertThat(bench.isClosed(before)).isFalse();
        assertThat(bench.isClosed(after)).isTrue(); // U5-29
        assertThat(bench.to(after, Connack.class).getFirst().properties())
                .extracting(properties -> properties.number(Property.RECEIVE_MAXIMUM, 0))
                .isEqualTo(1L);
    }

    @Test
    void whatIsLookedUpForEachPacketMayNotContradictWhatClientsWereTold() {
        bench.faultsAreExpected = true;
        Connection client = bench.connect("c", 0);
        bench.in(client, subscribe("t", QoS.EXACTLY_ONCE));

        bench.handle(
                new Input.Reconfigured(
                        Change.of(
                                Bench.settings("subscriptionsMax", 1),
                                "maximumQoS",
                                QoS.AT_MOST_ONCE)));
        assertThat(bench.events).hasAtLeastOneElementOfType(Event.Fault.class);
        bench.in(client, publish("t", QoS.EXACTLY_ONCE, 1));
        bench.in(client, subscribe(2, Subscription.of("u", QoS.EXACTLY_ONCE)));

        assertThat(bench.to(client, Publish.class)).hasSize(1);
        assertThat(bench.to(client, Suback.class).getLast().reasonCodes())
                .containsExactly(ReasonCode.GRANTED_QOS_2);
    }
}
