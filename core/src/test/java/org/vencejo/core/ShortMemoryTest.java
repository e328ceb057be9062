package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.vencejo.core.session.Fate;
import org.vencejo.protocol.QoS;

/// What is dropped while memory is short, and what clients hold of it.
class ShortMemoryTest {
    @Test
    void onlyQos0IsDroppedAndOnlyMeanwhile() {
        Bench bench = new Bench();
        Connection client = bench.connect("client", 0);
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        bench.in(client, publish("t", QoS.AT_MOST_ONCE, 0, "before"));
        bench.handle(new Input.AtMostOnceDropped(true));
        bench.in(client, publish("t", QoS.AT_MOST_ONCE, 0, "short"));
        bench.in(client, publish("t", QoS.AT_LEAST_ONCE, 1, "promised"));
        bench.handle(new Input.AtMostOnceDropped(false));
        bench.in(client, publish("t", QoS.AT_MOST_ONCE, 0, "after"));
        assertThat(bench.payloadsTo(client)).isEqualTo(List.of("before", "promised", "after"));
        assertThat(bench.ended(Fate.MEMORY_SHORT)).isEqualTo(1);
        assertThat(bench.ended(Fate.QUEUE_FULL)).as("no subscriber was too slow").isZero();
    }

    @Test
    void whatTheServerItselfPublishesIsNotDropped() {
        Bench bench = new Bench();
        Connection client = bench.connect("client", 0);
        bench.in(client, subscribe("$SYS/#", QoS.AT_MOST_ONCE));
        bench.in(client, subscribe("t", QoS.AT_MOST_ONCE));
        bench.handle(new Input.AtMostOnceDropped(true));
        bench.handle(
                new Input.PublishLocally(publish("$SYS/x", QoS.AT_MOST_ONCE, 0, "of the server")));
        bench.in(client, publish("t", QoS.AT_MOST_ONCE, 0, "of a client"));
        assertThat(bench.payloadsTo(client)).isEqualTo(List.of("of the server"));
        assertThat(bench.ended(Fate.MEMORY_SHORT)).isEqualTo(1);
    }

    @Test
    void whatNobodyWouldHaveHadEndsAsItWouldHave() {
        Bench bench = new Bench();
        Connection away = bench.connect("away", 100);
        bench.in(away, subscribe("t", QoS.AT_MOST_ONCE));
        bench.cut(away);
        Connection client = bench.connect("client", 0);
        bench.handle(new Input.AtMostOnceDropped(true));
        bench.in(client, publish("t", QoS.AT_MOST_ONCE, 0, "for one who is away"));
        assertThat(bench.ended(Fate.OFFLINE)).isEqualTo(1);
        assertThat(bench.ended(Fate.MEMORY_SHORT)).isZero();
    }

    @Test
    void aWillIsAMessageOfAClient() {
        Bench bench = new Bench();
        Connection client = bench.connect("client", 0);
        bench.in(client, subscribe("t", QoS.AT_MOST_ONCE));
        Connection willing =
                bench.connect(with(connect("willing", 0), will("t", QoS.AT_MOST_ONCE, 0)));
        bench.handle(new Input.AtMostOnceDropped(true));
        bench.cut(willing);
        assertThat(bench.payloadsTo(client)).isEmpty();
        assertThat(bench.ended(Fate.MEMORY_SHORT)).isEqualTo(1);
    }

    @Test
    void whatClientsHoldIsCountedAndGivenBack() {
        Bench bench = new Bench();
        assertThat(bench.server.heldBytes()).isZero();
        Connection client = bench.connect("client", 100);
        long idle = bench.server.heldBytes();
        assertThat(idle).isPositive();
        bench.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        assertThat(bench.server.heldBytes()).isGreaterThan(idle);
        bench.cut(client);
        long away = bench.server.heldBytes();
        Connection publisher = bench.connect("publisher", 0);
        bench.in(publisher, publish("t", QoS.AT_LEAST_ONCE, 1, "x".repeat(10_000)));
        bench.cut(publisher);
        assertThat(bench.server.heldBytes()).isGreaterThan(away + 10_000);
        bench.pass(101_000);
        assertThat(bench.server.heldBytes()).isZero();
    }
}
