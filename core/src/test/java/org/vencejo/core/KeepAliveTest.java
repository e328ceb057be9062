package org.vencejo.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.vencejo.core.Packets.connect;
import static org.vencejo.core.Packets.connect3;
import static org.vencejo.core.Packets.publish;
import static org.vencejo.core.Packets.subscribe;
import static org.vencejo.core.Packets.will;
import static org.vencejo.core.Packets.with;

import org.junit.jupiter.api.Test;
import org.vencejo.protocol.Connack;
import org.vencejo.protocol.Disconnect;
import org.vencejo.protocol.Pingreq;
import org.vencejo.protocol.Property;
import org.vencejo.protocol.ProtocolVersion;
import org.vencejo.protocol.QoS;
import org.vencejo.protocol.ReasonCode;

/// A client that is silent for one and a half times its Keep Alive is gone [MQTT-3.1.2-22] (A20 to
/// A22). Keep Alive is 60 s here.
class KeepAliveTest {
    private final Bench bench = new Bench();

    @Test
    void aSilentClientIsCutAtOneAndAHalfTimesItsKeepAliveAndItsWillGoesOut() {
        Connection observer = bench.connect(Change.of(connect("observer", 0), "keepAlive", 0));
        bench.in(observer, subscribe("w", QoS.AT_MOST_ONCE));
        Connection client = bench.connect(with(connect("c", 0), will("w", QoS.AT_MOST_ONCE, 0)));
        bench.pass(89_999);
        assertThat(bench.isClosed(client)).isFalse();
        bench.pass(1);
        assertThat(bench.isClosed(client)).isTrue();
        assertThat(bench.to(client).getLast())
                .isEqualTo(new Disconnect(ReasonCode.KEEP_ALIVE_TIMEOUT));
        assertThat(bench.payloadsTo(observer)).containsExactly("will");
    }

    @Test
    void anyPacketShowsThatTheClientIsAlive() {
        Connection client = bench.connect("c", 0);
        bench.pass(89_000);
        bench.in(client, Pingreq.INSTANCE);
        bench.pass(89_000);
        bench.in(client, publish("t", QoS.AT_MOST_ONCE, 0));
        bench.pass(89_999);
        assertThat(bench.isClosed(client)).isFalse();
        bench.pass(1);
        assertThat(bench.isClosed(client)).isTrue();
    }

    @Test
    void whatTheClientIsSentDoesNotCount() {
        Connection client = bench.connect("c", 0);
        bench.in(client, subscribe("t", QoS.AT_MOST_ONCE));
        Connection publisher = bench.connect(Change.of(connect("p", 0), "keepAlive", 0));
        bench.pass(80_000);
        bench.in(publisher, publish("t", QoS.AT_MOST_ONCE, 0));
        bench.pass(10_000);
        assertThat(bench.isClosed(client)).isTrue();
    }

    @Test
    void withoutKeepAliveSilenceMeansNothing() {
        Connection client = bench.connect(Change.of(connect("c", 0), "keepAlive", 0));
        bench.pass(1_000_000_000);
        assertThat(bench.isClosed(client)).isFalse();
        assertThat(bench.server.deadlines()).isZero();
    }

    @Test
    void timeInWhichWeDidNotReadDoesNotCount() {
        Connection client = bench.connect("c", 0);
        bench.pass(80_000);
        bench.handle(new Input.ReadingWasPaused(client, 50_000_000_000L));
        bench.pass(59_999);
        assertThat(bench.isClosed(client)).isFalse();
        bench.pass(1);
        assertThat(bench.isClosed(client)).isTrue();
    }

    @Test
    void aClientThatWeBeginToReadFromAgainHasTimeToShowItself() {
        Bench small = Bench.with("receiveMaximum", 2);
        Connection client = small.connect(connect3(ProtocolVersion.MQTT_3_1_1, "c", false));
        small.in(client, subscribe("t", QoS.AT_LEAST_ONCE));
        small.journalAnswers = false;
        for (int i = 1; i <= 4; i++) {
            small.in(client, publish("t", QoS.AT_LEAST_ONCE, i));
        }
        assertThat(small.isPaused(client)).isTrue();
        small.pass(500_000);
        assertThat(small.isClosed(client)).isFalse();
        small.durable(); // and before the driver says for how long it did not read
        assertThat(small.isPaused(client)).isFalse();
        small.pass(89_999);
        assertThat(small.isClosed(client)).isFalse();
        small.pass(1);
        assertThat(small.isClosed(client)).isTrue();
    }

    @Test
    void aCappedKeepAliveIsToldAndEnforced() {
        Bench capped = Bench.with("keepAliveMaxSeconds", 10);
        Connection client = capped.connect("c", 0);
        assertThat(
                        capped.to(client, Connack.class)
                                .getFirst()
                                .properties()
                                .number(Property.SERVER_KEEP_ALIVE, 0))
                .isEqualTo(10);
        capped.pass(14_999);
        assertThat(capped.isClosed(client)).isFalse();
        capped.pass(1);
        assertThat(capped.isClosed(client)).isTrue();
        Connection modest = capped.connect(Change.of(connect("d", 0), "keepAlive", 5));
        assertThat(
                        capped.to(modest, Connack.class)
                                .getFirst()
                                .properties()
                                .has(Property.SERVER_KEEP_ALIVE))
                .isFalse(); // U5-48
    }
}
